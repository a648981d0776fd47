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
  /** Parallel instances of a Flink application: https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html */
  flinkParallelism: { min: 1, max: 256 },
  /** Parallel instances that share one KPU: https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html */
  flinkParallelismPerKpu: { min: 1, max: 8 },
  /**
   * Seconds between checkpoints. The service takes less, but below the pause of five seconds between two checkpoints
   * the interval would have no effect: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CheckpointConfiguration.html
   */
  checkpointIntervalSeconds: { min: 5, max: 3600 },
  /** Security groups beside the application's own; five in all: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_VpcConfiguration.html */
  flinkExtraSecurityGroups: { min: 0, max: 4 },
  /** Data nodes of a domain: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
  searchInstanceCount: { min: 1, max: 80 },
  /** GiB of a node's gp3 volume; the instance type may allow less: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
  searchVolumeGiB: { min: 10, max: 24_576 },
  /** MiB that Firehose collects before it writes an object: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
  deliveryBufferMiB: { min: 1, max: 128 },
  /** Seconds after which Firehose writes an object that is not full: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
  deliveryBufferSeconds: { min: 0, max: 900 },
  /** Days until an archived object expires; S3 has no upper limit, ten years is a guard against a slip of the keyboard. */
  archiveExpirationDays: { min: 1, max: 3650 },
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

/** How private subnets reach the internet. */
export const natGatewayStrategies = ["None", "Single", "OnePerAz"] as const;
export type NatGatewayStrategy = (typeof natGatewayStrategies)[number];

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

/** Name of an OpenSearch domain: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html */
export const searchDomainName: Form = {
  pattern: /^[a-z][a-z0-9-]{2,27}$/,
  description: "3 to 28 lower-case letters, digits and hyphens, beginning with a letter",
};
