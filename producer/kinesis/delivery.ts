import { setMaxListeners } from "node:events";
import { backoffMs } from "./backoff";
import { errorCode, isRetryable } from "./kinesis-error";
import type { LaneContext, LaneListener, LaneOptions } from "./lane";
import type { Part } from "./lanes";
import { Lanes } from "./lanes";
import type { Progress } from "../replay/progress";
import type { OutgoingRecord } from "../events/record";
import type { Runtime } from "../replay/runtime";
import { shardLimits } from "./shard-budget";
import type { ShardMap } from "./shard-map";
import { openShardMap } from "./shard-map";
import type { Sink } from "../replay/sink";
import type { PutResult, Stream } from "./stream";

/** What waits in memory is at most what the shards take in this many seconds. */
const bufferSeconds = 2;

/** How a stream is written to. */
export interface DeliveryOptions extends LaneOptions {
  /** How much older than a record before it a record may be, in milliseconds of event time. */
  readonly maxDisorderMs: number;
}

/**
 * Sends records into a stream through one lane a shard, and follows the stream when it is resharded.
 * Lanes that can send at the same time share a request. No lane runs ahead of the oldest record of all
 * by more than the disorder allowed, therefore no shard, not even one into which others are merged,
 * gets records that are further out of order.
 */
export class Delivery implements Sink {
  readonly #stream: Stream;
  readonly #progress: Progress;
  readonly #runtime: Runtime;
  readonly #maxDisorderMs: number;
  readonly #aggregate: boolean;
  readonly #laneContext: LaneContext;
  readonly #closing = new AbortController();
  readonly #failed = new AbortController();
  #lanes: Lanes;
  #unsettledRecords = 0;
  #unsettledBytes = 0;
  #requestsUnderWay = 0;
  #sendingSoon = false;
  #resharded = false;
  /** How often in a row the stream listed the shards of before although it had been resharded. */
  #staleListings = 0;
  #wakers: (() => void)[] = [];

  constructor(
    stream: Stream,
    shardMap: ShardMap,
    options: DeliveryOptions,
    progress: Progress,
    runtime: Runtime,
  ) {
    this.#stream = stream;
    this.#progress = progress;
    this.#runtime = runtime;
    this.#maxDisorderMs = options.maxDisorderMs;
    this.#aggregate = options.aggregate;
    const listener = this.#listener();
    const closing = this.#closing.signal;
    setMaxListeners(Infinity, closing); // every lane may wait for it
    this.#laneContext = { options, listener, runtime, closing, failedAttempts: new WeakMap() };
    this.#lanes = new Lanes(shardMap, this.#laneContext);
  }

  get shardCount(): number {
    return this.#lanes.count;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  get hasRoom(): boolean {
    const seconds = bufferSeconds * this.shardCount;
    return (
      !this.#failed.signal.aborted &&
      (this.#aggregate || this.#unsettledRecords < seconds * shardLimits.records) &&
      this.#unsettledBytes < seconds * shardLimits.bytes
    );
  }

  async room(): Promise<void> {
    await this.#until(() => this.hasRoom);
  }

  offer(record: OutgoingRecord): void {
    this.#progress.offered(record);
    this.#unsettledRecords += 1;
    this.#unsettledBytes += record.bytes;
    this.#lanes.add(record);
    if (!this.#sendingSoon) {
      this.#sendingSoon = true;
      // The caller can offer what else is due: a fuller first request.
      queueMicrotask(() => {
        this.#sendingSoon = false;
        this.#send();
      });
    }
  }

  async drained(): Promise<void> {
    await this.#until(() => this.#unsettledRecords === 0);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#requestsUnderWay > 0) {
      await this.#change();
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    for (;;) {
      this.#failed.signal.throwIfAborted();
      if (condition()) {
        return;
      }
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) {
      wake();
    }
  }

  #send(): void {
    if (this.#closing.signal.aborted || this.#failed.signal.aborted || this.#resharded) {
      return;
    }
    for (const parts of this.#lanes.requests(this.#maxDisorderMs)) {
      void this.#request(parts);
    }
  }

  async #request(parts: readonly Part[]): Promise<void> {
    for (const { lane, batch } of parts) {
      lane.sent(batch);
    }
    this.#requestsUnderWay += 1;
    try {
      const results = await this.#put(parts.flatMap(({ batch }) => batch.puts));
      let answered = 0;
      for (const { lane, batch } of parts) {
        lane.answered(results.slice(answered, answered + batch.puts.length));
        answered += batch.puts.length;
      }
    } catch (error) {
      this.#failed.abort(error);
    }
    this.#requestsUnderWay -= 1;
    if (this.#resharded && this.#requestsUnderWay === 0) {
      await this.#reroute();
    }
    this.#wake();
    this.#send();
  }

  /** A request that failed as a whole and may be repeated counts as one in which every record failed. */
  async #put(records: readonly OutgoingRecord[]): Promise<readonly PutResult[]> {
    try {
      return await this.#stream.putRecords(records);
    } catch (error) {
      if (!isRetryable(error)) {
        throw error;
      }
      return records.map(() => ({ errorCode: errorCode(error) }));
    }
  }

  /**
   * Gives the waiting records to the lanes of the new shards. No request is under way then, so that the
   * records of a partition key stay in order although they change the lane.
   */
  async #reroute(): Promise<void> {
    try {
      const shardMap = await openShardMap(this.#stream, this.#runtime);
      if (this.#lanes.leadInto(shardMap)) {
        this.#staleListings += 1;
        const pause = backoffMs(this.#staleListings, this.#runtime.random());
        await this.#runtime.sleep(pause, this.#closing.signal);
      } else {
        this.#staleListings = 0;
      }
      const waiting = this.#lanes.waiting;
      this.#lanes = new Lanes(shardMap, this.#laneContext);
      for (const record of waiting) {
        this.#lanes.add(record);
      }
      this.#resharded = false;
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  #listener(): LaneListener {
    const settled = (record: OutgoingRecord) => {
      this.#unsettledRecords -= 1;
      this.#unsettledBytes -= record.bytes;
    };
    return {
      resent: () => {
        this.#progress.retries += 1;
      },
      throttled: () => {
        this.#progress.throttled += 1;
      },
      acknowledged: (record) => {
        settled(record);
        this.#progress.acknowledged(record);
      },
      lost: (record, code) => {
        settled(record);
        this.#progress.lost(record, code);
      },
      resharded: () => {
        this.#resharded = true;
      },
      rested: () => {
        this.#send();
      },
    };
  }
}
