import { Target } from "@pulumi/aws/appautoscaling";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Volume } from "@pulumi/aws/ebs";
import { Instance } from "@pulumi/aws/ec2";
import { FirehoseDeliveryStream, Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Key } from "@pulumi/aws/kms";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import {
  Bucket,
  BucketLifecycleConfiguration,
  BucketPolicy,
  BucketServerSideEncryptionConfiguration,
} from "@pulumi/aws/s3";
import { Topic, TopicSubscription } from "@pulumi/aws/sns";
import { resource, unknownString } from "../support/policy";

// One resource of each class that every policy accepts. What only the deployment will know is unknown.

const arn = unknownString;

export const stream = resource(Stream, "events", {
  shardCount: 2,
  retentionPeriod: 168,
  encryptionType: "KMS",
  kmsKeyId: arn,
});

export const parallelism = {
  configurationType: "CUSTOM",
  parallelism: 2,
  parallelismPerKpu: 1,
  autoScalingEnabled: false,
};

export const applicationConfiguration = {
  applicationCodeConfiguration: { codeContentType: "ZIPFILE" },
  applicationEncryptionConfiguration: { keyType: "CUSTOMER_MANAGED_KEY", keyId: arn },
  environmentProperties: {
    propertyGroups: [
      { propertyGroupId: "search", propertyMap: { endpoint: "https://search.test", url: arn } },
    ],
  },
  flinkApplicationConfiguration: { parallelismConfiguration: parallelism },
};

export const application = resource(Application, "analytics", {
  runtimeEnvironment: "FLINK-1_20",
  serviceExecutionRole: arn,
  applicationConfiguration,
});

export const archive = { bucketArn: arn, roleArn: arn, kmsKeyArn: arn };

export const delivery = resource(FirehoseDeliveryStream, "archive", {
  destination: "extended_s3",
  kinesisSourceConfiguration: { kinesisStreamArn: arn, roleArn: arn },
  extendedS3Configuration: archive,
});

export const cluster = { instanceType: "m7g.large.search", instanceCount: 3 };

export const domain = resource(Domain, "search", {
  clusterConfig: cluster,
  ebsOptions: { ebsEnabled: true, volumeSize: 100 },
  encryptAtRest: { enabled: true, kmsKeyId: arn },
  nodeToNodeEncryption: { enabled: true },
  domainEndpointOptions: {
    enforceHttps: true,
    tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
  },
});

export const instance = resource(Instance, "replay", {
  instanceType: "t4g.small",
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
  memorySize: 256,
  environment: { variables: { LEVEL: "info" } },
  kmsKeyArn: arn,
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

export const key = resource(Key, "key", { enableKeyRotation: true, deletionWindowInDays: 30 });

export const topic = resource(Topic, "alarms", { kmsMasterKeyId: arn });

export const subscription = resource(TopicSubscription, "operators", {
  topic: arn,
  protocol: "https",
  endpoint: "https://operators.test",
});

export const bucket = resource(Bucket, "archive", {});

const ofBucket = { bucket: unknownString };

export const bucketEncryption = {
  ...resource(BucketServerSideEncryptionConfiguration, "archive", {
    ...ofBucket,
    rules: [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arn } },
    ],
  }),
  dependencies: { bucket: [bucket] },
};

export const bucketLifecycle = {
  ...resource(BucketLifecycleConfiguration, "archive", {
    ...ofBucket,
    rules: [{ id: "expire", status: "Enabled", expiration: { days: 365 } }],
  }),
  dependencies: { bucket: [bucket] },
};

export const tlsStatement = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::trips", "arn:aws:s3:::trips/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

export const bucketPolicy = {
  ...resource(BucketPolicy, "archive", {
    ...ofBucket,
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [tlsStatement] }),
  }),
  dependencies: { bucket: [bucket] },
};

/** A stack that no policy objects to. */
export const compliant = [
  stream,
  application,
  delivery,
  domain,
  instance,
  volume,
  lambda,
  scalingTarget,
  logGroup,
  key,
  topic,
  subscription,
  bucket,
  bucketEncryption,
  bucketLifecycle,
  bucketPolicy,
];
