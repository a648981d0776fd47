import type * as pulumi from "@pulumi/pulumi";
import { type Condition, reading, type ResourceMetric } from "../watch/alarm";
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

/** Five minutes of load are no accident; capacity is reduced when an hour has shown that it is not needed. */
const out = { periodSeconds: 60, periods: 5 } as const;
const back = { periodSeconds: 300, periods: 12 } as const;

/** Utilization of the open shards in percent, 100 while throttled; no data while shards are unknown or `isKnown` is false. */
function streamUsage(bytes: string, records: string, shards: string, isKnown?: string): string {
  const used = `100 * MAX([${bytes} / ${shardBytesPerSecond}, ${records} / ${shardRecordsPerSecond}]) / PERIOD(shards) / ${shards}`;
  const offered = "(FILL(records, 0) + FILL(throttled, 0))";
  return `IF(FILL(throttled, 0) > ${throttledShare} * ${offered}, 100, ${isKnown === undefined ? used : `IF(${isKnown}, ${used})`})`;
}

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
  const { outPercent, inPercent } = streamThresholds;
  return {
    out: {
      name: "stream-out",
      description: `Adds shards: for five minutes records have filled the open ones to ${outPercent} % or more, or were throttled.`,
      value: {
        // The shards of the last minute are known before its records. A minute that counted as empty until they come
        // would be the last one each time, and five in a row were never full; so it has no value until then:
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
        expression: streamUsage("bytes", "records", "FILL(shards, REPEAT)", "records > 0"),
        label: "percent of the open shards, 100 while records are throttled",
        readings: load,
      },
      comparison: ">=",
      threshold: outPercent,
      ...out,
      periods: growthMinutes,
      breaching: out.periods,
      missing: "notBreaching",
    },
    surge: {
      name: "stream-surge",
      description: `Adds shards: ${surgePercent} % of the records of one minute or more were throttled.`,
      value: {
        expression: "IF(records > 0, 100 * throttled / (records + throttled))",
        label: "percent of the records that were throttled",
        readings: { records: load.records, throttled: load.throttled },
      },
      comparison: ">=",
      threshold: surgePercent,
      periodSeconds: 60,
      missing: "notBreaching",
    },
    in: {
      name: "stream-in",
      description: `Removes shards: for an hour records have filled the open ones to less than ${inPercent} %, none was throttled, and readers keep up.`,
      value: {
        expression: unlessBehind(
          streamUsage("FILL(bytes, 0)", "FILL(records, 0)", "shards"),
          maxLagMilliseconds,
        ),
        label: "percent of the open shards, 100 while records are throttled or readers are behind",
        readings: { ...load, lag: { metric: lag, statistic: "Maximum" } },
      },
      comparison: "<",
      threshold: inPercent,
      ...back,
      missing: "missing",
    },
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
    out: {
      name: "application-out",
      description: `Raises the parallelism: for five minutes the task managers have used ${outPercent} % of their processors or more, or have been behind.`,
      value,
      comparison: ">=",
      threshold: outPercent,
      ...out,
      missing: "missing",
    },
    in: {
      name: "application-in",
      description: `Lowers the parallelism: for an hour the task managers have used less than ${inPercent} % of their processors and kept up.`,
      value,
      comparison: "<",
      threshold: inPercent,
      ...back,
      missing: "missing",
    },
  };
}

/** Full load while a reader is behind; a minute without a measure is like the one before. */
function unlessBehind(expression: string, maxLagMilliseconds: number): string {
  return `IF(FILL(FILL(lag, REPEAT), 0) > ${maxLagMilliseconds}, 100, ${expression})`;
}
