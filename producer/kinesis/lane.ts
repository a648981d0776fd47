import { aggregateBytes, aggregated, selectAggregate } from "./aggregation";
import { backoffMs } from "./backoff";
import { type Load, loadOf, requestLimits, selectBatch } from "./batch";
import { isThrottling } from "./kinesis-error";
import type { OutgoingRecord } from "../events/record";
import type { Progress } from "../replay/progress";
import type { Runtime } from "../replay/runtime";
import { ShardBudget } from "./shard-budget";
import type { PutResult } from "./stream";

/** Why a record is given up that follows on a lost one of its key. */
export const earlierRecordLost = "EarlierRecordLost";

export interface LaneOptions {
  /** What a lane may send in a second. */
  readonly shardLimits: Load;
  /** Refusals after which a record is given up, 1 or more; a request that fails as a whole is none. */
  readonly maxAttempts: number;
  /** Whether waiting records are made one, as the Kinesis Producer Library does. */
  readonly aggregate: boolean;
}

export interface Batch {
  readonly records: readonly OutgoingRecord[];
  /** What the stream gets: the same, or one that is made of them. */
  readonly puts: readonly OutgoingRecord[];
}

export interface LaneListener {
  acknowledged(record: OutgoingRecord): void;
  /** Given up after the last attempt, or because an earlier record of its key was. */
  lost(record: OutgoingRecord, errorCode: string): void;
  /** A record went into another shard than the lane's: the stream has been resharded. */
  resharded(): void;
  rested(): void;
}

export interface LaneContext {
  readonly options: LaneOptions;
  /** Where lanes count what is sent again, refused and throttled. */
  readonly progress: Progress;
  readonly listener: LaneListener;
  readonly runtime: Runtime;
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
  readonly #context: LaneContext;
  readonly #budget: ShardBudget;
  #waiting: OutgoingRecord[] = [];
  #failedRequests = 0;
  #underWay: Batch | undefined;
  #resting = false;

  constructor(shardId: string, context: LaneContext) {
    this.#shardId = shardId;
    this.#context = context;
    this.#budget = new ShardBudget(context.options.shardLimits);
  }

  /** The records that are neither acknowledged nor given up, by event time. */
  get waiting(): readonly OutgoingRecord[] {
    return this.#waiting;
  }

  add(record: OutgoingRecord): void {
    this.#waiting.push(record);
  }

