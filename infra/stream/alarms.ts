import type * as pulumi from "@pulumi/pulumi";
import {
  type Alarm,
  type Idle,
  incomingRecords,
  reading,
  type ResourceMetric,
  stoppedAlarm,
} from "../watch/alarm";
import { readerLag } from "../watch/metrics";

export interface WatchedStream {
  readonly name: pulumi.Input<string>;
  /** Hours for which a record can be read; a reader that is further behind loses records. */
  readonly retentionHours: number;
  /** Seconds that readers may be behind for five minutes. @default 60 */
  readonly maxLagSeconds?: number;
  /** Names of the consumers with enhanced fan-out; those have a lag of their own. @default none */
  readonly fanOutConsumers?: readonly string[];
}

/** Share of the retention after which being behind is about to become a loss. */
const retentionShare = 0.5;

export const defaultMaxLagSeconds = 60;

/** The metrics that tell how many milliseconds the readers of a stream are behind, by who reads. */
export function lagMetrics({
  name,
  fanOutConsumers = [],
}: Pick<WatchedStream, "name" | "fanOutConsumers">): Record<string, ResourceMetric> {
  return {
    polling: readerLag(name),
    ...Object.fromEntries(fanOutConsumers.map((consumer) => [consumer, readerLag(name, consumer)])),
  };
}

/** Do the readers of a stream keep up? Of one that a Flink application reads, its own lag is the measure. */
export function readerLagAlarms(stream: WatchedStream): Alarm[] {
  const { maxLagSeconds = defaultMaxLagSeconds } = stream;
  return Object.entries(lagMetrics(stream)).map(([reader, lag]): Alarm => ({
    name: `stream-lag${suffixOf(reader)}`,
    description: `${nameOf(reader)} has been more than ${maxLagSeconds} s behind for five minutes: results are late. Look at the load and the restarts of the readers.`,
    value: { metric: lag, statistic: "Maximum" },
    comparison: ">",
    threshold: maxLagSeconds * 1000,
    periodSeconds: 60,
    periods: 5,
  }));
}

function suffixOf(reader: string): string {
  return reader === "polling" ? "" : `-${reader}`;
}

function nameOf(reader: string): string {
  return reader === "polling" ? "A reader that polls the stream" : `The consumer ${reader}`;
}

/** Nothing comes in, so that all other metrics fall silent; `canaries` are records in five minutes that are no events. */
export function idleAlarm(stream: Pick<WatchedStream, "name">, canaries = 0): Alarm {
  return {
    name: "stream-idle",
    description:
      "Nothing has come into the stream for an hour. Look at the producers; switch this alarm's actions off while nothing is meant to come.",
    value: incomingRecords(stream.name),
    comparison: "<=",
    threshold: canaries,
    periods: 12,
    missing: "breaching",
  };
}

/** Records come into the stream, and no final results into that of the results. */
export function resultsSilenceAlarm(
  streamName: pulumi.Input<string>,
  resultsName: pulumi.Input<string>,
  idle?: Idle,
): Alarm {
  return stoppedAlarm(
    "results-silent",
    [incomingRecords(streamName), incomingRecords(resultsName)],
    30,
    "Records have come into the stream for half an hour and no final result into the stream of results. Look at the job's log, its watermark and its role.",
    idle && { ...idle, outgoing: 0 },
  );
}

/** Is the stream too small, and are its records read before they expire? */
export function streamAlarms(stream: WatchedStream): Alarm[] {
  const { retentionHours } = stream;
  const dimensions = { StreamName: stream.name };
  const losses = Object.entries(lagMetrics(stream)).map(([reader, lag]): Alarm => ({
    name: `stream-loss${suffixOf(reader)}`,
    description: `${nameOf(reader)} is behind by more than half of the ${retentionHours} h that the stream keeps records: bring it back, or lengthen the retention, before records expire unread.`,
    severity: "critical",
    value: { metric: lag, statistic: "Maximum" },
    threshold: retentionShare * retentionHours * 3_600_000,
  }));
  return [
    ...losses,
    {
      name: "stream-write-throttled",
      description:
        "The stream refuses records: it has too few shards, or one partition key is too frequent. Producers send again, later and later.",
      severity: "critical",
      value: reading("stream", "WriteProvisionedThroughputExceeded", dimensions, "Average"),
      threshold: 0.01,
      periodSeconds: 60,
      periods: 5,
    },
    {
      name: "stream-read-throttled",
      description:
        "Readers ask for more than the 2 MB and five calls a second that a shard gives: too many readers poll. Give one of them enhanced fan-out.",
      value: reading("stream", "ReadProvisionedThroughputExceeded", dimensions, "Average"),
      threshold: 0.01,
      periodSeconds: 60,
      periods: 5,
    },
    {
      name: "stream-put-failures",
      description:
        "More than one in twenty PutRecords calls fails: look at the producer's messages for the reason.",
      value: reading("stream", "PutRecords.Success", dimensions, "Average"),
      comparison: "<=",
      threshold: 0.95,
      periodSeconds: 60,
      periods: 5,
    },
    {
      name: "stream-get-failures",
      description:
        "More than one in fifty GetRecords calls fails: look at the Flink application's log and at read throttling.",
      value: reading("stream", "GetRecords.Success", dimensions, "Average"),
      comparison: "<=",
      threshold: 0.98,
      periodSeconds: 60,
      periods: 5,
    },
  ];
}
