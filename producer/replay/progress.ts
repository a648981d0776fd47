import type { OutgoingRecord } from "../events/record";
import type { LastError } from "./last-error";

/** Settled records that are kept at most before they are forgotten together. */
const forgottenAtOnce = 10_000;

/** Codes that are counted one by one; a server may make up any number of them. */
const mostCodes = 100;

export class Progress {
  recordsPut = 0;
  recordsLost = 0;
  /** Codes of the errors for which records were given up. */
  readonly lossCodes = new Set<string>();
  bytesPut = 0;
  throttled = 0;
  retries = 0;
  /** How often each error came, by its code. */
  readonly errors = new Map<string, number>();
  lastError: LastError | undefined;
  /** Whether the newest request failed as a whole. */
  isFailing = false;
  /** Whether a request failed in a way that leaves open what became of its records. */
  isUncertain = false;
  /** Earliest and latest event time of the records put; milliseconds since the epoch. */
  firstEventTime: number | undefined;
  lastEventTime: number | undefined;
  /** Event time up to which every record is settled; undefined before the first one. */
  sentUpTo: number | undefined;

  #firstLost = Infinity;
  #first: number;
  /** Of the records offered, in the order of their positions, and whether they are settled. */
  readonly #eventTimes: number[] = [];
  readonly #settled: boolean[] = [];
  /** How many leading records of the lists are all settled. */
  #settledUpTo = 0;

  constructor(from: number) {
    this.#first = from;
  }

  /** Event time of the oldest record that is neither acknowledged nor lost; undefined without one. */
  get oldestUnsettledTime(): number | undefined {
    return this.#eventTimes[this.#settledUpTo];
  }

  /** How many leading records are all acknowledged: where a later run has to go on. */
  get acknowledgedUpTo(): number {
    return Math.min(this.#first + this.#settledUpTo, this.#firstLost);
  }

  /** A request or a record failed, and is sent again. @param isUnanswered - the request as a whole, without an answer */
  failed(code: string, message: string, now: number, isUnanswered: boolean): void {
    if (this.errors.has(code) || this.errors.size < mostCodes) {
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    }
    const last = this.lastError;
    const before = last?.code === code ? last : { count: 0, since: now };
    this.lastError = { code, message, count: before.count + 1, since: before.since };
    this.isFailing ||= isUnanswered;
    this.isUncertain ||= isUnanswered;
  }

  answered(): void {
    this.isFailing = false;
  }

  offered(record: OutgoingRecord): void {
    this.#eventTimes.push(record.eventTime);
    this.#settled.push(false);
  }

  acknowledged(record: OutgoingRecord): void {
    this.recordsPut += 1;
    this.bytesPut += record.bytes;
    this.firstEventTime = Math.min(this.firstEventTime ?? Infinity, record.eventTime);
    this.lastEventTime = Math.max(this.lastEventTime ?? -Infinity, record.eventTime);
    this.#settle(record.position);
  }

  lost(record: OutgoingRecord, errorCode: string): void {
    this.recordsLost += 1;
    this.lossCodes.add(errorCode);
    this.#firstLost = Math.min(this.#firstLost, record.position);
    this.#settle(record.position);
  }

  #settle(position: number): void {
    this.#settled[position - this.#first] = true;
    while (this.#settled[this.#settledUpTo] === true) {
      this.sentUpTo = this.#eventTimes[this.#settledUpTo];
      this.#settledUpTo += 1;
    }
    // Now and then, since all that follow move up.
    if (this.#settledUpTo >= forgottenAtOnce) {
      this.#eventTimes.splice(0, this.#settledUpTo);
      this.#settled.splice(0, this.#settledUpTo);
      this.#first += this.#settledUpTo;
      this.#settledUpTo = 0;
    }
  }
}
