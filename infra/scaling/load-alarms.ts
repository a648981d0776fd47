import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Condition, reading, type ResourceMetric } from "../watch/alarm";
import {
  growthMinutes,
  shardBytesPerSecond,
  shardRecordsPerSecond,
  streamThresholds,
  throttledShare,
  type Thresholds,
} from "./lambda/stream-load";

/** Share of the processors of the task managers. */
export const applicationThresholds: Thresholds = { outPercent: 80, inPercent: 20 };

/** Percent of the records of one minute that are throttled, from which a stream grows without waiting for more minutes. */
const surgePercent = 10;

/** Utilization of the open shards in percent, 100 while throttled; no data while shards are unknown or `isKnown` is false. */
function streamUsage(bytes: string, records: string, shards: string, isKnown?: string): string {
  const used = `100 * MAX([${bytes} / ${shardBytesPerSecond}, ${records} / ${shardRecordsPerSecond}]) / PERIOD(shards) / ${shards}`;
  const offered = "(FILL(records, 0) + FILL(throttled, 0))";
  return `IF(FILL(throttled, 0) > ${throttledShare} * ${offered}, 100, ${isKnown === undefined ? used : `IF(${isKnown}, ${used})`})`;
}

/** Five minutes of load are no accident; capacity is reduced when an hour has shown that it is not needed. */
export interface ScalingAlarms {
  readonly out: Condition;
  /** A second reason to grow, which does not wait. */
  readonly surge?: Condition;
  readonly in: Condition;
}

/** Alarms on the load of a stream relative to its open shards; it does not shrink while readers lag. */
export function streamScalingAlarms(
  streamName: pulumi.Input<string>,
  target: string,
  lag: ResourceMetric,
  maxLagMilliseconds: number,
): ScalingAlarms {
  const stream = { StreamName: streamName };
  const load = {
    bytes: reading("stream", "IncomingBytes", stream, "Sum"),
    records: reading("stream", "IncomingRecords", stream, "Sum"),
    throttled: reading("stream", "WriteProvisionedThroughputExceeded", stream, "Sum"),
    shards: reading("scaling", "Capacity", { Target: target, Name: streamName }, "Maximum"),
  };
  return {
    out: alarm(
      "stream-out",
      {
        // The shards of the last minute are known before its records. A minute that counted as empty until they come
        // would be the last one each time, and five in a row were never full; so it has no value until then:
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
        expression: streamUsage("bytes", "records", "FILL(shards, REPEAT)", "records > 0"),
        label: "percent of the open shards, 100 while records are throttled",
        readings: load,
      },
      { threshold: streamThresholds.outPercent, periods: growthMinutes },
    ),
    surge: alarm(
      "stream-surge",
      {
        expression: "IF(records > 0, 100 * throttled / (records + throttled))",
        label: "percent of the records that were throttled",
        readings: { records: load.records, throttled: load.throttled },
      },
      { threshold: surgePercent },
    ),
    in: alarm(
      "stream-in",
      {
        expression: unlessBehind(
          streamUsage("FILL(bytes, 0)", "FILL(records, 0)", "shards"),
          maxLagMilliseconds,
        ),
        label: "percent of the open shards, 100 while records are throttled or readers are behind",
        readings: { ...load, lag: { metric: lag, statistic: "Maximum" } },
      },
      { threshold: streamThresholds.inPercent },
    ),
  };
}

/** Alarms on the processors of a Flink application, whose load is full while it is behind. */
export function applicationScalingAlarms(
  applicationName: pulumi.Input<string>,
  lag: ResourceMetric,
  maxLagMilliseconds: number,
): ScalingAlarms {
  const value: Condition["value"] = {
    expression: unlessBehind("cpu", maxLagMilliseconds),
    label: "percent of the processors, 100 while behind",
    readings: {
      cpu: reading(
        "application",
        "containerCPUUtilization",
        { Application: applicationName },
        "Average",
      ),
      lag: { metric: lag, statistic: "Maximum" },
    },
  };
  const { outPercent, inPercent } = applicationThresholds;
  return {
    out: alarm("application-out", value, { threshold: outPercent }),
    in: alarm("application-in", value, { threshold: inPercent }),
  };
}

/** Full load while a reader is behind; a minute without a measure is like the one before. */
function unlessBehind(expression: string, maxLagMilliseconds: number): string {
  return `IF(FILL(FILL(lag, REPEAT), 0) > ${maxLagMilliseconds}, 100, ${expression})`;
}
