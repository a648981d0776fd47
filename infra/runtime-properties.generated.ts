// Made from flink-job/src/main/resources/runtime-properties.schema.json by `npm run generate`; not to be edited.

/**
 * The property groups that the Flink application hands to the job at run time. On Managed Service for Apache Flink every value travels as a string; a number here means that the string must parse as that number.
 */
export interface RuntimeProperties {
  job: JobProperties;
  source: SourceProperties;
  search: SearchProperties;
  demand?: DemandProperties;
  airports?: AirportsProperties;
  results?: ResultsProperties;
}
/**
 * What the job computes.
 */
export interface JobProperties {
  /**
   * Which computation runs.
   */
  workload: "taxi";
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
   * Where a job without a checkpoint begins: at the oldest record kept (TRIM_HORIZON) or at the newest (LATEST).
   */
  initialPosition?: "TRIM_HORIZON" | "LATEST";
  /**
   * How far, in seconds of event time, a record of a shard may lie behind the newest one of that shard before it counts as late.
   */
  outOfOrdernessSeconds?: number;
  /**
   * After how many seconds without a record a shard no longer holds the watermark back; 0 means never.
   */
  idlenessSeconds?: number;
}
/**
 * The OpenSearch domain that the job writes documents to. Requests are signed with SigV4 for the service es.
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
   * A bulk request is sent at least this often, in milliseconds.
   */
  flushIntervalMilliseconds?: number;
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
}
/**
 * Average trip duration to the airports in tumbling windows of event time.
 */
export interface AirportsProperties {
  /**
   * Length of a window in minutes.
   */
  windowMinutes?: number;
}
/**
 * How results leave a window.
 */
export interface ResultsProperties {
  /**
   * An open window that has received records emits its result so far this often, in milliseconds of processing time.
   */
  earlyIntervalMilliseconds?: number;
}
