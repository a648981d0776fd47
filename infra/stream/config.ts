import { archivedRecordKiB } from "../../capacity/limits";
import type { ConfigReader } from "../core/config-reader";
import { limits, roleArn, streamConsumerName, type StreamMode, streamModes } from "../core/limits";
import { checkSharing, checkWarmThroughput, type EventStreamArgs } from "./event-stream";

/** The event stream of a stack. */
export interface StreamConfig extends Omit<
  EventStreamArgs,
  "encryptAtRest" | "fanOutConsumers" | "kmsKeyArn" | "protectData" | "scaledElsewhere"
> {
  /** The job reads by enhanced fan-out. */
  readonly fanOut: boolean;
}

/** A stream of results. */
export type ResultsConfig = NonNullable<ReturnType<typeof readResults>>;

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
export function readResults(hasResults: boolean, mode: StreamMode, read: ConfigReader) {
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
): void {
  const { problems } = read;
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
