import { createHandler } from "../../infra/scaling/lambda/handler";
import type { RegisteredBounds } from "../../infra/scaling/lambda/registered-bounds";
import type { ScalableTargetDimension } from "../../infra/scaling/lambda/scaler";
import { Scaler } from "../../infra/scaling/lambda/scaler";
import { ScalingMetrics } from "../../infra/scaling/lambda/scaling-metrics";
import { cooldowns, scalingRules, steps } from "../../infra/scaling/function";
import { streamScalingAlarms } from "../../infra/scaling/load-alarms";
import type { Condition } from "../../infra/watch/alarm";
import { metricMath, type Values } from "./metric-math";
import { MINUTE, SimulatedCloudWatch, SimulatedStream } from "./simulated-services";

/** Records that are put at one rate for a part of a minute. */
export interface Traffic {
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Of these, records of one partition key. */
  readonly hotRecordsPerSecond?: number;
}

/** What happens to a stream, minute by minute from midnight. */
export interface Trace {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Shards at the start. @default min */
  readonly start?: number;
  /** @default 3 */
  readonly days?: number;
  readonly traffic: (minute: number) => readonly Traffic[];
  /** Minutes by which metrics are late. @default 2 */
  readonly delay?: number;
  /** Whether the metrics of a minute are lost. @default none is */
  readonly isLost?: (minute: number) => boolean;
  /** Whether the change with this number fails. @default none does */
  readonly fails?: (change: number) => boolean;
  /** Shards that an operator asks for in this minute. @default none */
  readonly manual?: (minute: number, shards: number) => number | undefined;
  /** Bounds that a schedule sets in this minute. @default none */
  readonly schedule?: (minute: number) => RegisteredBounds | undefined;
}

export interface Outcome extends Pick<Trace, "name" | "min" | "max"> {
  readonly days: number;
  /** Share of the offered records that were refused. */
  readonly refused: number;
  /** The same with the maximum of shards all the time. */
  readonly refusedAtMaximum: number;
  /** Changes in the busiest 24 hours. */
  readonly mostChanges: number;
  /** Changes that the function requested and Kinesis refused for its limits. */
  readonly limitErrors: number;
  readonly averageShards: number;
  /** Shards at the end of each minute. */
  readonly shards: readonly number[];
}

const target = "stream-shards";
const perShard = 1000;
const recordBytes = 100;
const maxLagMilliseconds = 60_000;

/** Runs the scaling function, its alarms and policies against a simulated stream. */
export async function simulate(trace: Trace): Promise<Outcome> {
  const { min, max, start = min, days = 3 } = trace;
  const cloudWatch = new SimulatedCloudWatch(trace.delay ?? 2, trace.isLost ?? (() => false));
  let attempts = 0;
  const stream = new SimulatedStream(start, () => trace.fails?.((attempts += 1)) ?? false);
  const rules = scalingRules("stream", { min, max }, 1, maxLagMilliseconds);
  const scaler = new Scaler(
    target,
    { kind: "stream", name: "trips", rules },
    stream,
    new ScalingMetrics(cloudWatch, [
      { namespace: lag.namespace, metricName: lag.name, dimensions: lag.dimensions },
    ]),
    false,
  );
  let bounds: RegisteredBounds = { min, max };
  let now = 0;
  const handler = createHandler(
    new Map([[target, scaler]]),
    () => Promise.resolve(new Map([["url", { bounds, failedActivities: 0 }]])),
    () => new Date(now),
  );
  const call = async (
    httpMethod: string,
    body: string | null,
  ): Promise<ScalableTargetDimension> => {
    const pathParameters = { scalableTargetDimensionId: target };
    const response = await handler({ httpMethod, pathParameters, body });
    return JSON.parse(response?.body ?? "") as ScalableTargetDimension;
  };
  const ask = (desiredCapacity: number) => call("PATCH", JSON.stringify({ desiredCapacity }));
  const alarms = streamScalingAlarms("trips", target, lag, maxLagMilliseconds);
  const growth = [alarms.out, alarms.surge].filter((alarm) => alarm !== undefined);
  const policies = [
    new SimulatedPolicy(growth, steps.out, cooldowns.stream.out, cloudWatch),
    new SimulatedPolicy([alarms.in], steps.in, cooldowns.stream.in, cloudWatch),
  ];

  let offered = 0;
  let refused = 0;
  let refusedAtMaximum = 0;
  const shards: number[] = [];
  for (let minute = 0; minute < days * 24 * 60; minute += 1) {
    now = (minute + 0.5) * MINUTE;
    stream.advance(now);
    cloudWatch.now = now;
    const { records, throttled, busiest } = put(trace.traffic(minute), stream.shards);
    offered += records + throttled;
    refused += throttled;
    refusedAtMaximum += put(trace.traffic(minute), max).throttled;
    if (records > 0) {
      cloudWatch.put("IncomingRecords", records);
      cloudWatch.put("IncomingBytes", records * recordBytes);
    }
    cloudWatch.put("WriteProvisionedThroughputExceeded", throttled);
    cloudWatch.put("busiest shard", busiest);
    cloudWatch.put(lag.name, 1000);

    const manual = trace.manual?.(minute, stream.shards);
    if (manual !== undefined) await stream.change(manual).catch(() => undefined);
    const scheduled = trace.schedule?.(minute);
    if (scheduled !== undefined) {
      bounds = scheduled;
      const { actualCapacity } = await call("GET", null);
      const wish = Math.min(Math.max(actualCapacity, bounds.min), bounds.max);
      if (wish !== actualCapacity) await ask(wish);
    }
    await handler({ minute: { [target]: "url" } });
    for (const policy of policies) {
      const wish = policy.isDue(minute, now)
        ? policy.wish(await call("GET", null), bounds)
        : undefined;
      if (wish !== undefined && (await ask(wish)).scalingStatus === "InProgress")
        policy.scaled(now);
    }
    shards.push(stream.shards);
  }
  return {
    name: trace.name,
    min,
    max,
    days,
    refused: refused / offered,
    refusedAtMaximum: refusedAtMaximum / offered,
    mostChanges: Math.max(0, ...stream.changes.map((time) => stream.mostChanges(time))),
    limitErrors: stream.refusals,
    averageShards: shards.reduce((sum, count) => sum + count, 0) / shards.length,
    shards,
  };
}

