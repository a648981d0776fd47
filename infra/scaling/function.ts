import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ResourceMetric } from "../watch/alarm";
import type { AutoscalingArgs, Bounds } from "./args";
import { stateOperatorStatements } from "../flink/permissions";
import { actions, allow, publishMetrics, type Statement } from "../core/iam";
import { present } from "../core/present";
import { serviceHost } from "../core/partition";
import { queried, scalingNamespace, targetIds, type TargetKind } from "../watch/metrics";
import { NodeFunction, onSchedule } from "../core/node-function";
import type { Rules } from "./lambda/decisions";
import { settingsVariable } from "./lambda/settings";

/** Seconds after a change before the next: a restart of the job has to be over and its backlog worked off. */
export const cooldowns: Readonly<
  Record<TargetKind, { readonly out: number; readonly in: number }>
> = {
  stream: { out: 120, in: 1800 },
  application: { out: 600, in: 1800 },
};

/** Percent by which a policy changes the capacity. */
export const steps = { out: 100, in: -50 } as const;

/** UpdateShardCount works ten times in any 24 hours: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const shardUpdatesPerDay = 10;

interface ScalingFunctionArgs extends Pick<
  AutoscalingArgs,
  "stream" | "application" | "network" | "dryRun" | "logRetentionDays" | "kmsKeyArn"
> {
  /** Metrics that tell how many milliseconds readers are behind. */
  readonly lagMetrics: readonly ResourceMetric[];
  /** Milliseconds that readers may be behind while capacity shrinks. */
  readonly maxLagMilliseconds: number;
}

export function scalingFunction(
  name: string,
  args: ScalingFunctionArgs,
  opts: pulumi.ComponentResourceOptions,
) {
  const parent = new pulumi.ComponentResource("streaming:infra:ScalingFunction", name, args, opts);
  const { region } = aws.getRegionOutput({}, { parent });
  const { logRetentionDays, kmsKeyArn } = args;
  const scaler = new NodeFunction(
    name,
    {
      description: "Reads and changes the capacity of stream and Flink application",
      entryPath: path.join(__dirname, "lambda/handler.ts"),
      timeoutSeconds: 25,
      environment: { [settingsVariable]: settings(args, region) },
      statements: statements(args, region),
      logRetentionDays,
      kmsKeyArn,
    },
    { parent },
  );
  const description = "Publishes the capacity of stream and Flink application, and enforces bounds";
  return {
    name: scaler.name,
    invokeArn: scaler.invokeArn,
    /** Calls the function every minute, with the URLs of the registered targets by id. */
    everyMinute: (minute: Readonly<Record<string, pulumi.Input<string>>>): void => {
      onSchedule(name, scaler, { description, input: { minute } }, { parent });
    },
  };
}

function statements(
  { stream, application, network }: ScalingFunctionArgs,
  region: pulumi.Input<string>,
): Statement[] {
  return present(
    stream && allow(["kinesis:DescribeStreamSummary", "kinesis:UpdateShardCount"], [stream.arn]),
    application && [
      allow(actions({ kinesisanalytics: "DescribeApplication UpdateApplication" }), [
        application.arn,
      ]),
      ...stateOperatorStatements(application, region),
    ],
    // It knows no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    network &&
      allow(["ec2:DescribeSubnets"], ["*"], { StringEquals: { "aws:RequestedRegion": region } }),
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
    allow(
      actions({ "application-autoscaling": "DescribeScalableTargets DescribeScalingActivities" }),
      ["*"],
    ),
    // Metrics are no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    allow(["cloudwatch:GetMetricData"], ["*"]),
    publishMetrics(scalingNamespace),
  );
}

/** The rules by which the function decides about a target. */
export function scalingRules(
  kind: TargetKind,
  { min, max }: Pick<Bounds, "min" | "max">,
  granularity: number,
  maxLagMilliseconds: number,
): Rules {
  return {
    min,
    max,
    granularity,
    outCooldownSeconds: cooldowns[kind].out,
    inCooldownSeconds: cooldowns[kind].in,
    changesPerDay: kind === "stream" ? shardUpdatesPerDay : undefined,
    maxLagMilliseconds,
    // The load of a day repeats, and so does the limit on changes. A parallelism has no limit.
    lookBackMinutes: kind === "stream" ? 24 * 60 : 0,
  };
}

/** Settings of the function: `ScalingSettings`, once the names are known. */
function settings(args: ScalingFunctionArgs, region: pulumi.Input<string>): pulumi.Output<string> {
  const { stream, application, network, dryRun = false, maxLagMilliseconds } = args;
  const target = (kind: TargetKind, scaled: Bounds & { readonly name: unknown }, unit: number) => {
    const rules = scalingRules(kind, scaled, unit, maxLagMilliseconds);
    return { [targetIds[kind]]: { kind, name: scaled.name, rules } };
  };
  return pulumi.jsonStringify({
    targets: {
      ...(stream && target("stream", stream, 1)),
      ...(application && target("application", application, application.parallelismPerKpu)),
    },
    lagMetrics: args.lagMetrics.map(queried),
    ...(network && { subnets: { ...network, host: serviceHost("ec2", region) } }),
    dryRun,
  });
}
