const MINUTE_MILLISECONDS = 60_000;
/** A part that ends more often than this in a minute does not stay up. */
const MOST_IN_A_MINUTE = 5;

/** Decides whether a part that ended is started again. */
export class RestartLimit {
  readonly #ends: number[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes an end. @returns false when it is the sixth within a minute */
  allows(): boolean {
    const now = this.#now();
    this.#ends.push(now);
    return this.#ends.filter((end) => now - end < MINUTE_MILLISECONDS).length <= MOST_IN_A_MINUTE;
  }
}
