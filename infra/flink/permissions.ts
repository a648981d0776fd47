import * as pulumi from "@pulumi/pulumi";
import { serviceHost } from "../core/partition";
import { actions, allow, arnBeside, type Statement, useKey } from "../core/iam";

/** What the service touches on behalf of an application. */
export interface FlinkServiceResources {
  /** ARN of the jar in its bucket. */
  readonly codeArn: pulumi.Input<string>;
  /** ARN of the KMS key that encrypts the jar, if it is not S3's own. */
  readonly codeKeyArn: pulumi.Input<string> | undefined;
  readonly logGroupArn: pulumi.Input<string>;
  readonly logStreamArn: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
}

/** What Managed Service for Apache Flink needs to load an application, to write its log and to join it to a VPC. */
export function flinkServiceStatements(resources: FlinkServiceResources): Statement[] {
  return [
    allow(["s3:GetObject", "s3:GetObjectVersion"], [resources.codeArn]),
    ...useKey(resources.codeKeyArn, ["kms:Decrypt"], "s3", resources.region),
    // https://docs.aws.amazon.com/managed-flink/latest/java/cloudwatch-logs.html
    allow(["logs:DescribeLogStreams"], [pulumi.interpolate`${resources.logGroupArn}:log-stream:*`]),
    allow(["logs:PutLogEvents"], [resources.logStreamArn]),
    // Lists groups, hence every group.
    allow(["logs:DescribeLogGroups"], ["*"]),
    allow(
      ["ec2:CreateNetworkInterfacePermission"],
      [arnBeside(resources.logGroupArn, "ec2", "network-interface/*")],
    ),
    // EC2 knows no resources for these, or only ones that do not exist yet: https://docs.aws.amazon.com/managed-flink/latest/java/vpc-permissions.html
    allow(
      actions({
        ec2:
          "CreateNetworkInterface DeleteNetworkInterface DescribeDhcpOptions " +
          "DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs",
      }),
      ["*"],
    ),
  ];
}

/** An application that another component updates, starts or stops. */
export interface OperatedApplication {
  readonly arn: pulumi.Input<string>;
  /** ARN of the KMS key that encrypts the application's state. @default the service's own key */
  readonly stateKmsKeyArn?: pulumi.Input<string> | undefined;
}

/**
 * Permissions to update, start or stop an application whose state has a customer managed key, besides the actions
 * themselves.
 * https://docs.aws.amazon.com/managed-flink/latest/java/manage-cmk-api.html
 */
export function stateOperatorStatements(
  { arn, stateKmsKeyArn }: OperatedApplication,
  region: pulumi.Input<string>,
): Statement[] {
  if (stateKmsKeyArn === undefined) return [];
  const throughService = {
    "kms:ViaService": serviceHost("kinesisanalytics", region),
  };
  const forApplication = {
    ...throughService,
    "kms:EncryptionContext:aws:kinesisanalytics:arn": arn,
  };
  return [
    allow(["kms:DescribeKey"], [stateKmsKeyArn], { StringEquals: throughService }),
    allow(
      ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
      [stateKmsKeyArn],
      { StringEquals: forApplication },
    ),
    allow(["kms:CreateGrant"], [stateKmsKeyArn], {
      StringEquals: { ...forApplication, "kms:GrantConstraintType": "EncryptionContextSubset" },
      "ForAllValues:StringEquals": { "kms:GrantOperations": "Decrypt" },
    }),
  ];
}