  /**
   * What to send now; undefined if there is nothing or the lane has to wait.
   *
   * @param latest - event time up to which records may be sent; milliseconds since the epoch
   */
  next(latest: number): Batch | undefined {
    if (this.#underWay !== undefined || this.#resting) {
      return undefined;
    }
    const { shardLimits } = this.#context.options;
    const limit = {
      records: Math.min(requestLimits.records, shardLimits.records),
      bytes: Math.min(requestLimits.bytes, shardLimits.bytes),
    };
    const batch = this.#context.options.aggregate
      ? aggregateOf(this.#waiting, Math.min(aggregateBytes, limit.bytes), latest)
      : batchOf(selectBatch(this.#waiting, limit, latest));
    if (batch.records.length === 0) {
      return undefined;
    }
    const delay = this.#budget.delayFor(loadOf(batch.puts), this.#context.runtime.now());
    if (delay > 0) {
      void this.#rest(delay);
      return undefined;
    }
    return batch;
  }

  /** What was next is on its way; `answered` must follow. */
  sent(batch: Batch): void {
    this.#underWay = batch;
    for (const record of batch.records) {
      if (this.#context.failedAttempts.has(record)) this.#context.progress.retries += 1;
    }
  }

  answered(results: readonly PutResult[]): void {
    const { records, puts } = this.#underWay ?? batchOf([]);
    const isAggregate = puts.length < records.length;
    const kept = new Set<OutgoingRecord>();
    const lostKeys = new Set<string>();
    let attemptsOfOldest = 0;
    let resharded = false;
    for (const [index, record] of records.entries()) {
      const result = results[isAggregate ? 0 : index] ?? { errorCode: "MissingResult" };
      const isElsewhere = "shardId" in result && result.shardId !== this.#shardId;
      resharded ||= isElsewhere;
      if (isElsewhere && isAggregate) {
        // Consumers drop what does not belong into the shard of the whole: all are sent again.
        kept.add(record);
        this.#context.failedAttempts.set(record, this.#context.failedAttempts.get(record) ?? 0);
      } else if ("shardId" in result) {
        this.#context.listener.acknowledged(record);
      } else {
        const attempts = this.#refused(record, result.errorCode, result.message);
        if (attempts === 0) {
          lostKeys.add(record.partitionKey);
        } else {
          kept.add(record);
          attemptsOfOldest ||= attempts;
        }
      }
    }
    this.#underWay = undefined;
    this.#failedRequests = 0;
    this.#settle(records, kept);
    this.#loseFollowers(lostKeys);
    this.#budget.spend(loadOf(puts), this.#context.runtime.now());
    if (attemptsOfOldest > 0) {
      void this.#rest(backoffMs(attemptsOfOldest, this.#context.runtime.random()));
    }
    if (resharded) {
      this.#context.listener.resharded();
    }
  }

  /** The request failed as a whole: what became of its records is not known, and all are sent again. */
  unanswered(): void {
    const { records, puts } = this.#underWay ?? batchOf([]);
    this.#underWay = undefined;
    for (const record of records) {
      this.#context.failedAttempts.set(record, this.#context.failedAttempts.get(record) ?? 0);
    }
    this.#budget.spend(loadOf(puts), this.#context.runtime.now());
    this.#failedRequests += 1;
    void this.#rest(backoffMs(this.#failedRequests, this.#context.runtime.random()));
  }

  /** After a record that is lost nothing of its key may follow. */
  #loseFollowers(keys: ReadonlySet<string>): void {
    if (keys.size === 0) {
      return;
    }
    const followers = this.#waiting.filter(({ partitionKey }) => keys.has(partitionKey));
    this.#waiting = this.#waiting.filter(({ partitionKey }) => !keys.has(partitionKey));
    for (const record of followers) {
      this.#context.listener.lost(record, earlierRecordLost);
    }
  }

  /** @returns the failed attempts of the record; 0 when it is given up */
  #refused(record: OutgoingRecord, errorCode: string, message: string | undefined): number {
    const { progress, runtime } = this.#context;
    progress.failed(errorCode, message ?? "", runtime.now(), false);
    if (isThrottling(errorCode)) progress.throttled += 1;
    const attempts = (this.#context.failedAttempts.get(record) ?? 0) + 1;
    if (attempts >= this.#context.options.maxAttempts) {
      this.#context.listener.lost(record, errorCode);
      return 0;
    }
    this.#context.failedAttempts.set(record, attempts);
    return attempts;
  }

  /** Far more may wait than a request held, whose records are in the order of those that wait. */
  #settle(records: readonly OutgoingRecord[], kept: ReadonlySet<OutgoingRecord>): void {
    const staying: OutgoingRecord[] = [];
    let settled = 0;
    let end = 0;
    for (const waiting of this.#waiting) {
      if (settled === records.length) break;
      end += 1;
      const isSettled = waiting === records[settled];
      if (isSettled) settled += 1;
      if (!isSettled || kept.has(waiting)) staying.push(waiting);
    }
    this.#waiting.splice(0, end, ...staying);
  }

  async #rest(ms: number): Promise<void> {
    this.#resting = true;
    await this.#context.runtime.sleep(ms, this.#context.closing);
    this.#resting = false;
    this.#context.listener.rested();
  }
}

function batchOf(records: readonly OutgoingRecord[]): Batch {
  return { records, puts: records };
}

function aggregateOf(
  waiting: readonly OutgoingRecord[],
  limitBytes: number,
  latest: number,
): Batch {
  const records = selectAggregate(waiting, limitBytes, latest);
  return records.length === 0 ? batchOf([]) : { records, puts: [aggregated(records)] };
}
