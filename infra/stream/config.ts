import { archivedRecordKiB } from "../../capacity/limits";
import type { ConfigReader } from "../core/config-reader";
import { limits, roleArn, streamConsumerName, type StreamMode, streamModes } from "../core/limits";
import { checkSharing, checkWarmThroughput } from "./event-stream";
import type { Problems } from "../core/validate";

/** The event stream of a stack. */
export interface StreamConfig {
  readonly mode: StreamMode;
  /** Undefined where AWS decides. */
  readonly shardCount: number | undefined;
  readonly retentionHours: number;
  readonly maxRecordSizeKiB: number;
  /** Undefined where the service warms the stream up automatically. */
  readonly warmThroughputMiBps: number | undefined;
  /** The job reads by enhanced fan-out. */
  readonly fanOut: boolean;
  /** Roles of other accounts that put records, that read, and the consumers of those that read by enhanced fan-out. */
  readonly producerRoleArns?: readonly string[];
  readonly readerRoleArns?: readonly string[];
  readonly readerConsumers?: readonly string[];
}

/** A stream of results: shards where the stack provisions them, and whether S3 keeps them. */
export interface ResultsConfig {
  readonly shardCount: number | undefined;
  readonly archived: boolean;
}

export function readStream(read: ConfigReader): StreamConfig {
  const mode = read.oneOf("streamMode", streamModes);
  const shardCount = read.integer("shardCount", limits.shardCount);
  const warmMiBps = read.integer("streamWarmMiBps", { ...limits.streamWarmMiBps, min: 0 });
  return {
    mode,
    shardCount: mode === "PROVISIONED" ? shardCount : undefined,
    retentionHours: read.integer("streamRetentionHours", limits.streamRetentionHours),
    maxRecordSizeKiB: read.integer("streamMaxRecordKiB", {
      ...limits.streamRecordKiB,
      max: archivedRecordKiB,
    }),
    warmThroughputMiBps: warmMiBps === 0 ? undefined : warmMiBps,
    fanOut: read.boolean("streamFanOut"),
    producerRoleArns: read.forms("streamProducerRoleArns", limits.streamRoles, roleArn),
    readerRoleArns: read.forms("streamReaderRoleArns", limits.streamRoles, roleArn),
    readerConsumers: read.forms(
      "streamReaderConsumers",
      limits.streamConsumers,
      streamConsumerName,
    ),
  };
}

/** @returns undefined for a workload without a stream of results */
export function readResults(
  hasResults: boolean,
  mode: StreamMode,
  read: ConfigReader,
): ResultsConfig | undefined {
  const shardCount = read.integer("resultsShardCount", limits.shardCount);
  const archived = read.boolean("resultsArchived");
  if (!hasResults) return undefined;
  return { shardCount: mode === "PROVISIONED" ? shardCount : undefined, archived };
}

/** What mode and encryption of the stream exclude. */
export function checkStream(
  stream: StreamConfig,
  encryption: { readonly encryptAtRest: boolean; readonly customerManagedKey: boolean },
  read: ConfigReader,
  problems: Problems,
): void {
  const keys = read.names({
    mode: "streamMode",
    warmThroughputMiBps: "streamWarmMiBps",
    producerRoleArns: "streamProducerRoleArns",
    readerRoleArns: "streamReaderRoleArns",
    readerConsumers: "streamReaderConsumers",
    kmsKeyArn: "customerManagedKey",
  });
  checkWarmThroughput(stream, problems, keys);
  const { encryptAtRest, customerManagedKey: kmsKeyArn } = encryption;
  checkSharing({ ...stream, encryptAtRest, kmsKeyArn }, problems, keys);
}
