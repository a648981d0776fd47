import { backoffMs } from "./backoff";
import type { Load } from "./batch";
import { loadOf, requestLimits, selectBatch } from "./batch";
import { isThrottling } from "./kinesis-error";
import type { OutgoingRecord } from "./record";
import type { Runtime } from "./runtime";
import { ShardBudget } from "./shard-budget";
import type { PutResult } from "./stream";

/** How records are sent. */
export interface LaneOptions {
  /** What a lane may send in a second. */
  readonly shardLimits: Load;
  /** Failed attempts after which a record is given up, 1 or more. */
  readonly maxAttempts: number;
}

/** What a lane tells about its records. */
export interface LaneListener {
  /** Sent once more after a failed attempt. */
  resent(record: OutgoingRecord): void;
  /** Refused because the throughput of the shard is used up. */
  throttled(record: OutgoingRecord): void;
  acknowledged(record: OutgoingRecord): void;
  /** Given up after the last attempt. */
  lost(record: OutgoingRecord, errorCode: string): void;
  /** A record went into another shard than the lane's: the stream has been resharded. */
  resharded(): void;
  /** The lane has waited long enough to send again. */
  rested(): void;
}

/** What the lanes of a stream share. */
export interface LaneContext {
  readonly options: LaneOptions;
  readonly listener: LaneListener;
  readonly runtime: Runtime;
  /** Ends all waiting. */
  readonly closing: AbortSignal;
  /** How often each waiting record has failed; a record keeps that when a reshard gives it a new lane. */
  readonly failedAttempts: WeakMap<OutgoingRecord, number>;
}

/**
 * The way into one shard. It sends nothing while an answer is outstanding, and a refused record keeps
 * its place before everything younger: so records of a partition key arrive in order.
 */
export class Lane {
  readonly #shardId: string;
  readonly #options: LaneOptions;
  readonly #listener: LaneListener;
  readonly #runtime: Runtime;
  readonly #closing: AbortSignal;
  readonly #failedAttempts: WeakMap<OutgoingRecord, number>;
  readonly #budget: ShardBudget;
  readonly #waiting: OutgoingRecord[] = [];
  #underWay: readonly OutgoingRecord[] = [];
  #resting = false;

  constructor(shardId: string, context: LaneContext) {
    this.#shardId = shardId;
    this.#options = context.options;
    this.#listener = context.listener;
    this.#runtime = context.runtime;
    this.#closing = context.closing;
    this.#failedAttempts = context.failedAttempts;
    this.#budget = new ShardBudget(context.options.shardLimits);
  }

  /** The records that are neither acknowledged nor given up, by event time. */
  get waiting(): readonly OutgoingRecord[] {
    return this.#waiting;
  }

  /** Records must be added in the order in which they are to be sent. */
  add(record: OutgoingRecord): void {
    this.#waiting.push(record);
  }

  /**
   * The records to send now; none if there are none or the lane has to wait.
   *
   * @param latest - event time up to which records may be sent; milliseconds since the epoch
   */
  next(latest: number): readonly OutgoingRecord[] {
    if (this.#underWay.length > 0 || this.#resting) {
      return [];
    }
    const { shardLimits } = this.#options;
    const limit = {
      records: Math.min(requestLimits.records, shardLimits.records),
      bytes: Math.min(requestLimits.bytes, shardLimits.bytes),
    };
    const batch = selectBatch(this.#waiting, limit, latest);
    if (batch.length === 0) {
      return [];
    }
    const delay = this.#budget.delayFor(loadOf(batch), this.#runtime.now());
    if (delay > 0) {
      void this.#rest(delay);
      return [];
    }
    return batch;
  }

  /** The records that were next are on their way; `answered` must follow. */
  sent(batch: readonly OutgoingRecord[]): void {
    this.#underWay = batch;
    for (const record of batch) {
      if (this.#failedAttempts.has(record)) {
        this.#listener.resent(record);
      }
    }
  }

  /** @param results - one for each record on its way */
  answered(results: readonly PutResult[]): void {
    const batch = this.#underWay;
    const settled = new Set<OutgoingRecord>();
    let attemptsOfOldest = 0;
    let resharded = false;
    for (const [index, record] of batch.entries()) {
      const result = results[index] ?? { errorCode: "MissingResult" };
      if ("shardId" in result) {
        settled.add(record);
        this.#listener.acknowledged(record);
        resharded ||= result.shardId !== this.#shardId;
      } else {
        const attempts = this.#refused(record, result.errorCode);
        if (attempts === 0) {
          settled.add(record);
        } else {
          attemptsOfOldest ||= attempts;
        }
      }
    }
    this.#underWay = [];
    this.#remove(settled);
    this.#budget.spend(loadOf(batch), this.#runtime.now());
    if (attemptsOfOldest > 0) {
      void this.#rest(backoffMs(attemptsOfOldest, this.#runtime.random()));
    }
    if (resharded) {
      this.#listener.resharded();
    }
  }

  /** @returns the failed attempts of the record; 0 when it is given up */
  #refused(record: OutgoingRecord, errorCode: string): number {
    if (isThrottling(errorCode)) {
      this.#listener.throttled(record);
    }
    const attempts = (this.#failedAttempts.get(record) ?? 0) + 1;
    if (attempts >= this.#options.maxAttempts) {
      this.#listener.lost(record, errorCode);
      return 0;
    }
    this.#failedAttempts.set(record, attempts);
    return attempts;
  }

  #remove(settled: ReadonlySet<OutgoingRecord>): void {
    const last = [...settled].at(-1);
    if (last === undefined) {
      return;
    }
    // Far more may wait than a request held: look at the oldest only.
    const end = this.#waiting.indexOf(last) + 1;
    const kept = this.#waiting.slice(0, end).filter((record) => !settled.has(record));
    this.#waiting.splice(0, end, ...kept);
  }

  async #rest(ms: number): Promise<void> {
    this.#resting = true;
    await this.#runtime.sleep(ms, this.#closing);
    this.#resting = false;
    this.#listener.rested();
  }
}
