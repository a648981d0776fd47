import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "./iam";

/** How long a log is kept, and its KMS key in place of CloudWatch's own. */
export interface LogArgs {
  readonly logRetentionDays: number;
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** @param logName - where a service gives the name; @default one of Pulumi */
export function logGroup(
  name: string,
  { logRetentionDays: retentionInDays, kmsKeyArn: kmsKeyId }: LogArgs,
  opts: pulumi.CustomResourceOptions,
  logName?: pulumi.Output<string>,
): aws.cloudwatch.LogGroup {
  const args = { retentionInDays, kmsKeyId, ...(logName && { name: logName }) };
  return new aws.cloudwatch.LogGroup(name, args, opts);
}

/** Creates streams in a log group and writes to them. */
export function writeLogs({ arn }: aws.cloudwatch.LogGroup): Statement {
  return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.interpolate`${arn}:*`]);
}
