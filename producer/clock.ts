/**
 * The schedule of a replay: maps the time of an event to the moment it is due, so that the distances
 * between events are kept but `speedup` times shorter.
 */
export class ReplayClock {
  readonly #firstEventTime: number;
  readonly #start: number;
  readonly #speedup: number;

  /**
   * @param firstEventTime - event time of the first event, due at once; milliseconds since the epoch
   * @param start - when the replay begins; milliseconds since the epoch
   * @param speedup - above 0; Infinity makes every event due at the start
   */
  constructor(firstEventTime: number, start: number, speedup: number) {
    this.#firstEventTime = firstEventTime;
    this.#start = start;
    this.#speedup = speedup;
  }

  /** When an event is due, in milliseconds since the epoch. */
  dueAt(eventTime: number): number {
    return this.#start + (eventTime - this.#firstEventTime) / this.#speedup;
  }

  /** How many seconds an event of this time is overdue; 0 before it is due and without a schedule. */
  lagSeconds(eventTime: number, now: number): number {
    if (this.#speedup === Infinity) {
      return 0;
    }
    return Math.max(0, now - this.dueAt(eventTime)) / 1000;
  }
}
