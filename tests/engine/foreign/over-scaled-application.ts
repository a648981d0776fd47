import * as aws from "@pulumi/aws";

/** A Flink application that is well made but far too large, on a stream of two shards. */
export function overScaledApplication(): void {
  const tags = { project: "fraud", stack: "dev" };
  const key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";
  const stream = new aws.kinesis.Stream(
    "payments",
    {
      shardCount: 2,
      retentionPeriod: 168,
      encryptionType: "KMS",
      kmsKeyId: key,
      shardLevelMetrics: [
        "IncomingBytes",
        "IncomingRecords",
        "IteratorAgeMilliseconds",
        "ReadProvisionedThroughputExceeded",
        "WriteProvisionedThroughputExceeded",
      ],
      tags,
    },
    { protect: true },
  );
  new aws.kinesisanalyticsv2.Application("fraud", {
    runtimeEnvironment: "FLINK-1_20",
    serviceExecutionRole: "arn:aws:iam::123456789012:role/fraud",
    applicationConfiguration: {
      applicationCodeConfiguration: {
        codeContentType: "ZIPFILE",
        codeContent: {
          s3ContentLocation: {
            bucketArn: "arn:aws:s3:::jobs",
            fileKey: "fraud.jar",
            objectVersion: "v1",
          },
        },
      },
      applicationEncryptionConfiguration: { keyType: "CUSTOMER_MANAGED_KEY", keyId: key },
      applicationSnapshotConfiguration: { snapshotsEnabled: true },
      environmentProperties: {
        propertyGroups: [
          { propertyGroupId: "source", propertyMap: { "stream.name": stream.name } },
        ],
      },
      flinkApplicationConfiguration: {
        checkpointConfiguration: { configurationType: "DEFAULT" },
        parallelismConfiguration: {
          configurationType: "CUSTOM",
          parallelism: 64,
          parallelismPerKpu: 1,
          autoScalingEnabled: true,
        },
      },
      vpcConfiguration: { subnetIds: ["subnet-1", "subnet-2"], securityGroupIds: ["sg-1"] },
    },
    cloudwatchLoggingOptions: {
      logStreamArn: "arn:aws:logs:us-east-1:123456789012:log-group:fraud:log-stream:fraud",
    },
    tags,
  });
}
