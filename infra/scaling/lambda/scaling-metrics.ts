import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataResult,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { type LagMetric, scalingNamespace } from "../../watch/scaling-targets";

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
/** How far back a lag still counts as the present one: metrics are up to two or three minutes late. */
const LAG_WINDOW = 5 * MINUTE;

/** A change of capacity that was begun. */
export interface Change {
  readonly time: Date;
  readonly capacity: number;
}

/**
 * What the function remembers, kept in CloudWatch: the changes are metrics, which the dashboard shows as well. They are
 * readable a minute or two after they were written, well before any cool-down is over.
 */
export class ScalingMetrics {
  readonly #client: CloudWatchClient;
  readonly #lagMetrics: readonly LagMetric[];

  constructor(client: CloudWatchClient, lagMetrics: readonly LagMetric[]) {
    this.#client = client;
    this.#lagMetrics = lagMetrics;
  }

  /** The changes of the last 24 hours, newest first. */
  async changes(target: string, name: string, now: Date): Promise<Change[]> {
    const [result] = await this.#read(now, DAY, [
      {
        namespace: scalingNamespace,
        metricName: "RequestedCapacity",
        dimensions: dimensions(target, name),
      },
    ]);
    return (result?.Timestamps ?? []).map((minute, index) => ({
      // CloudWatch tells the minute; the change was before its end.
      time: new Date(Math.min(minute.getTime() + MINUTE, now.getTime())),
      capacity: result?.Values?.[index] ?? NaN,
    }));
  }

  /** Milliseconds that the slowest reader was behind in the last minutes; undefined when nothing was measured. */
  async lag(now: Date): Promise<number | undefined> {
    if (this.#lagMetrics.length === 0) return undefined;
    const results = await this.#read(now, LAG_WINDOW, this.#lagMetrics);
    const values = results.flatMap(({ Values }) => Values ?? []);
    return values.length === 0 ? undefined : Math.max(...values);
  }

  async publishCapacity(target: string, name: string, capacity: number): Promise<void> {
    await this.#publish("Capacity", target, name, capacity);
  }

  async publishChange(target: string, name: string, capacity: number): Promise<void> {
    await this.#publish("RequestedCapacity", target, name, capacity);
  }

  async #publish(metric: string, target: string, name: string, value: number): Promise<void> {
    await this.#client.send(
      new PutMetricDataCommand({
        Namespace: scalingNamespace,
        MetricData: [
          { MetricName: metric, Dimensions: list(dimensions(target, name)), Value: value },
        ],
      }),
    );
  }

  async #read(
    now: Date,
    milliseconds: number,
    metrics: readonly LagMetric[],
  ): Promise<MetricDataResult[]> {
    const { MetricDataResults } = await this.#client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now.getTime() - milliseconds),
        // The period that is under way counts too.
        EndTime: new Date(now.getTime() + MINUTE),
        ScanBy: "TimestampDescending",
        MetricDataQueries: metrics.map((metric, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: {
              Namespace: metric.namespace,
              MetricName: metric.metricName,
              Dimensions: list(metric.dimensions),
            },
            Period: 60,
            Stat: "Maximum",
          },
        })),
      }),
    );
    return MetricDataResults ?? [];
  }
}

/** How the function's own metrics are told apart. */
export function dimensions(target: string, name: string): Record<string, string> {
  return { Target: target, Name: name };
}

function list(values: Readonly<Record<string, string>>): { Name: string; Value: string }[] {
  return Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
}
