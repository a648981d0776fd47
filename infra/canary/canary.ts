import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, publishMetrics, type RoleReference, useKey } from "../core/iam";
import { NodeFunction, type NodeFunctionArgs, onSchedule } from "../core/node-function";
import { callerGroup } from "../core/security-group";
import { metricFamilies } from "../watch/metrics";
import type { WatchedCanary } from "./monitoring";
import { settingsVariable } from "./measures";

export interface CanaryArgs extends Pick<NodeFunctionArgs, "kmsKeyArn" | "logRetentionDays"> {
  /** VPC, subnets and security groups from which the domain is reached. */
  readonly vpc: NonNullable<NodeFunctionArgs["vpc"]> & { readonly vpcId: pulumi.Input<string> };
  /** Name and ARN of the stream that takes the canaries. */
  readonly streamName: pulumi.Input<string>;
  readonly streamArn: pulumi.Input<string>;
  readonly applicationName: pulumi.Input<string>;
  /** URL of the domain that takes the results, and its ARN. */
  readonly endpoint: pulumi.Input<string>;
  readonly domainArn: pulumi.Input<string>;
  readonly index: string;
  /** Role of the function, which reads the index; known before the domain's settings. */
  readonly role: RoleReference;
}

/** Sends the record `{"canary":"<instant>"}` every minute; publishes the age of the newest in the index and the share of records that the job accounts for. */
export class Canary extends pulumi.ComponentResource {
  readonly watched: WatchedCanary;

  constructor(name: string, args: CanaryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Canary", name, args, opts);
    const { region } = aws.getRegionOutput({}, { parent: this });
    const { vpcId, subnetIds, securityGroupIds } = args.vpc;
    // The groups of the domain's clients open the way to the domain alone.
    const group = callerGroup(name, { description: "Canary", vpcId }, { parent: this });
    const canary = new NodeFunction(
      name,
      {
        description: "Measures how old results are",
        entryPath: path.join(__dirname, "handler.ts"),
        timeoutSeconds: 50,
        environment: {
          [settingsVariable]: pulumi.jsonStringify({
            stream: args.streamName,
            application: args.applicationName,
            endpoint: args.endpoint,
            index: args.index,
          }),
        },
        statements: [
          allow(["kinesis:PutRecord"], [args.streamArn]),
          ...useKey(args.kmsKeyArn, ["kms:GenerateDataKey"], "kinesis", region),
          allow(["es:ESHttpGet"], [pulumi.interpolate`${args.domainArn}/${args.index}/_search`]),
          // Metrics are no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
          allow(["cloudwatch:GetMetricData"], ["*"]),
          publishMetrics(metricFamilies.canary.namespace),
        ],
        role: args.role,
        vpc: { subnetIds, securityGroupIds: [group.id, ...securityGroupIds] },
        logRetentionDays: args.logRetentionDays,
        kmsKeyArn: args.kmsKeyArn,
      },
      { parent: this },
    );
    onSchedule(name, canary, { description: "Sends a canary" }, { parent: this });
    this.watched = { streamName: pulumi.output(args.streamName) };
    this.registerOutputs({});
  }
}
