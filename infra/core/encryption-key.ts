import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptChild } from "./component";
import { grantTo, policyDocument, type Statement, useKey } from "./iam";
import statements from "./key-statements.json";
import { partitionNames } from "./partition";

/**
 * Services that use a key for the account without acting for any of its principals: CloudWatch Logs for log groups,
 * CloudWatch for alarms that go to an encrypted topic, Managed Service for Apache Flink for the state of applications.
 */
export const keyServices = ["logs", "alarms", "flink-state"] as const;
export type KeyService = (typeof keyServices)[number];

/**
 * What the policy of a key says of a service, in key-statements.json. What is encrypted is named by pattern: its ARN would
 * make it and the key wait for each other. The caller's part, who creates the Flink application, is up to the account's
 * IAM policies.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html and
 * https://docs.aws.amazon.com/managed-flink/latest/java/manage-cmk-api.html
 */
function keyStatements(
  service: KeyService,
  place: Readonly<Record<"partition" | "region" | "accountId", pulumi.Output<string>>>,
): pulumi.Output<Statement[]> {
  const { dnsSuffix } = partitionNames(place.region);
  return pulumi.output({ ...place, dnsSuffix }).apply((values) => {
    const text = JSON.stringify(statements[service]);
    const filled = text.replace(/\{(\w+)\}/g, (_, key: keyof typeof values) => values[key]);
    return JSON.parse(filled) as Statement[];
  });
}

export interface EncryptionKeyArgs {
  /** What the key protects, shown in the console. */
  readonly description: string;
  /** Services that use the key without acting for a principal of the account. @default logs, CloudWatch's */
  readonly services?: readonly KeyService[];
  /** ARNs of roles of other accounts that put records into streams which the key encrypts; they must exist. @default none */
  readonly producerRoleArns?: readonly string[] | undefined;
  /** ARNs of roles of other accounts that read such streams; they must exist. @default none */
  readonly readerRoleArns?: readonly string[] | undefined;
  /** Keeps the key when it leaves the program or the stack is destroyed; without it nothing can be read. @default false */
  readonly protectData?: boolean;
}

/**
 * Whose key encrypts a resource, for the option `replacementTrigger` of those that keep their key for life. Where the
 * program names none any more, the provider continues with the earlier one and reports no change, while the stack
 * deletes that key.
 */
export function keyOwner(kmsKeyArn: pulumi.Input<string> | undefined): "customer" | "AWS" {
  return kmsKeyArn === undefined ? "AWS" : "customer";
}

/**
 * A customer managed KMS key with yearly rotation.
 *
 * Its policy hands the decision who may use it to the account's IAM policies and allows only the services that act for
 * no principal when they use it, and roles of other accounts through Kinesis alone:
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html. Kinesis, S3, Firehose, OpenSearch and EBS use the key on behalf of the principal that calls
 * them, so those principals carry statements of their own.
 *
 * @example
 * const key = new EncryptionKey("key", { description: "Streaming pipeline" });
 * new EventStream("events", { mode: "PROVISIONED", shardCount: 2, retentionHours: 24, kmsKeyArn: key.arn });
 */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly aliasName: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:EncryptionKey", name, args, opts);

    const { services = ["logs"], producerRoleArns = [], readerRoleArns = [] } = args;
    const protectData = args.protectData ?? false;
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const { region } = aws.getRegionOutput({}, { parent: this });

    const kept = keptChild(this, protectData);
    const key = new aws.kms.Key(
      name,
      {
        description: args.description,
        enableKeyRotation: true,
        // The longest time to notice a mistake where data matters, the shortest where it does not.
        deletionWindowInDays: protectData ? 30 : 7,
        policy: policyDocument([
          {
            Sid: "DelegateToIam",
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          ...services.map((service) => keyStatements(service, { partition, region, accountId })),
          ...grantTo(producerRoleArns, useKey("*", ["kms:GenerateDataKey"], "kinesis", region)),
          ...grantTo(readerRoleArns, useKey("*", ["kms:Decrypt"], "kinesis", region)),
        ]),
      },
      kept,
    );
    const alias = new aws.kms.Alias(name, { targetKeyId: key.id }, kept);

    this.arn = key.arn;
    this.aliasName = alias.name;
    this.registerOutputs({ arn: this.arn, aliasName: this.aliasName });
  }
}
