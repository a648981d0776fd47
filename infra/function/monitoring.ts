import type * as pulumi from "@pulumi/pulumi";
import {
  type Alarm,
  alarm,
  incomingRecords,
  type Reading,
  reading,
  readingsOf,
  stopped,
} from "../watch/alarm";
import type { MetricName } from "../watch/metrics";
import { functionGraph, graph, linesOf, type Section } from "../watch/widgets";

/** A function that reads a stream. */
export interface WatchedFunction {
  readonly name: pulumi.Input<string>;
  /** Id of its event source mapping. */
  readonly mappingId: pulumi.Input<string>;
  /** Name of the stream that it reads. */
  readonly streamName: pulumi.Input<string>;
  /** Hours for which the stream keeps a record. */
  readonly retentionHours: number;
  /** Seconds after which the function is not given a record any more. */
  readonly maxAgeSeconds: number;
  /** Seconds that it may be behind for five minutes. */
  readonly maxLagSeconds: number;
}

/** Milliseconds behind after which records are about to be given up or to expire: half of the shorter time. */
export function lossMilliseconds({
  retentionHours,
  maxAgeSeconds,
}: Pick<WatchedFunction, "retentionHours" | "maxAgeSeconds">): number {
  return (Math.min(retentionHours * 3600, maxAgeSeconds) * 1000) / 2;
}

/** Does the function keep up, and what did it give up? */
export function functionAlarms(watched: WatchedFunction): Alarm[] {
  const { name, mappingId, streamName, maxLagSeconds } = watched;
  const read = readingsOf("lambda", { FunctionName: name });
  const events = (metric: MetricName<"mapping">): Reading =>
    reading("mapping", metric, { EventSourceMappingUUID: mappingId }, "Sum");
  const age = read("IteratorAge", "Maximum");
  return [
    alarm("function-lag", age, { threshold: maxLagSeconds * 1000 }, { maxLagSeconds }),
    alarm("function-loss", age, { threshold: lossMilliseconds(watched) }),
    alarm("function-silent", stopped(incomingRecords(streamName), events("PolledEventCount"))),
    alarm("function-errors", read("Errors", "Sum")),
    alarm("function-throttled", read("Throttles", "Sum")),
    alarm("function-records-failed", events("OnFailureDestinationDeliveredEventCount")),
    alarm("function-records-lost", events("DroppedEventCount")),
  ];
}

/** Whether the function on the stream keeps up, and what became of the records. */
export function functionSection(watched: pulumi.Unwrap<WatchedFunction>): Section {
  const line = linesOf("lambda", { FunctionName: watched.name });
  const events = linesOf("mapping", { EventSourceMappingUUID: watched.mappingId });
  return {
    heading: "Function on the stream",
    runbook: "alarms",
    widgets: [
      functionGraph("Function", watched.name),
      graph(
        "Behind the stream (ms)",
        [line("IteratorAge", "Maximum", "behind")],
        [
          { label: "late", value: watched.maxLagSeconds * 1000 },
          { label: "records are about to be given up", value: lossMilliseconds(watched) },
        ],
      ),
      graph("Records a minute", [
        events("PolledEventCount", "Sum", "read"),
        events("FilteredOutEventCount", "Sum", "filtered out"),
        events("InvokedEventCount", "Sum", "given to the function"),
        events("OnFailureDestinationDeliveredEventCount", "Sum", "given up", true),
        events("DroppedEventCount", "Sum", "lost", true),
      ]),
    ],
  };
}
