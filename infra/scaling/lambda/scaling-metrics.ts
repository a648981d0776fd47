import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { type LagMetric, type MetricName, minutesOf, scalingNamespace } from "../../watch/metrics";
import { DAY } from "./decisions";
import {
  growthMinutes,
  hotShardShare,
  isFull,
  isThrottled,
  shardsFor,
  type StreamMinute,
} from "./stream-load";

const MINUTE = 60 * 1000;
/** How far back a measure still counts as the present one: metrics are up to two or three minutes late. */
const PRESENT = 5 * MINUTE;
/** Share of the minutes to look back on whose capacity has to be known. */
const KNOWN_SHARE = 0.95;
/** A change by another principal moves the number of open shards step by step for as long as this. */
const CHANGE = 30 * MINUTE;

export interface Change {
  readonly time: Date;
  readonly capacity: number;
}

/** What speaks against more shards. */
export interface Growth {
  /** The load is that of fewer shards, before the last change. */
  readonly isOutdated: boolean;
  /** Nearly all of the throttling is on one of several shards. */
  readonly hotShard: boolean;
}

export type Measure = MetricName<"scaling">;

type Query = Omit<MetricDataQuery, "Id">;

/** Memory of the function in CloudWatch metrics, readable two minutes after they were written, before any cool-down ends. */
export class ScalingMetrics {
  readonly #client: Pick<CloudWatchClient, "send">;
  readonly #lagMetrics: readonly LagMetric[];

  constructor(client: Pick<CloudWatchClient, "send">, lagMetrics: readonly LagMetric[]) {
    this.#client = client;
    this.#lagMetrics = lagMetrics;
  }

