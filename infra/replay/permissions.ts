import * as pulumi from "@pulumi/pulumi";
import { allow, publishMetrics, type Statement } from "../core/iam";
import { inputUrl } from "../core/limits";

/** What a host needs for Session Manager, without the parameters that AmazonSSMManagedInstanceCore can read. */
export const sessionManagerStatement = allow(
  [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  // No resource but * is accepted:
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
  ["*"],
);

/**
 * What the CloudWatch agent needs to send metrics of its own namespace and the log.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create-iam-roles-for-cloudwatch-agent.html
 */
export function agentStatements(logGroupArn: pulumi.Input<string>): Statement[] {
  return [
    publishMetrics("CWAgent"),
    allow(
      ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      [pulumi.interpolate`${logGroupArn}:*`],
    ),
  ];
}

/** Lists and reads the objects of an input, and no others. */
export function inputStatements(input: string, partition: pulumi.Input<string>): Statement[] {
  const [, bucket = "", prefix = ""] = inputUrl.pattern.exec(input) ?? [];
  const arn = pulumi.interpolate`arn:${partition}:s3:::${bucket}`;
  return [
    allow(["s3:ListBucket"], [arn], { StringLike: { "s3:prefix": `${prefix}*` } }),
    allow(["s3:GetObject"], [pulumi.interpolate`${arn}/${prefix}*`]),
  ];
}

/** Reads and writes the position of a replay; a missing one is not found only where its folder is listed. */
export function positionStatements(bucketArn: pulumi.Input<string>, folder: pulumi.Input<string>) {
  return [
    allow(["s3:ListBucket"], [bucketArn], {
      StringEquals: { "s3:prefix": pulumi.interpolate`${folder}/` },
    }),
    allow(["s3:GetObject", "s3:PutObject"], [pulumi.interpolate`${bucketArn}/${folder}/position`]),
  ];
}
