import {
  type GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import type { Scalable, State } from "../../infra/scaling/lambda/scalable";

export const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The minutes of a metric, in order. */
class Series {
  readonly minutes: number[] = [];
  readonly times: Date[] = [];
  readonly values: number[] = [];
  readonly #index = new Map<number, number>();

  put(minute: number, value: number): void {
    const index = this.#index.get(minute) ?? this.minutes.length;
    if (index === this.minutes.length) {
      this.#index.set(minute, index);
      this.minutes.push(minute);
      this.times.push(new Date(minute * MINUTE));
    }
    this.values[index] = Math.max(value, this.values[index] ?? value);
  }

  at(minute: number): number | undefined {
    return this.values[this.#index.get(minute) ?? -1];
  }

  /** Index of the first minute that is not before one. */
  from(minute: number): number {
    let index = this.minutes.length;
    while (index > 0 && (this.minutes[index - 1] ?? 0) >= minute) index -= 1;
    return index;
  }
}

/** CloudWatch whose metrics become readable late, or never. */
export class SimulatedCloudWatch {
  now = 0;
  /** Minutes after its end until a minute of a metric is readable. */
  readonly #delay: number;
  readonly #isLost: (minute: number) => boolean;
  readonly #series = new Map<string, Series>();

  constructor(delay: number, isLost: (minute: number) => boolean) {
    this.#delay = delay;
    this.#isLost = isLost;
  }

  put(metric: string, value: number): void {
    const minute = Math.floor(this.now / MINUTE);
    if (this.#isLost(minute)) return;
    const series = this.#series.get(metric) ?? new Series();
    this.#series.set(metric, series);
    series.put(minute, value);
  }

  /** The value of a minute, as far as it can be read by now. */
  at(metric: string, minute: number): number | undefined {
    return this.isReadable(minute) ? this.#series.get(metric)?.at(minute) : undefined;
  }

  isReadable(minute: number): boolean {
    return minute < this.#readable();
  }

  readonly send = (
    command: GetMetricDataCommand | PutMetricDataCommand,
  ): Promise<GetMetricDataCommandOutput> => {
    if (command instanceof PutMetricDataCommand) {
      for (const { MetricName = "", Value = NaN } of command.input.MetricData ?? []) {
        this.put(MetricName, Value);
      }
      return Promise.resolve({ $metadata: {} });
    }
    const { StartTime, MetricDataQueries = [] } = command.input;
    const first = Math.floor((StartTime?.getTime() ?? 0) / MINUTE);
    const results = MetricDataQueries.map(({ Id, MetricStat, Expression }) => {
      const metric = MetricStat?.Metric?.MetricName ?? (Expression ? "busiest shard" : "");
      const series = this.#series.get(metric) ?? new Series();
      const range = [series.from(first), series.from(this.#readable())] as const;
      return {
        Id,
        Timestamps: series.times.slice(...range),
        Values: series.values.slice(...range),
      };
    });
    return Promise.resolve({ $metadata: {}, MetricDataResults: results });
  };

  /** The first minute that cannot be read yet. */
  #readable(): number {
    return Math.floor(this.now / MINUTE) - this.#delay;
  }
}

/** A stream with the limits of UpdateShardCount and the time that it takes. */
export class SimulatedStream implements Scalable {
  now = 0;
  shards: number;
  /** When each change was begun. */
  readonly changes: number[] = [];
  /** Changes that Kinesis would not make. */
  refusals = 0;
  readonly #fails: () => boolean;
  #goal: { readonly shards: number; readonly until: number } | undefined;

  constructor(shards: number, fails: () => boolean) {
    this.shards = shards;
    this.#fails = fails;
  }

  advance(now: number): void {
    this.now = now;
    if (this.#goal === undefined || this.#goal.until > now) return;
    this.shards = this.#goal.shards;
    this.#goal = undefined;
  }

  state(): Promise<State> {
    const changing = this.#goal !== undefined;
    return Promise.resolve({
      actual: this.shards,
      desired: this.shards,
      changing,
      failed: false,
      obstacle: changing ? "the stream is UPDATING, not ACTIVE" : undefined,
    });
  }

  /** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
  change(shards: number): Promise<void> {
    const isOutside = shards > 2 * this.shards || shards < this.shards / 2;
    if (this.mostChanges(this.now) >= 10 || isOutside || this.#goal !== undefined) {
      this.refusals += 1;
      return rejected("LimitExceededException");
    }
    if (this.#fails()) return rejected("ResourceInUseException");
    this.changes.push(this.now);
    // Half a minute for each shard that is split or merged.
    const minutes = Math.max(1, Math.abs(shards - this.shards) / 2);
    this.#goal = { shards, until: this.now + minutes * MINUTE };
    return Promise.resolve();
  }

  /** Changes in the 24 hours up to a moment. */
  mostChanges(until: number): number {
    return this.changes.filter((time) => time > until - DAY && time <= until).length;
  }
}

function rejected(name: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(name), { name }));
}
