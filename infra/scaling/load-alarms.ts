import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, reading, type Reading, type ResourceMetric } from "../watch/alarm";

/** When a load is too high or too low, and for how long before anything happens. */
export interface Thresholds {
  /** Per cent of the capacity from which it grows. */
  readonly outPercent: number;
  /** Per cent of the capacity below which it shrinks. */
  readonly inPercent: number;
}

/** Share of what the open shards take in; half of the upper bound stays above the lower one, so that it does not swing. */
export const streamThresholds: Thresholds = { outPercent: 75, inPercent: 25 };

/** Share of the processors of the task managers. */
export const applicationThresholds: Thresholds = { outPercent: 80, inPercent: 20 };

/** Five minutes of load are no accident; capacity is given back when an hour has shown that it is not needed. */
const out = { periodSeconds: 60, periods: 5 } as const;
const back = { periodSeconds: 300, periods: 12 } as const;

/** What a shard takes in a second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const shardBytesPerSecond = 1024 * 1024;
const shardRecordsPerSecond = 1000;

/**
 * Per cent of what the open shards take in, by the fuller of bytes and records; nothing where nobody knows the shards.
 * @param shards - the metric, or what is to be made of it.
 */
function streamUsage(bytes: string, records: string, shards: string): string {
  return `100 * MAX([${bytes} / ${shardBytesPerSecond}, ${records} / ${shardRecordsPerSecond}]) / PERIOD(shards) / ${shards}`;
}

/** The alarms that scale something out and in. */
export interface ScalingAlarms {
  readonly out: Alarm;
  readonly in: Alarm;
}

/**
 * Alarms on the load of a stream, relative to the shards that are open at the time.
 * @param lags - how far readers are behind; a stream does not shrink meanwhile.
 */
export function streamScalingAlarms(
  streamName: pulumi.Input<string>,
  target: string,
  lags: Readonly<Record<string, ResourceMetric>>,
  maxLagMilliseconds: number,
): ScalingAlarms {
  const stream = { StreamName: streamName };
  const load = {
    bytes: reading("stream", "IncomingBytes", stream, "Sum"),
    records: reading("stream", "IncomingRecords", stream, "Sum"),
    shards: reading("scaling", "Capacity", { Target: target, Name: streamName }, "Maximum"),
  };
  const { outPercent, inPercent } = streamThresholds;
  return {
    out: {
      name: "stream-out",
      description: `Adds shards: for five minutes records have filled the open ones to ${outPercent} % or more.`,
      severity: "warning",
      value: {
        // The shards of the last minute are known before its records. A minute that counted as empty until they come
        // would be the last one each time, and five in a row were never full; so it has no value until then:
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
        expression: `IF(records > 0, ${streamUsage("bytes", "records", "FILL(shards, REPEAT)")})`,
        label: "per cent of the open shards",
        readings: load,
      },
      comparison: ">=",
      threshold: outPercent,
      ...out,
      missing: "notBreaching",
    },
    in: {
      name: "stream-in",
      description: `Removes shards: for an hour records have filled the open ones to less than ${inPercent} %, and readers keep up.`,
      severity: "warning",
      value: {
        expression: unlessBehind(
          streamUsage("FILL(bytes, 0)", "FILL(records, 0)", "shards"),
          lags,
          maxLagMilliseconds,
        ),
        label: "per cent of the open shards, 100 while readers are behind",
        readings: { ...load, ...lagReadings(lags) },
      },
      comparison: "<",
      threshold: inPercent,
      ...back,
      missing: "missing",
    },
  };
}

/**
 * Alarms on the load of a Flink application: its processors, and full load while it is behind its stream.
 */
export function applicationScalingAlarms(
  applicationName: pulumi.Input<string>,
  lags: Readonly<Record<string, ResourceMetric>>,
  maxLagMilliseconds: number,
): ScalingAlarms {
  const value = {
    expression: unlessBehind("cpu", lags, maxLagMilliseconds),
    label: "per cent of the processors, 100 while behind",
    readings: {
      cpu: reading(
        "application",
        "containerCPUUtilization",
        { Application: applicationName },
        "Average",
      ),
      ...lagReadings(lags),
    },
  };
  const { outPercent, inPercent } = applicationThresholds;
  return {
    out: {
      name: "application-out",
      description: `Raises the parallelism: for five minutes the task managers have used ${outPercent} % of their processors or more, or have been behind.`,
      severity: "warning",
      value,
      comparison: ">=",
      threshold: outPercent,
      ...out,
      missing: "missing",
    },
    in: {
      name: "application-in",
      description: `Lowers the parallelism: for an hour the task managers have used less than ${inPercent} % of their processors and kept up.`,
      severity: "warning",
      value,
      comparison: "<",
      threshold: inPercent,
      ...back,
      missing: "missing",
    },
  };
}

/**
 * Full load while a reader is behind. The last minute, which may not be measured yet, is like the one before it; nobody
 * reads where nothing is measured, which the function judges.
 */
function unlessBehind(
  expression: string,
  lags: Readonly<Record<string, ResourceMetric>>,
  maxLagMilliseconds: number,
): string {
  return Object.keys(lags).reduce(
    (inner, _, index) =>
      `IF(FILL(FILL(lag${index}, REPEAT), 0) > ${maxLagMilliseconds}, 100, ${inner})`,
    expression,
  );
}

function lagReadings(lags: Readonly<Record<string, ResourceMetric>>): Record<string, Reading> {
  return Object.fromEntries(
    Object.values(lags).map((lag, index) => [`lag${index}`, { metric: lag, statistic: "Maximum" }]),
  );
}
