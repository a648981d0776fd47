export interface Pace {
  /** How many times faster than they happened events are due; Infinity makes all due at the start. */
  readonly speedup: number;
  readonly maxRate: number;
  /** How long pace and rate take to grow from zero to their value; milliseconds, 0 for immediately. */
  readonly rampMs: number;
  /** Longest wait for the next event, to which longer ones are shortened; milliseconds, Infinity for no limit. */
  readonly maxGapMs?: number;
}

/** Maps the time of an event to the moment it is due: distances are kept, but `speedup` times shorter. */
export class ReplayClock {
  readonly #firstEventTime: number;
  readonly #start: number;
  readonly #pace: Pace;
  #previous = -Infinity;
  #latestEventTime: number;
  /** From an event time on, how much of the event time before it takes no time; milliseconds. */
  readonly #skipped: { readonly from: number; readonly ms: number }[] = [];

  /** `firstEventTime` is due at `start`, both in milliseconds since the epoch. */
  constructor(firstEventTime: number, start: number, pace: Pace) {
    this.#firstEventTime = firstEventTime;
    this.#latestEventTime = firstEventTime;
    this.#start = start;
    this.#pace = pace;
  }

  dueAt(eventTime: number): number {
    const { speedup, rampMs } = this.#pace;
    // An event out of order may be older than the first one: it is due immediately.
    const before = this.#skipped.findLast(({ from }) => eventTime >= from)?.ms ?? 0;
    const next = this.#skipped.find(({ from }) => from > eventTime);
    const afterGap = next === undefined ? Infinity : next.from - next.ms;
    const eventMs = Math.min(eventTime - before, afterGap) - this.#firstEventTime;
    const atFullPace = Math.max(0, eventMs) / speedup;
    // The pace grows evenly, so the way covered is half the time while it grows: t² / (2 · ramp).
    const elapsed =
      atFullPace < rampMs / 2 ? Math.sqrt(2 * rampMs * atFullPace) : atFullPace + rampMs / 2;
    return this.#start + elapsed;
  }

  /** When the next record may be sent: not before it is due, nor sooner after the last than the rate allows. */
  nextAt(eventTime: number): number {
    const { maxRate, rampMs, maxGapMs = Infinity, speedup } = this.#pace;
    const tooLong = eventTime - this.#latestEventTime - maxGapMs * speedup;
    if (tooLong > 0) {
      const before = this.#skipped.at(-1)?.ms ?? 0;
      this.#skipped.push({ from: eventTime, ms: before + tooLong });
    }
    this.#latestEventTime = Math.max(this.#latestEventTime, eventTime);
    const dueAt = this.dueAt(eventTime);
    if (maxRate === Infinity) {
      return dueAt;
    }
    const sinceStart = Math.max(this.#previous - this.#start, 0);
    const share = sinceStart < rampMs ? Math.max(sinceStart / rampMs, smallestShare) : 1;
    this.#previous = Math.max(dueAt, this.#previous + 1000 / (maxRate * share));
    return this.#previous;
  }

  /** How many seconds an event of this time is overdue; 0 before it is due and without a schedule. */
  lagSeconds(eventTime: number, now: number): number {
    if (this.#pace.speedup === Infinity) {
      return 0;
    }
    return Math.max(0, now - this.dueAt(eventTime)) / 1000;
  }
}

/** Of the rate, at the beginning of a ramp: from nothing, it would never grow. */
const smallestShare = 0.01;
