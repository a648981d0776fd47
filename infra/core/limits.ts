import type { Form, Range } from "./validate";

/**
 * What the AWS services accept, used by the components and by the configuration alike. A company's own limits are
 * narrower and live in the policy pack.
 */
export const limits = {
  /** Shards of a provisioned stream that UpdateShardCount can reach: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
  shardCount: { min: 1, max: 10_000 },
  /** Hours a stream keeps a record: https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html */
  streamRetentionHours: { min: 24, max: 8760 },
  /** KiB of the largest record of a stream: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
  streamRecordKiB: { min: 1024, max: 10_240 },
  /** MiB a second for which an on-demand stream is kept warm: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html */
  streamWarmMiBps: { min: 1, max: 10_240 },
  /** Consumers with enhanced fan-out: https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html */
  streamConsumers: { min: 0, max: 20 },
  /** Roles that put records into a stream, or read it, by its policy. A longer list is hard to review. */
  streamRoles: { min: 0, max: 50 },
  /** Parallel instances of a Flink application: https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html */
  flinkParallelism: { min: 1, max: 256 },
  /** Parallel instances that share one KPU: https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html */
  flinkParallelismPerKpu: { min: 1, max: 8 },
  /**
   * Seconds between checkpoints. The service takes less, but below the pause of five seconds between two checkpoints
   * the interval would have no effect: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CheckpointConfiguration.html
   */
  checkpointIntervalSeconds: { min: 5, max: 3600 },
  /** Seconds from the end of a checkpoint to the start of the next: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CheckpointConfiguration.html */
  checkpointPauseSeconds: { min: 0, max: 3600 },
  /** KPUs of an application; 64 unless the quota was raised: https://docs.aws.amazon.com/managed-flink/latest/java/limits.html */
  flinkKpus: { min: 1, max: 250 },
  /**
   * Hours between scheduled snapshots of an application. An hour would not outlast the watch over a release, whose
   * roll-back takes the newest snapshot.
   */
  flinkSnapshotHours: { min: 2, max: 24 },
  /** Scheduled snapshots that are kept; the service keeps 1,000 at most: https://docs.aws.amazon.com/managed-flink/latest/java/limits.html */
  flinkSnapshotsKept: { min: 1, max: 100 },
  /** Security groups besides the application's own; five in all: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_VpcConfiguration.html */
  flinkExtraSecurityGroups: { min: 0, max: 4 },
  /** Property groups of an application: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_EnvironmentProperties.html */
  flinkPropertyGroups: { min: 0, max: 50 },
  /** Properties of a group: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html */
  flinkProperties: { min: 0, max: 50 },
  /** Characters of a property's key or value: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html */
  flinkPropertyLength: { min: 1, max: 2048 },
  /** Data nodes of a domain: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
  searchInstanceCount: { min: 1, max: 80 },
  /** GiB of a node's gp3 volume; the instance type may allow less: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
  searchVolumeGiB: { min: 10, max: 24_576 },
  /** MiB that Firehose collects before it writes an object: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
  deliveryBufferMiB: { min: 1, max: 128 },
  /** Seconds after which Firehose writes an object that is not full: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
  deliveryBufferSeconds: { min: 0, max: 900 },
  /** MiB that Firehose collects where it partitions or converts: https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html */
  deliveryLargeBufferMiB: { min: 64, max: 128 },
  /** Seconds after which a partition is written; partitioning does not work without buffering: https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html */
  deliveryPartitionSeconds: { min: 60, max: 900 },
  /** Partition keys that an archive is arranged by; Firehose takes up to 50: https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html */
  partitionKeys: { min: 1, max: 50 },
  /** Security groups with which Firehose reaches a domain: https://docs.aws.amazon.com/firehose/latest/APIReference/API_VpcConfiguration.html */
  deliverySecurityGroups: { min: 1, max: 5 },
  /** MiB that Firehose collects before it indexes documents: https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html */
  deliverySearchBufferMiB: { min: 1, max: 100 },
  /** MiB of a request to an HTTP endpoint: https://docs.aws.amazon.com/firehose/latest/APIReference/API_HttpEndpointBufferingHints.html */
  deliveryHttpBufferMiB: { min: 1, max: 64 },
  /** MiB and seconds of a request to Splunk: https://docs.aws.amazon.com/firehose/latest/APIReference/API_SplunkBufferingHints.html */
  deliverySplunkBufferMiB: { min: 1, max: 5 },
  deliverySplunkBufferSeconds: { min: 0, max: 60 },
  /** Seconds to wait for Splunk: https://docs.aws.amazon.com/firehose/latest/APIReference/API_SplunkDestinationConfiguration.html */
  splunkAcknowledgementSeconds: { min: 180, max: 600 },
  /** Seconds for which Firehose tries to reach a destination again: https://docs.aws.amazon.com/firehose/latest/APIReference/API_AmazonopensearchserviceRetryOptions.html */
  deliveryRetrySeconds: { min: 0, max: 7200 },
  /**
   * MiB of a batch for a transform. Base64 makes a third more of them, and the function's answer may have 6 MB:
   * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
   */
  transformBufferMiB: { min: 1, max: 3 },
  /** Seconds after which a batch goes to the transform: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html */
  transformBufferSeconds: { min: 0, max: 900 },
  /** Times that Firehose calls a transform again that failed: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html */
  transformRetries: { min: 0, max: 300 },
  /** Seconds that a transform may take; Firehose waits no longer than five minutes: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
  transformTimeoutSeconds: { min: 1, max: 300 },
  /** MiB of a Lambda function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  functionMemoryMiB: { min: 128, max: 10_240 },
  /** Seconds of an invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  functionTimeoutSeconds: { min: 1, max: 900 },
  /** Invocations at a time; an account has 1,000 unless it asked for more: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  functionReservedConcurrency: { min: 0, max: 1000 },
  /** Records of a batch from a stream: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
  functionBatchSize: { min: 1, max: 10_000 },
  /** Seconds for which records of a batch are collected: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
  functionBatchSeconds: { min: 0, max: 300 },
  /** Batches of a shard at a time: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
  functionParallelization: { min: 1, max: 10 },
  /** Times that a failed batch is tried again. The service also takes -1, for ever, which lets one record hold up its shard. */
  functionRetries: { min: 0, max: 10_000 },
  /** Seconds until a record is given up: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
  functionMaxAgeSeconds: { min: 60, max: 604_800 },
  /** Seconds of a tumbling window, 0 without: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
  functionWindowSeconds: { min: 0, max: 900 },
  /** Filters of a function; more than five are a quota to raise: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
  functionFilters: { min: 0, max: 10 },
  /** MiB that a query may read; Athena takes no less than 10: https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html. More than 10 TiB is no limit. */
  queryScanMiB: { min: 10, max: 10_485_760 },
  /** Characters of a query: https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html */
  queryLength: { min: 1, max: 262_144 },
  /** Characters of a query's description: https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html */
  queryDescriptionLength: { min: 1, max: 1024 },
  /** Roles with grants on the archive's table. A longer list is hard to review. */
  archiveReaders: { min: 0, max: 50 },
  /** Columns that they may read; a table has hardly more. */
  archiveReaderColumns: { min: 0, max: 400 },
  /** Days until an archived object expires; S3 has no upper limit, ten years is a guard against a slip of the keyboard. */
  archiveExpirationDays: { min: 1, max: 3653 },
  /** UltraWarm nodes of a domain: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
  searchWarmCount: { min: 2, max: 150 },
  /** Zones over which a domain spreads: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html */
  searchZones: { min: 1, max: 3 },
  /** Replicas of a shard; more than two find no zone of their own. */
  searchReplicas: { min: 0, max: 2 },
  /** Primary shards of an index: https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/ */
  searchIndexShards: { min: 1, max: 1024 },
  /** Days for which daily snapshots of a domain are kept; a year is a guard against a slip of the keyboard. */
  searchSnapshotDays: { min: 1, max: 365 },
  /** Roles that read or administer a domain. A longer list is hard to review. */
  searchReaders: { min: 0, max: 50 },
  /** Client addresses of a public domain; an access policy has room for more, a list like this is not read any more. */
  searchClients: { min: 1, max: 50 },
  /** Bits of the prefix of such a client's network; shorter ones are half the internet. */
  searchClientPrefixLength: { min: 8, max: 32 },
  /** Seconds of event time by which records of a shard may be out of order, as the job's contract has it. */
  maxDisorderSeconds: { min: 0, max: 86_400 },
  /** How many times faster than it happened a replay may be; 0 is as fast as possible. */
  replaySpeedup: { min: 0, max: 1_000_000 },
  /** Inputs that a role reads: inline policies have 10,240 characters, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  replayReadableInputs: { min: 0, max: 10 },
  /** Requests per second of an API's stage; all APIs of an account and region have 10,000, in some regions 2,500, unless the quota was raised: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
  apiRequestsPerSecond: { min: 1, max: 10_000 },
  /** Requests of a burst, which the account's quota bounds as well: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
  apiBurst: { min: 1, max: 5000 },
  /** Requests of a usage plan's quota in a day: https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html */
  apiRequestsPerDay: { min: 1, max: 2_147_483_647 },
  /** Bits of the prefix of a network that may open SSH sessions; shorter ones are no range of anybody's own. */
  sshClientPrefixLength: { min: 16, max: 32 },
  /** Zones of a network: one is enough to run, no region has more than six. */
  availabilityZones: { min: 1, max: 6 },
  /** Bits of a VPC's prefix; the service takes up to 28, too few addresses for two subnets in each zone: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
  vpcPrefixLength: { min: 16, max: 24 },
} as const satisfies Record<string, Range>;

/** How many dedicated masters a domain may have; 1, 2 and 4 cannot hold a safe quorum: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html */
export const dedicatedMasterCounts = [0, 3, 5] as const;

/** Days for which CloudWatch Logs can keep events: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** Ways in which a stream gets its capacity. */
export const streamModes = ["PROVISIONED", "ON_DEMAND"] as const;
export type StreamMode = (typeof streamModes)[number];

/** Metrics that a stream can have for each shard: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
export const shardLevelMetrics = [
  "IncomingBytes",
  "IncomingRecords",
  "IteratorAgeMilliseconds",
  "OutgoingBytes",
  "OutgoingRecords",
  "ReadProvisionedThroughputExceeded",
  "WriteProvisionedThroughputExceeded",
] as const;
export type ShardLevelMetric = (typeof shardLevelMetrics)[number];

/** Name of a consumer with enhanced fan-out: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
export const streamConsumerName: Form = {
  pattern: /^[a-zA-Z0-9_.-]{1,128}$/,
  description: "1 to 128 letters, digits, dots, hyphens and underscores",
};

/** How private subnets reach the internet. */
export const natGatewayStrategies = ["None", "Single", "OnePerAz"] as const;
export type NatGatewayStrategy = (typeof natGatewayStrategies)[number];

export const roleArn: Form = {
  pattern: /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/,
  description: "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/analyst",
};

export const policyArn: Form = {
  pattern: /^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy\/[\w+=,.@/-]+$/,
  description: "the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary",
};

/** A web ACL for regional resources: https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html */
export const webAclArn: Form = {
  pattern: /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional\/webacl\/[\w-]+\/[0-9a-f-]+$/,
  description:
    "the ARN of a regional web ACL, such as arn:aws:wafv2:us-east-1:123456789012:regional/webacl/events/0123abcd-0123",
};

export const vpcIdentifier: Form = {
  pattern: /^vpc-[0-9a-f]{8,17}$/,
  description: "the id of a VPC, such as vpc-0123456789abcdef0",
};

export const subnetIdentifier: Form = {
  pattern: /^subnet-[0-9a-f]{8,17}$/,
  description: "the id of a subnet, such as subnet-0123456789abcdef0",
};

/** A public SSH key in OpenSSH's form: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html */
export const sshPublicKey: Form = {
  pattern: /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+=*( [^\n]*)?$/,
  description: "an ED25519 or RSA key, such as ssh-ed25519 AAAA… name",
};

/** Objects in S3, of a form that is safe in a script: its bucket and the start of their keys. */
export const inputUrl: Form = {
  pattern: /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([A-Za-z0-9/_.=-]*)$/,
  description: "objects in S3, such as s3://bucket/trips/2019-03/",
};

/** An EC2 instance type with a Graviton processor, the kind for which the replay host's image is made. */
export const replayInstanceType: Form = {
  pattern: /^[a-z]+[0-9]+g[a-z]*\.[a-z0-9-]+$/,
  description: "an EC2 instance type with a Graviton processor, such as t4g.small",
};

/** An instance type of OpenSearch nodes. */
export const searchInstanceType: Form = {
  pattern: /^[a-z]+[0-9]+[a-z]*\.[a-z0-9]+\.search$/,
  description: "an OpenSearch instance type, such as m7g.large.search",
};

/** Engine of a domain: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html#choosing-version */
export const searchEngineVersion: Form = {
  pattern: /^OpenSearch_[0-9]+\.[0-9]+$/,
  description: "OpenSearch_ and a version, such as OpenSearch_2.19",
};

/** Kinds of UltraWarm nodes: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ultrawarm.html */
export const searchWarmInstanceTypes = [
  "ultrawarm1.medium.search",
  "ultrawarm1.large.search",
] as const;
export type SearchWarmInstanceType = (typeof searchWarmInstanceTypes)[number];

/** First part of the host name of a Cognito user pool; reserved words are left to Cognito: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html */
export const cognitoDomainPrefix: Form = {
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  description: "1 to 63 lower-case letters, digits and hyphens, no hyphen at either end",
};

/** Name of an OpenSearch domain: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html */
export const searchDomainName: Form = {
  pattern: /^[a-z][a-z0-9-]{2,27}$/,
  description: "3 to 28 lower-case letters, digits and hyphens, beginning with a letter",
};
