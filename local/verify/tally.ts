/** What was counted for a key, such as a zone or an airport, in a window. */
export interface Sum<Key> {
  readonly key: Key;
  readonly start: number;
  readonly trips: number;
}

export class Tally<Key extends string | number> {
  readonly #sums = new Map<string, Sum<Key> & { trips: number }>();

  add(key: Key, start: number): void {
    const id = `${key}-${start}`;
    const sum = this.#sums.get(id);
    if (sum === undefined) this.#sums.set(id, { key, start, trips: 1 });
    else sum.trips++;
  }

  trips(key: Key, start: number): number {
    return this.#sums.get(`${key}-${start}`)?.trips ?? 0;
  }

  get sums(): Iterable<Sum<Key>> {
    return this.#sums.values();
  }
}

/** Durations in whole seconds of the trips of each key in each window. */
export class DurationTally<Key extends string> {
  readonly #durations = new Map<string, { key: Key; start: number; seconds: number[] }>();

  add(key: Key, start: number, seconds: number): void {
    const id = `${key}-${start}`;
    const known = this.#durations.get(id);
    if (known === undefined) this.#durations.set(id, { key, start, seconds: [seconds] });
    else known.seconds.push(seconds);
  }

  *figures(): Iterable<Sum<Key> & DurationFigures> {
    for (const { key, start, seconds } of this.#durations.values()) {
      const sorted = Float64Array.from(seconds).sort();
      const rank = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? 0;
      yield {
        key,
        start,
        trips: sorted.length,
        averageSeconds: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
        p50Seconds: rank(50),
        p95Seconds: rank(95),
      };
    }
  }
}

export interface DurationFigures {
  readonly averageSeconds: number;
  /** By nearest rank: the smallest duration that at least this share of the trips does not exceed. */
  readonly p50Seconds: number;
  readonly p95Seconds: number;
}
