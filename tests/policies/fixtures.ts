import { Target } from "@pulumi/aws/appautoscaling";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Volume } from "@pulumi/aws/ebs";
import { Instance } from "@pulumi/aws/ec2";
import { FirehoseDeliveryStream, Stream, StreamConsumer } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Key } from "@pulumi/aws/kms";
import { EventSourceMapping, Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import { Topic, TopicSubscription } from "@pulumi/aws/sns";
import { Queue } from "@pulumi/aws/sqs";
import { resource, unknownString } from "../support/policy";

// One resource of each class that every policy accepts. What only the deployment will know is unknown.

const arn = unknownString;

export const stream = {
  ...resource(Stream, "events", {
    shardCount: 2,
    retentionPeriod: 168,
    encryptionType: "KMS",
    kmsKeyId: arn,
    shardLevelMetrics: [
      "IncomingBytes",
      "IncomingRecords",
      "IteratorAgeMilliseconds",
      "ReadProvisionedThroughputExceeded",
      "WriteProvisionedThroughputExceeded",
    ],
  }),
  protect: true,
};

export const consumer = {
  ...resource(StreamConsumer, "reader", { streamArn: arn }),
  dependencies: { streamArn: [stream] },
};

export const parallelism = {
  configurationType: "CUSTOM",
  parallelism: 2,
  parallelismPerKpu: 1,
  autoScalingEnabled: false,
};

export const applicationConfiguration = {
  applicationCodeConfiguration: {
    codeContentType: "ZIPFILE",
    codeContent: { s3ContentLocation: { bucketArn: arn, fileKey: "job.jar", objectVersion: arn } },
  },
  applicationEncryptionConfiguration: { keyType: "CUSTOMER_MANAGED_KEY", keyId: arn },
  applicationSnapshotConfiguration: { snapshotsEnabled: true },
  environmentProperties: {
    propertyGroups: [
      { propertyGroupId: "search", propertyMap: { endpoint: "https://search.test", url: arn } },
    ],
  },
  flinkApplicationConfiguration: {
    checkpointConfiguration: {
      configurationType: "CUSTOM",
      checkpointingEnabled: true,
      checkpointInterval: 60_000,
      minPauseBetweenCheckpoints: 5000,
    },
    monitoringConfiguration: {
      configurationType: "CUSTOM",
      logLevel: "INFO",
      metricsLevel: "APPLICATION",
    },
    parallelismConfiguration: parallelism,
  },
  vpcConfiguration: { subnetIds: [arn, arn], securityGroupIds: [arn] },
};

export const application = {
  ...resource(Application, "analytics", {
    runtimeEnvironment: "FLINK-1_20",
    serviceExecutionRole: arn,
    applicationConfiguration,
    cloudwatchLoggingOptions: { logStreamArn: arn },
  }),
  dependencies: { applicationConfiguration: [stream] },
};

export const archive = {
  bucketArn: arn,
  roleArn: arn,
  kmsKeyArn: arn,
  bufferingSize: 64,
  bufferingInterval: 300,
  prefix: "events/",
  errorOutputPrefix: "errors/!{firehose:error-output-type}/",
  cloudwatchLoggingOptions: { enabled: true, logGroupName: arn, logStreamName: arn },
};

export const delivery = {
  ...resource(FirehoseDeliveryStream, "archive", {
    destination: "extended_s3",
    kinesisSourceConfiguration: { kinesisStreamArn: arn, roleArn: arn },
    extendedS3Configuration: archive,
  }),
  dependencies: { kinesisSourceConfiguration: [stream] },
};

export const cluster = {
  instanceType: "m7g.large.search",
  instanceCount: 3,
  zoneAwarenessEnabled: true,
  zoneAwarenessConfig: { availabilityZoneCount: 3 },
  dedicatedMasterEnabled: true,
  dedicatedMasterCount: 3,
  dedicatedMasterType: "m7g.medium.search",
};

export const domain = {
  ...resource(Domain, "search", {
    domainName: "trips",
    clusterConfig: cluster,
    ebsOptions: { ebsEnabled: true, volumeSize: 100 },
    encryptAtRest: { enabled: true, kmsKeyId: arn },
    nodeToNodeEncryption: { enabled: true },
    domainEndpointOptions: {
      enforceHttps: true,
      tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
    },
    vpcOptions: { subnetIds: [arn, arn, arn], securityGroupIds: [arn] },
    advancedSecurityOptions: {
      enabled: true,
      internalUserDatabaseEnabled: false,
      masterUserOptions: { masterUserArn: arn },
    },
    accessPolicies: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::123456789012:root" },
          Action: "es:ESHttp*",
          Resource: "*",
        },
      ],
    }),
    logPublishingOptions: [
      "AUDIT_LOGS",
      "ES_APPLICATION_LOGS",
      "INDEX_SLOW_LOGS",
      "SEARCH_SLOW_LOGS",
    ].map((logType) => ({ logType, cloudwatchLogGroupArn: arn })),
    softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
  }),
  protect: true,
};

export const instance = resource(Instance, "replay", {
  instanceType: "t4g.small",
  associatePublicIpAddress: false,
  iamInstanceProfile: arn,
  metadataOptions: { httpTokens: "required" },
  rootBlockDevice: { encrypted: true, kmsKeyId: arn },
  ebsBlockDevices: [{ deviceName: "/dev/sdf", encrypted: true, kmsKeyId: arn }],
});

export const volume = resource(Volume, "data", {
  availabilityZone: "eu-central-1a",
  encrypted: true,
  kmsKeyId: arn,
});

export const lambda = resource(LambdaFunction, "transform", {
  role: arn,
  runtime: "nodejs22.x",
  memorySize: 256,
  environment: { variables: { LEVEL: "info" } },
  kmsKeyArn: arn,
  tracingConfig: { mode: "Active" },
  deadLetterConfig: { targetArn: arn },
  vpcConfig: { subnetIds: [arn, arn], securityGroupIds: [arn] },
});

export const eventSource = resource(EventSourceMapping, "counter", {
  eventSourceArn: "arn:aws:kinesis:us-east-1:123456789012:stream/trips/consumer/counter:1",
  functionName: "counter",
  startingPosition: "TRIM_HORIZON",
  maximumRetryAttempts: 3,
  bisectBatchOnFunctionError: true,
  destinationConfig: { onFailure: { destinationArn: "arn:aws:s3:::failures" } },
});

export const scalingTarget = resource(Target, "shards", {
  serviceNamespace: "custom-resource",
  scalableDimension: "custom-resource:ResourceType:Property",
  resourceId: arn,
  minCapacity: 1,
  maxCapacity: 4,
});

export const logGroup = resource(LogGroup, "analytics-logs", {
  retentionInDays: 365,
  kmsKeyId: arn,
});

export const key = {
  ...resource(Key, "key", { enableKeyRotation: true, deletionWindowInDays: 30 }),
  protect: true,
};

export const topic = resource(Topic, "alarms", { kmsMasterKeyId: arn });

export const subscription = resource(TopicSubscription, "operators", {
  topic: arn,
  protocol: "https",
  endpoint: "https://operators.test",
});

export const queue = resource(Queue, "failed", { name: "failed", kmsMasterKeyId: arn });
