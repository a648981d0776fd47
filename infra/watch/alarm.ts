import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import declarations from "./alarms.json";
import {
  type Dimensions,
  type Metric,
  metric as metricOf,
  type MetricFamily,
  type MetricName,
  type Statistic,
} from "./metrics";

/** A metric of a resource that the program makes. */
export type ResourceMetric = Metric<pulumi.Input<string>>;

export interface Reading {
  readonly metric: ResourceMetric;
  readonly statistic: Statistic;
}

export function reading<Family extends MetricFamily>(
  family: Family,
  name: MetricName<Family>,
  dimensions: Dimensions<Family, pulumi.Input<string>>,
  statistic: Statistic,
): Reading {
  return { metric: metricOf(family, name, dimensions), statistic };
}

/** Makes the readings of one resource. */
export function readingsOf<Family extends MetricFamily>(
  family: Family,
  dimensions: Dimensions<Family, pulumi.Input<string>>,
) {
  return (name: MetricName<Family>, statistic: Statistic): Reading =>
    reading(family, name, dimensions, statistic);
}

export function incomingRecords(streamName: pulumi.Input<string>): Reading {
  return reading("stream", "IncomingRecords", { StreamName: streamName }, "Sum");
}

const operators = {
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
  "<": "LessThanThreshold",
  "<=": "LessThanOrEqualToThreshold",
} as const;

/** A window of an alarm: how many of how many periods must breach. */
export interface Window {
  /** @default 300 */
  readonly periodSeconds?: number;
  /** Periods that are looked at; all of them must breach unless `breaching` is set. @default 1 */
  readonly periods?: number;
  readonly breaching?: number;
}

export interface Condition extends Window {
  /** Role noun, such as stream-lag; it becomes part of the resource's name. */
  readonly name: string;
  /** Meaning of the alarm and the first thing to do. */
  readonly description: string;
  /** A single reading, or an expression of CloudWatch's metric math over readings by id. */
  readonly value:
    | Reading
    | {
        readonly expression: string;
        readonly label: string;
        readonly readings: Readonly<Record<string, Reading>>;
      };
  /** @default >= */
  readonly comparison?: keyof typeof operators;
  readonly threshold: number;
  /**
   * Meaning of a period without data: `breaching` where silence is the failure, `missing` where nothing can be
   * concluded. @default notBreaching
   */
  readonly missing?: "breaching" | "notBreaching" | "missing" | undefined;
}

/** A condition that notifies operators. */
export interface Alarm extends Condition {
  /** Critical: data is late, lost or about to be. It notifies the topic of pages, a warning that of tickets. @default warning */
  readonly severity?: "critical" | "warning" | undefined;
  /** A shorter window that must breach as well, so that the alarm ends soon after its cause. @default none */
  readonly lately?: Window;
}

/** What alarms.json says of each alarm; a threshold that depends on the pipeline is not in it. */
const declared = declarations as Readonly<
  Record<keyof typeof declarations, Omit<Alarm, "name" | "value">>
>;

/**
 * An alarm of alarms.json.
 * @param own - what depends on the pipeline, above all the threshold
 * @param texts - what stands in name and description for `{threshold}` and the like
 */
export function alarm(
  name: keyof typeof declarations,
  value: Alarm["value"],
  own: Partial<Alarm> = {},
  texts: Readonly<Record<string, number | string>> = {},
): Alarm {
  const values = { threshold: own.threshold, ...texts };
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, key: keyof typeof values) => String(values[key]));
  const { description, ...rest } = declared[name];
  return { ...rest, ...own, name: fill(name), description: fill(description), value };
}

/** Measures of a flow that canaries alone make in a period of five minutes, with the one a minute. */
export interface Idle {
  readonly incoming: number;
  readonly outgoing: number;
}

/** At most one more canary than minutes, in the stream; documents a minute, with that of a replica, in the domain. */
export const canariesAlone: Idle = { incoming: 6, outgoing: 2 };

/** 1 while records have come in and nothing goes out, or its metric falls silent. */
export function stopped(
  incoming: Reading,
  outgoing: Reading,
  idle: Idle = { incoming: 0, outgoing: 0 },
): Alarm["value"] {
  return {
    expression: `IF(FILL(incoming, 0) > ${idle.incoming} AND FILL(outgoing, 0) <= ${idle.outgoing}, 1, 0)`,
    label: "1 while records come in and none go out",
    readings: { incoming, outgoing },
  };
}

/** ARNs of the topics or scaling policies that an alarm calls when it changes its state. */
export interface AlarmActions {
  readonly alarm: readonly pulumi.Input<string>[];
  readonly ok?: readonly pulumi.Input<string>[];
}

/** The arguments of the alarm as a resource. */
export function metricAlarmArgs(
  alarm: Condition,
  actions: AlarmActions,
): aws.cloudwatch.MetricAlarmArgs {
  const { comparison = ">=", periods = 1 } = alarm;
  return {
    alarmDescription: alarm.description,
    comparisonOperator: operators[comparison],
    threshold: alarm.threshold,
    evaluationPeriods: periods,
    datapointsToAlarm: alarm.breaching ?? periods,
    treatMissingData: alarm.missing ?? "notBreaching",
    alarmActions: [...actions.alarm],
    okActions: [...(actions.ok ?? [])],
    ...measured(alarm),
  };
}

function measured({
  value,
  periodSeconds = 300,
}: Condition): Partial<aws.cloudwatch.MetricAlarmArgs> {
  if (!("expression" in value)) {
    const { metric, statistic } = value;
    return {
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: metric.dimensions,
      period: periodSeconds,
      ...(statistic.startsWith("p") ? { extendedStatistic: statistic } : { statistic }),
    };
  }
  return {
    metricQueries: [
      { id: "value", expression: value.expression, label: value.label, returnData: true },
      ...Object.entries(value.readings).map(([id, { metric, statistic }]) => ({
        id,
        returnData: false,
        metric: {
          namespace: metric.namespace,
          metricName: metric.name,
          dimensions: metric.dimensions,
          period: periodSeconds,
          stat: statistic,
        },
      })),
    ],
  };
}