/** The lag of a job that keeps up. */
const lag = {
  namespace: "AWS/KinesisAnalytics",
  name: "millisBehindLatest",
  dimensions: { Application: "job" },
};

/** What the shards take of a minute's traffic, spread evenly except for the hot key. */
function put(traffic: readonly Traffic[], shards: number) {
  let records = 0;
  let throttled = 0;
  let busiest = 0;
  for (const { seconds, recordsPerSecond, hotRecordsPerSecond = 0 } of traffic) {
    const even = (recordsPerSecond - hotRecordsPerSecond) / shards;
    const hot = Math.max(0, even + hotRecordsPerSecond - perShard);
    const others = Math.max(0, even - perShard);
    const lost = seconds * (hot + (shards - 1) * others);
    throttled += lost;
    busiest += seconds * hot;
    records += seconds * recordsPerSecond - lost;
  }
  return { records, throttled, busiest };
}

/** A step policy that Application Auto Scaling carries out for as long as one of its alarms is on. */
class SimulatedPolicy {
  readonly #alarms: readonly SimulatedAlarm[];
  readonly #percent: number;
  readonly #cooldownSeconds: number;
  #coolUntil = 0;

  constructor(
    alarms: readonly Condition[],
    percent: number,
    cooldownSeconds: number,
    cloudWatch: SimulatedCloudWatch,
  ) {
    this.#alarms = alarms.map((alarm) => new SimulatedAlarm(alarm, cloudWatch));
    this.#percent = percent;
    this.#cooldownSeconds = cooldownSeconds;
  }

  isDue(minute: number, now: number): boolean {
    return now >= this.#coolUntil && this.#alarms.some((alarm) => alarm.isOn(minute));
  }

  scaled(now: number): void {
    this.#coolUntil = now + this.#cooldownSeconds * 1000;
  }

  /** https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html */
  wish(
    { actualCapacity, scalingStatus }: ScalableTargetDimension,
    { min, max }: RegisteredBounds,
  ): number | undefined {
    if (scalingStatus === "InProgress") return undefined;
    const change = (actualCapacity * this.#percent) / 100;
    const rounded = Math.sign(change) * Math.max(1, Math.floor(Math.abs(change)));
    const wish = Math.min(Math.max(actualCapacity + rounded, min), max);
    return wish === actualCapacity ? undefined : wish;
  }
}

class SimulatedAlarm {
  readonly #alarm: Condition;
  readonly #cloudWatch: SimulatedCloudWatch;
  readonly #evaluate: (values: Values, before?: Values) => number | undefined;
  /** Values of periods that no longer change. */
  readonly #values = new Map<number, number>();

  constructor(alarm: Condition, cloudWatch: SimulatedCloudWatch) {
    this.#alarm = alarm;
    this.#cloudWatch = cloudWatch;
    this.#evaluate = metricMath(alarm);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
  isOn(minute: number): boolean {
    const { periods = 1, periodSeconds = 300, breaching = periods } = this.#alarm;
    const length = periodSeconds / 60;
    const last = Math.floor(minute / length) - 1;
    // CloudWatch looks at a few more periods than configured, and takes the newest that have data.
    const values = Array.from({ length: periods + 3 }, (_, index) =>
      this.#valueOf((last - index) * length, length),
    ).filter((value) => value !== undefined);
    return values.slice(0, periods).filter((value) => this.#breaches(value)).length >= breaching;
  }

  #breaches(value: number): boolean {
    const { comparison, threshold } = this.#alarm;
    return comparison === "<" ? value < threshold : value >= threshold;
  }

  #valueOf(minute: number, length: number): number | undefined {
    const known = this.#values.get(minute);
    if (known !== undefined) return known;
    if (!this.#cloudWatch.isReadable(minute)) return undefined;
    const value = this.#computed(minute, length);
    if (value !== undefined && this.#cloudWatch.isReadable(minute + length - 1)) {
      this.#values.set(minute, value);
    }
    return value;
  }

  #computed(minute: number, length: number): number | undefined {
    const { value } = this.#alarm;
    if (!("readings" in value)) throw new Error("It has no expression");
    const of = (first: number): Values =>
      Object.fromEntries(
        Object.entries(value.readings).map(([id, { metric, statistic }]) => {
          let found: number | undefined;
          for (let at = first; at < first + length; at += 1) {
            const each = this.#cloudWatch.at(metric.name, at);
            if (each === undefined) continue;
            if (found === undefined) found = each;
            else found = statistic === "Sum" ? found + each : Math.max(found, each);
          }
          return [id, found];
        }),
      );
    return this.#evaluate(of(minute), of(minute - length));
  }
}
