import type { OutgoingRecord } from "./record";

/** Counts what became of the records of a replay. */
export class Progress {
  recordsPut = 0;
  recordsLost = 0;
  /** Codes of the errors for which records were given up. */
  readonly lossCodes = new Set<string>();
  /** Partition keys and data of the records put. */
  bytesPut = 0;
  /** How often a record was refused for want of throughput. */
  throttled = 0;
  /** How often a record was sent again. */
  retries = 0;
  /** Earliest and latest event time of the records put; milliseconds since the epoch. */
  firstEventTime: number | undefined;
  lastEventTime: number | undefined;

  #oldestUnsettled: number;
  #firstLost = Infinity;
  #sentUpTo: number | undefined;
  readonly #settledAhead = new Set<number>();
  /** Event times by position, of the records offered from the oldest unsettled one on. */
  readonly #eventTimes = new Map<number, number>();

  /** @param from - position of the first record of this run */
  constructor(from: number) {
    this.#oldestUnsettled = from;
  }

  /** Event time of the oldest record that is neither acknowledged nor lost; undefined without one. */
  get oldestUnsettledTime(): number | undefined {
    return this.#eventTimes.get(this.#oldestUnsettled);
  }

  /** Event time up to which every record is settled; undefined before the first one. */
  get sentUpTo(): number | undefined {
    return this.#sentUpTo;
  }

  /** How many leading records are all acknowledged: where a later run has to go on. */
  get acknowledgedUpTo(): number {
    return Math.min(this.#oldestUnsettled, this.#firstLost);
  }

  /** A record is on its way; it will be acknowledged or lost. */
  offered(record: OutgoingRecord): void {
    this.#eventTimes.set(record.position, record.eventTime);
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
    this.#settledAhead.add(position);
    while (this.#settledAhead.delete(this.#oldestUnsettled)) {
      this.#sentUpTo = this.#eventTimes.get(this.#oldestUnsettled);
      this.#eventTimes.delete(this.#oldestUnsettled);
      this.#oldestUnsettled += 1;
    }
  }
}
