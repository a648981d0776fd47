import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "./iam";

/** Who may do what with a bucket beside what IAM says: nobody anything without TLS, and S3 itself may write logs. */
export function bucketPolicy(
  bucketArn: pulumi.Output<string>,
  accountId: pulumi.Output<string>,
  takesLogs: boolean,
): pulumi.Output<string> {
  const objects = pulumi.interpolate`${bucketArn}/*`;
  const tlsOnly: Statement = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, objects],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general
  const takeLogs: Statement = {
    Sid: "TakeLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: objects,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
  return policyDocument(takesLogs ? [takeLogs, tlsOnly] : [tlsOnly]);
}