  /** The changes of the last 24 hours, newest first: the function's own, and those of other principals. */
  async changes(target: string, name: string, now: Date): Promise<Change[]> {
    const [requested = nothing, capacities = nothing] = await this.#series(now, DAY, [
      query(own("RequestedCapacity", target, name), "Maximum"),
      query(own("Capacity", target, name), "Maximum"),
    ]);
    const known = requested.values.map((capacity, index) => ({
      time: timeAt(requested, index),
      capacity,
    }));
    let before: number | undefined;
    capacities.values.forEach((capacity, index) => {
      const isNew = before !== undefined && capacity !== before;
      before = capacity;
      if (!isNew) return;
      const time = timeAt(capacities, index);
      if (!known.some((change) => Math.abs(time - change.time) < CHANGE)) {
        known.push({ time, capacity });
      }
    });
    return known
      .sort((one, other) => other.time - one.time)
      .map(({ time, capacity }) => ({
        // CloudWatch gives the minute; the change was before its end.
        time: new Date(Math.min(time + MINUTE, now.getTime())),
        capacity,
      }));
  }

  /** Milliseconds that the slowest reader was behind in the last minutes; undefined when nothing was measured. */
  async lag(now: Date): Promise<number | undefined> {
    if (this.#lagMetrics.length === 0) return undefined;
    const found = await this.#series(
      now,
      PRESENT,
      this.#lagMetrics.map((metric) => query(metric, "Maximum")),
    );
    // The job's source reports a negative lag while it does not know it.
    const values = found.flatMap((points) => points.values).filter((value) => value >= 0);
    return values.length === 0 ? undefined : Math.max(...values);
  }

  /** Shards that hold the load of the minutes before; undefined where too many of them are not known. */
  async neededShards(
    target: string,
    stream: string,
    minutes: number,
    now: Date,
  ): Promise<number | undefined> {
    const load = await this.#load(target, stream, minutes * MINUTE, now);
    if (load.length < KNOWN_SHARE * minutes) return undefined;
    return load.reduce((most, minute) => Math.max(most, shardsFor(minute)), 0);
  }

  /** What the last minutes say about more shards than there are. */
  async growth(target: string, stream: string, shards: number, now: Date): Promise<Growth> {
    const load = await this.#load(target, stream, growthMinutes * MINUTE, now);
    const present = load.filter((minute) => minute.shards === shards);
    return {
      // After a change, throttling of the earlier shards has no meaning for the current ones.
      isOutdated:
        present.length < load.length &&
        !present.some((minute) => isFull(minute) || isThrottled(minute)),
      hotShard: await this.#hasHotShard(stream, present, now),
    };
  }

  /** Whether a stream with room is throttled all the same, nearly all of it on one of several shards. */
  async #hasHotShard(stream: string, load: readonly StreamMinute[], now: Date): Promise<boolean> {
    if (!load.some(isThrottled) || load.some((minute) => minute.shards < 2 || isFull(minute))) {
      return false;
    }
    const [busiest = nothing] = await this.#series(now, growthMinutes * MINUTE, [
      {
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
        Expression: `SELECT SUM(WriteProvisionedThroughputExceeded) FROM SCHEMA("AWS/Kinesis", ShardId, StreamName) WHERE StreamName = '${stream}' GROUP BY ShardId ORDER BY SUM() DESC LIMIT 1`,
        Period: 60,
      },
    ]);
    const total = load.reduce((sum, { throttled }) => sum + throttled, 0);
    return busiest.values.reduce((sum, value) => sum + value, 0) >= hotShardShare * total;
  }

  async publish(
    target: string,
    name: string,
    values: Partial<Readonly<Record<Measure, number>>>,
  ): Promise<void> {
    const Dimensions = list(dimensions(target, name));
    await this.#client.send(
      new PutMetricDataCommand({
        Namespace: scalingNamespace,
        MetricData: Object.entries(values).map(([MetricName, Value]) => ({
          MetricName,
          Dimensions,
          Value,
        })),
      }),
    );
  }

  /** The minutes whose shards are known. A minute without records has no data of the stream. */
  async #load(
    target: string,
    stream: string,
    milliseconds: number,
    now: Date,
  ): Promise<StreamMinute[]> {
    const ofStream = (metricName: string): Query =>
      query({ namespace: "AWS/Kinesis", metricName, dimensions: { StreamName: stream } }, "Sum");
    const [capacities = nothing, ...others] = await this.#series(now, milliseconds, [
      query(own("Capacity", target, stream), "Maximum"),
      ofStream("IncomingBytes"),
      ofStream("IncomingRecords"),
      ofStream("WriteProvisionedThroughputExceeded"),
    ]);
    const [bytes, records, throttled] = others.map(valueAt);
    return capacities.values.map((shards, index) => {
      const time = timeAt(capacities, index);
      return {
        shards,
        bytes: bytes?.(time) ?? 0,
        records: records?.(time) ?? 0,
        throttled: throttled?.(time) ?? 0,
      };
    });
  }

  /** The minutes of each query, oldest first. */
  async #series(now: Date, milliseconds: number, queries: readonly Query[]): Promise<Minutes[]> {
    const { MetricDataResults = [] } = await this.#client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now.getTime() - milliseconds),
        // The period that is under way counts too.
        EndTime: new Date(now.getTime() + MINUTE),
        ScanBy: "TimestampAscending",
        MetricDataQueries: queries.map((each, index) => ({ ...each, Id: `m${index}` })),
      }),
    );
    return queries.map((_, index) => {
      const found = MetricDataResults.find(({ Id }) => Id === `m${index}`);
      return { times: found?.Timestamps ?? [], values: found?.Values ?? [] };
    });
  }
}

/** What is known of a metric, oldest first. */
interface Minutes {
  readonly times: readonly Date[];
  readonly values: readonly number[];
}

const nothing: Minutes = { times: [], values: [] };

function timeAt({ times }: Minutes, index: number): number {
  return times[index]?.getTime() ?? NaN;
}

/** Looks up the value of a minute; those asked for have to come in order. */
function valueAt(minutes: Minutes): (time: number) => number | undefined {
  let index = 0;
  return (time) => {
    while (timeAt(minutes, index) < time) index += 1;
    return timeAt(minutes, index) === time ? minutes.values[index] : undefined;
  };
}

function query(metric: LagMetric, statistic: "Maximum" | "Sum"): Query {
  return minutesOf("", metric, statistic);
}

function own(metricName: Measure, target: string, name: string): LagMetric {
  return { namespace: scalingNamespace, metricName, dimensions: dimensions(target, name) };
}

/** Dimensions of the function's own metrics. */
export function dimensions(target: string, name: string): Record<string, string> {
  return { Target: target, Name: name };
}

function list(values: Readonly<Record<string, string>>): { Name: string; Value: string }[] {
  return Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
}
