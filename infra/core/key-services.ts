import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./iam";
import { serviceHost } from "./partition";

/**
 * Services that use a key for the account without acting for any of its principals: CloudWatch Logs for log groups,
 * CloudWatch for alarms that go to an encrypted topic, Managed Service for Apache Flink for the state of applications.
 */
export const keyServices = ["logs", "alarms", "flink-state"] as const;
export type KeyService = (typeof keyServices)[number];

/** Where the key is. */
export interface KeyPlace {
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/**
 * What the policy of a key says of a service. What is encrypted is named by pattern: its ARN here would make it and the
 * key wait for each other.
 */
export function keyStatements(service: KeyService, place: KeyPlace): Statement[] {
  switch (service) {
    case "logs":
      return [logGroups(place)];
    case "alarms":
      return [alarmTopics(place)];
    case "flink-state":
      return flinkState(place);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function logGroups({ partition, region, accountId }: KeyPlace): Statement {
  return {
    Sid: "EncryptLogGroups",
    Effect: "Allow",
    Principal: { Service: serviceHost("logs", region) },
    Action: [
      "kms:Encrypt",
      "kms:Decrypt",
      "kms:ReEncrypt*",
      "kms:GenerateDataKey*",
      "kms:Describe*",
    ],
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:*`,
      },
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
function alarmTopics({ accountId }: KeyPlace): Statement {
  return {
    Sid: "PublishAlarms",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
}

/**
 * The caller's part, who creates the application, is up to the account's IAM policies.
 * https://docs.aws.amazon.com/managed-flink/latest/java/manage-cmk-api.html
 */
function flinkState({ partition, region, accountId }: KeyPlace): Statement[] {
  const service = "kinesisanalytics.amazonaws.com";
  const infrastructure = "infrastructure.kinesisanalytics.amazonaws.com";
  const applications = pulumi.interpolate`arn:${partition}:kinesisanalytics:${region}:${accountId}:application/*`;
  const ofAccount = { "aws:SourceAccount": accountId };
  const ofApplication = { "kms:EncryptionContext:aws:kinesisanalytics:arn": applications };
  const statement = { Effect: "Allow", Resource: "*" } as const;
  return [
    {
      ...statement,
      Sid: "DescribeForFlink",
      Principal: { Service: [service, infrastructure] },
      Action: "kms:DescribeKey",
      Condition: { StringEquals: ofAccount, ArnLike: { "aws:SourceArn": applications } },
    },
    {
      ...statement,
      Sid: "EncryptSnapshots",
      Principal: { Service: service },
      Action: "kms:GenerateDataKey",
      Condition: {
        StringEquals: ofAccount,
        ArnLike: { "aws:SourceArn": applications, ...ofApplication },
      },
    },
    {
      ...statement,
      Sid: "DecryptSnapshots",
      Principal: { Service: service },
      Action: "kms:Decrypt",
      Condition: { ArnLike: ofApplication },
    },
    {
      ...statement,
      Sid: "EncryptRunningState",
      Principal: { Service: infrastructure },
      Action: ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
      Condition: { ArnLike: ofApplication },
    },
    {
      ...statement,
      Sid: "GrantRunningState",
      Principal: { Service: infrastructure },
      Action: "kms:CreateGrant",
      Condition: {
        StringEquals: { "kms:GrantConstraintType": "EncryptionContextSubset" },
        ArnLike: ofApplication,
        "ForAllValues:StringEquals": { "kms:GrantOperations": "Decrypt" },
      },
    },
  ];
}
