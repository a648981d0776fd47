const mebibyte = 1024 * 1024;

/** Write and read limits of a shard: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const shardLimits = {
  writeRecordsPerSecond: 1000,
  writeBytesPerSecond: mebibyte,
  /** Shared by all consumers that poll. */
  readBytesPerSecond: 2 * mebibyte,
  /** GetRecords calls per second, shared as well. */
  readsPerSecond: 5,
} as const;

/** Bytes of the largest record, unless the stream is set to take larger ones. */
export const usualRecordBytes = mebibyte;

/**
 * KiB of the largest record that the transform of the archive can answer. An answer has at most 6 MiB, of which ids
 * and partition keys take up to 8 KiB, and Base64 makes four bytes of three:
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
export const archivedRecordKiB = ((6 * 1024 - 8) * 3) / 4;

/** Shards of one stream that UpdateShardCount reaches: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const maxShardsPerStream = 10_000;

/** Shards of an account, until AWS raises the quota: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const shardQuota = { largeRegions: 20_000, otherRegions: 1000 } as const;

/** MiB a second that an on-demand stream takes at most: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const onDemandMebibytesPerSecond = { largeRegions: 10_240, otherRegions: 200 } as const;

/** MiB a second, of all streams, from which AWS advises On-demand Advantage: https://aws.amazon.com/blogs/big-data/amazon-kinesis-data-streams-launches-on-demand-advantage-for-instant-throughput-increases-and-streaming-at-scale */
export const advantageMebibytesPerSecond = 10;

/** Where the quotas of Kinesis are highest: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const largeRegions: readonly string[] = ["us-east-1", "us-west-2", "eu-west-1"];

/** Polling consumers per full shard; its read limit is twice its write limit: https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html */
export const pollingConsumersPerShard =
  shardLimits.readBytesPerSecond / shardLimits.writeBytesPerSecond;

/** KPUs of an application: until AWS raises the quota, and after: https://docs.aws.amazon.com/managed-flink/latest/java/limits.html */
export const kpuLimits = { quota: 64, raised: 250 } as const;

/** What Firehose collects before it writes an object: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
export const deliveryBuffer = {
  maxMebibytes: 128,
  /** Partitioning needs buffering of a minute or more: https://docs.aws.amazon.com/firehose/latest/dev/buffering-hints.html */
  minSeconds: 60,
  maxSeconds: 900,
} as const;

/** Data nodes of a domain, until AWS raises the quota: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
export const maxDataNodes = 80;

export const billing = {
  /** A PUT payload unit: https://aws.amazon.com/kinesis/data-streams/pricing/ */
  putUnitBytes: 25 * 1024,
  /** On-demand streams round each record up to this: https://aws.amazon.com/kinesis/data-streams/pricing/ */
  onDemandRecordBytes: 1024,
  /** Share of the prices per GB under On-demand Advantage, at least 60 % lower: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
  advantageShare: 0.4,
  /** Firehose rounds each record up to this: https://aws.amazon.com/firehose/pricing/ */
  deliveryRecordBytes: 5 * 1024,
  gigabyteBytes: 1024 ** 3,
} as const;
