import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
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

/** One statistic of one metric. */
export interface Reading {
  readonly metric: ResourceMetric;
  readonly statistic: Statistic;
}

/** A statistic of a metric from the table. */
export function reading<Family extends MetricFamily>(
  family: Family,
  name: MetricName<Family>,
  dimensions: Dimensions<Family, pulumi.Input<string>>,
  statistic: Statistic,
): Reading {
  return { metric: metricOf(family, name, dimensions), statistic };
}

const operators = {
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
  "<": "LessThanThreshold",
  "<=": "LessThanOrEqualToThreshold",
} as const;

/** What is watched, and when it is too much. */
export interface Alarm {
  /** Role noun, such as stream-lag; it becomes part of the resource's name. */
  readonly name: string;
  /** What it means and what to do: whoever is woken reads this first. */
  readonly description: string;
  /** Critical alarms mean that data is late, lost or about to be; they make the pipeline unhealthy. @default warning */
  readonly severity?: "critical" | "warning" | undefined;
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
  /** @default 300 */
  readonly periodSeconds?: number;
  /** Periods that are looked at; all of them must breach unless `breaching` says how many. @default 1 */
  readonly periods?: number;
  readonly breaching?: number;
  /**
   * What a period without data counts as. `breaching` where silence is the failure, `notBreaching` where there is
   * silence when nothing happens, `missing` where nothing can be said. @default notBreaching
   */
  readonly missing?: "breaching" | "notBreaching" | "missing" | undefined;
}

/**
 * The value of an alarm on a flow that has stopped: 1 while something comes in and nothing goes out, also where what
 * counts the output falls silent.
 */
export function stopped(incoming: Reading, outgoing: Reading): Alarm["value"] {
  return {
    expression: "IF(FILL(incoming, 0) > 0 AND FILL(outgoing, 0) == 0, 1, 0)",
    label: "1 while records come in and none go out",
    readings: { incoming, outgoing },
  };
}

/** What happens when an alarm changes its state: ARNs of topics or scaling policies. */
export interface AlarmActions {
  readonly alarm: readonly pulumi.Input<string>[];
  readonly ok?: readonly pulumi.Input<string>[];
}

/** The alarm as CloudWatch takes it. */
export function metricAlarmArgs(
  alarm: Alarm,
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

function measured({ value, periodSeconds = 300 }: Alarm): Partial<aws.cloudwatch.MetricAlarmArgs> {
  if (!("expression" in value)) {
    const { metric, statistic } = value;
    return {
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: metric.dimensions,
      period: periodSeconds,
      ...(isPercentile(statistic) ? { extendedStatistic: statistic } : { statistic }),
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

function isPercentile(statistic: Statistic): boolean {
  return statistic.startsWith("p");
}
