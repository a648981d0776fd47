// Made from flink-job/src/main/resources/runtime-properties.schema.json by `npm run generate`; not to be edited.

/**
 * The property groups that the Flink application hands to the job at run time. On Managed Service for Apache Flink every value travels as a string; a number here means that the string must parse as that number.
 */
export interface RuntimeProperties {
  job: JobProperties;
  source: SourceProperties;
  search?: SearchProperties;
  demand?: DemandProperties;
  airports?: AirportsProperties;
  trades?: TradesProperties;
  results?: ResultsProperties;
  resultsStream?: ResultsStreamProperties;
  archive?: ArchiveProperties;
}
/**
 * What the job computes.
 */
export interface JobProperties {
  /**
   * Which computation runs.
   */
  workload: "taxi" | "trades";
}
/**
 * The Kinesis data stream that the job reads.
 */
export interface SourceProperties {
  /**
   * Name of the stream.
   */
  streamName: string;
  /**
   * AWS region of the stream, such as eu-central-1.
   */
  region: string;
  /**
   * Where a job without a checkpoint begins: at the oldest record kept (TRIM_HORIZON), at the newest (LATEST) or at initialTimestamp (AT_TIMESTAMP).
   */
  initialPosition?: "TRIM_HORIZON" | "LATEST" | "AT_TIMESTAMP";
  /**
   * With AT_TIMESTAMP, and only then: the first record read is the first one that arrived at this UTC instant or later, such as 2019-03-01T18:00:00Z.
   */
  initialTimestamp?: string;
  /**
   * ARN of a registered consumer of the stream: the job reads by enhanced fan-out, 2 MB a second of each shard for itself. Without it the job polls and shares the shards' 2 MB a second with other readers.
   */
  consumerArn?: string;
  /**
   * How far, in seconds of event time, a record of a shard may lie behind the newest one of that shard before it counts as late.
   */
  outOfOrdernessSeconds?: number;
  /**
   * After how many seconds with nothing left to read a shard no longer holds the watermark back; where events happen when they arrive, the watermark then follows the clock. 0 means never.
   */
  idlenessSeconds?: number;
  /**
   * How far, in seconds, an event may lie after its arrival in the stream; one further ahead becomes a dead letter (future) and moves no watermark.
   */
  maxAheadSeconds?: number;
  /**
   * How far, in seconds of event time, a shard is read ahead of the slowest one with records left to read; it bounds the state of a job that catches up.
   */
  maxDriftSeconds?: number;
}
/**
 * The OpenSearch domain that the job writes documents and dead letters to; without this group it writes none, and dead letters go to the archive, which must then be there. Requests are signed with SigV4 for the service es.
 */
export interface SearchProperties {
  /**
   * URL of the domain, such as https://vpc-trips-abc.eu-central-1.es.amazonaws.com.
   */
  endpoint: string;
  /**
   * AWS region of the domain.
   */
  region: string;
  /**
   * A bulk request is sent when it holds this many documents.
   */
  bulkActions?: number;
  /**
   * A bulk request is sent when it holds this many MiB.
   */
  bulkSizeMiB?: number;
  /**
   * How long, in milliseconds, final results and dead letters wait for a bulk request to fill. Early results do not wait.
   */
  flushIntervalMilliseconds?: number;
  /**
   * How often a bulk request that the domain could not take (429, 5xx, no connection) is sent again before the job fails and continues from its last checkpoint.
   */
  retries?: number;
  /**
   * Wait before the first repetition in milliseconds; it doubles from one to the next.
   */
  retryDelayMilliseconds?: number;
}
/**
 * Pick-up demand per geohash cell and taxi zone in sliding windows of event time.
 */
export interface DemandProperties {
  /**
   * Length of a window in minutes; a multiple of slideMinutes.
   */
  windowMinutes?: number;
  /**
   * Minutes between the starts of two windows.
   */
  slideMinutes?: number;
  /**
   * Characters of a cell's geohash: 5 is about 4.9 km, 6 about 1.2 km, 7 about 150 m wide.
   */
  geohashPrecision?: number;
  /**
   * How many areas the ranking of a window holds.
   */
  topAreas?: number;
  /**
   * An area's recent normal is its average over this many windows before, one after the other without overlap.
   */
  normalWindows?: number;
}
/**
 * Trip durations to the airports in tumbling windows of event time.
 */
export interface AirportsProperties {
  /**
   * Length of a window in minutes.
   */
  windowMinutes?: number;
}
/**
 * Price statistics per symbol in tumbling windows of event time.
 */
export interface TradesProperties {
  /**
   * Length of a window in seconds.
   */
  windowSeconds?: number;
}
/**
 * How results leave a window.
 */
export interface ResultsProperties {
  /**
   * An open window emits its first result immediately and the next ones this often, in milliseconds of processing time; ten times less often while the job catches up.
   */
  earlyIntervalMilliseconds?: number;
}
/**
 * The Kinesis data stream that the job writes final results to; without this group it writes none.
 */
export interface ResultsStreamProperties {
  /**
   * Name of the stream.
   */
  streamName: string;
  /**
   * AWS region of the stream.
   */
  region: string;
}
/**
 * Files that the job writes final results and dead letters to, in folders by day and hour of the event; without this group it writes none.
 */
export interface ArchiveProperties {
  /**
   * Folder, such as s3a://my-results/taxi or file:///tmp/results; of the two file systems for S3 that a cluster can have under s3://, only the one of s3a:// writes files exactly once.
   */
  path: string;
}
