import * as aws from "@pulumi/aws";

/** What many begin with: a stream as it comes, and a function that reads it. */
export function plainStream(): void {
  const stream = new aws.kinesis.Stream("clicks", { shardCount: 1 });
  const role = new aws.iam.Role("reader", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
    tags: { project: "clicks", stack: "dev" },
  });
  const reader = new aws.lambda.Function("reader", {
    role: role.arn,
    runtime: "nodejs22.x",
    handler: "index.handler",
    s3Bucket: "functions",
    s3Key: "reader.zip",
    tracingConfig: { mode: "Active" },
    deadLetterConfig: { targetArn: "arn:aws:sqs:us-east-1:123456789012:failed" },
    tags: { project: "clicks", stack: "dev" },
  });
  new aws.lambda.EventSourceMapping("reader", {
    eventSourceArn: stream.arn,
    functionName: reader.name,
    startingPosition: "LATEST",
    tags: { project: "clicks", stack: "dev" },
  });
}
