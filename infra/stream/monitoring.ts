import type * as pulumi from "@pulumi/pulumi";
import {
  type Alarm,
  alarm,
  type Idle,
  incomingRecords,
  type Reading,
  reading,
  type ResourceMetric,
  stopped,
} from "../watch/alarm";
import { type MetricName, readerLag } from "../watch/metrics";
import { graph, type Line, linesOf, type Section } from "../watch/widgets";

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

/** An alarm for each way in which a stream is read. */
function readerAlarms(
  name: "stream-lag{suffix}" | "stream-loss{suffix}",
  threshold: number,
  stream: WatchedStream,
): Alarm[] {
  const { maxLagSeconds = defaultMaxLagSeconds, retentionHours } = stream;
  return Object.entries(lagMetrics(stream)).map(([by, metric]) => {
    const who =
      by === "polling"
        ? { suffix: "", reader: "A reader that polls the stream" }
        : { suffix: `-${by}`, reader: `The consumer ${by}` };
    const value = { metric, statistic: "Maximum" } as const;
    return alarm(name, value, { threshold }, { ...who, maxLagSeconds, retentionHours });
  });
}

/** Do the readers of a stream keep up? Of one that a Flink application reads, its own lag is the measure. */
export function readerLagAlarms(stream: WatchedStream): Alarm[] {
  const { maxLagSeconds = defaultMaxLagSeconds } = stream;
  return readerAlarms("stream-lag{suffix}", maxLagSeconds * 1000, stream);
}

/** Nothing comes in, so that all other metrics fall silent; `canaries` are records in five minutes that are no events. */
export function idleAlarm(stream: Pick<WatchedStream, "name">, canaries = 0): Alarm {
  return alarm("stream-idle", incomingRecords(stream.name), { threshold: canaries });
}

/** Records come into the stream, and no final results into that of the results. */
export function resultsSilenceAlarm(
  streamName: pulumi.Input<string>,
  resultsName: pulumi.Input<string>,
  idle?: Idle,
): Alarm {
  return alarm(
    "results-silent",
    stopped(
      incomingRecords(streamName),
      incomingRecords(resultsName),
      idle && { ...idle, outgoing: 0 },
    ),
  );
}

/** Is the stream too small, and are its records read before they expire? */
export function streamAlarms(stream: WatchedStream): Alarm[] {
  const read = (name: MetricName<"stream">): Reading =>
    reading("stream", name, { StreamName: stream.name }, "Average");
  const lossMilliseconds = retentionShare * stream.retentionHours * 3_600_000;
  return [
    ...readerAlarms("stream-loss{suffix}", lossMilliseconds, stream),
    alarm("stream-write-throttled", read("WriteProvisionedThroughputExceeded")),
    alarm("stream-read-throttled", read("ReadProvisionedThroughputExceeded")),
    alarm("stream-put-failures", read("PutRecords.Success")),
    alarm("stream-get-failures", read("GetRecords.Success")),
  ];
}

/** What goes in and out of a stream. */
export function streamSection(heading: string, stream: pulumi.Unwrap<WatchedStream>): Section {
  const { name, retentionHours } = stream;
  const { maxLagSeconds = defaultMaxLagSeconds, fanOutConsumers = [] } = stream;
  const line = linesOf("stream", { StreamName: name });
  const ofConsumer = (consumer: string) =>
    linesOf("fanOut", { StreamName: name, ConsumerName: consumer });
  const lags: Line[] = [
    line("GetRecords.IteratorAgeMilliseconds", "Maximum", "polling"),
    ...fanOutConsumers.map((consumer) =>
      ofConsumer(consumer)("SubscribeToShardEvent.MillisBehindLatest", "Maximum", consumer),
    ),
  ];
  return {
    heading,
    runbook: "reshard-and-scale",
    widgets: [
      graph("Records a minute", [
        line("IncomingRecords", "Sum", "in"),
        line("GetRecords.Records", "Sum", "out, all readers that poll"),
        fanOutConsumers.map((consumer) =>
          ofConsumer(consumer)("SubscribeToShardEvent.Records", "Sum", `out, ${consumer}`),
        ),
      ]),
      graph("Bytes a minute", [
        line("IncomingBytes", "Sum", "in"),
        line("GetRecords.Bytes", "Sum", "out, all readers that poll"),
      ]),
      graph(`Readers behind (ms); records expire after ${retentionHours} h`, lags, [
        { label: "late", value: maxLagSeconds * 1000 },
      ]),
      graph("Throttled", [
        line("WriteProvisionedThroughputExceeded", "Sum", "writes"),
        line("ReadProvisionedThroughputExceeded", "Sum", "reads"),
      ]),
      graph("Share of calls that succeed", [
        line("PutRecords.Success", "Average", "PutRecords"),
        line("GetRecords.Success", "Average", "GetRecords"),
      ]),
    ],
  };
}
