import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, incomingRecords, type Reading, reading, stoppedAlarm } from "../watch/alarm";
import type { MetricName } from "../watch/metrics";

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
  const { name, mappingId, maxLagSeconds } = watched;
  const read = (metric: MetricName<"lambda">, statistic: "Maximum" | "Sum"): Reading =>
    reading("lambda", metric, { FunctionName: name }, statistic);
  const events = (metric: MetricName<"mapping">): Reading =>
    reading("mapping", metric, { EventSourceMappingUUID: mappingId }, "Sum");
  return [
    {
      name: "function-lag",
      description: `The function has been more than ${maxLagSeconds} s behind its stream for five minutes. Look at its duration, errors and throttles; raise functionBatchSize or functionParallelization.`,
      value: read("IteratorAge", "Maximum"),
      comparison: ">",
      threshold: maxLagSeconds * 1000,
      periodSeconds: 60,
      periods: 5,
    },
    {
      name: "function-loss",
      description:
        "The function is behind by more than half of the time after which records are given up or expire. Bring it back, or lengthen functionMaxAgeSeconds and the retention of the stream.",
      severity: "critical",
      value: read("IteratorAge", "Maximum"),
      threshold: lossMilliseconds(watched),
    },
    stoppedAlarm(
      "function-silent",
      [incomingRecords(watched.streamName), events("PolledEventCount")],
      15,
      "Records have come into the stream for a quarter of an hour and none was read for the function. Look at the state of its event source mapping, its role and the key of the stream.",
    ),
    {
      name: "function-errors",
      description:
        "Invocations of the function have failed for a quarter of an hour; batches are halved and tried again. Its log has the error.",
      value: read("Errors", "Sum"),
      comparison: ">",
      threshold: 0,
      periods: 3,
    },
    {
      name: "function-throttled",
      description:
        "Invocations of the function have been throttled for a quarter of an hour: the account's or its own concurrency is used up.",
      value: read("Throttles", "Sum"),
      comparison: ">",
      threshold: 0,
      periods: 3,
    },
    {
      name: "function-records-failed",
      description:
        "The function gave records up, and they are in its bucket under aws/lambda/. Mend the function, then put the records into the stream again.",
      value: events("OnFailureDestinationDeliveredEventCount"),
      comparison: ">",
      threshold: 0,
    },
    {
      name: "function-records-lost",
      description:
        "Records that the function gave up could not be written to its bucket and are lost to it, unless the stream still has them. Look at the role of the function, the bucket and the bucket's key.",
      severity: "critical",
      value: events("DroppedEventCount"),
      comparison: ">",
      threshold: 0,
    },
  ];
}
