import { setMaxListeners } from "node:events";
import { backoffMs } from "./backoff";
import { errorCode, isRetryable, isThrottling } from "./kinesis-error";
import { earlierRecordLost, type LaneContext, type LaneListener, type LaneOptions } from "./lane";
import { Lanes, type Part } from "./lanes";
import type { Progress } from "../replay/progress";
import type { OutgoingRecord } from "../events/record";
import type { Runtime } from "../replay/runtime";
import { shardLimits } from "./shard-budget";
import { openShardMap, type ShardMap } from "./shard-map";
import { Sink } from "../replay/sink";
import type { Stream } from "./stream";

/** What waits in memory is at most what the shards take in this many seconds. */
const bufferSeconds = 2;

export interface DeliveryOptions extends LaneOptions {
  /** How much older than a record before it a record may be, in milliseconds of event time. */
  readonly maxDisorderMs: number;
  readonly onLost?: (record: OutgoingRecord) => void;
  /** How long an outage is waited out before it ends the delivery, in milliseconds; Infinity for ever. */
  readonly giveUpAfterMs: number;
}

/**
 * Sends records into a stream through one lane a shard, and follows the stream when it is resharded.
 * Lanes that can send at the same time share a request. No lane runs ahead of the oldest record of all
 * by more than the disorder allowed, therefore no shard, not even one into which others are merged,
 * gets records that are further out of order.
 */
export class Delivery extends Sink {
  readonly #stream: Stream;
  readonly #progress: Progress;
  readonly #runtime: Runtime;
  readonly #options: DeliveryOptions;
  readonly #laneContext: LaneContext;
  readonly #closing = new AbortController();
  #lanes: Lanes;
  #unsettledRecords = 0;
  #unsettledBytes = 0;
  #requestsUnderWay = 0;
  #sendingSoon = false;
  #resharded = false;
  /** How often in a row the stream listed the shards of before although it had been resharded. */
  #staleListings = 0;
  #giveUpAfterMs: number;
  /** When requests began to fail as a whole; undefined while they do not. */
  #outageSince: number | undefined;
  /** Partition keys of records given up, of which nothing may follow. */
  readonly #lostKeys = new Set<string>();

  constructor(
    stream: Stream,
    shardMap: ShardMap,
    options: DeliveryOptions,
    progress: Progress,
    runtime: Runtime,
  ) {
    super();
    this.#stream = stream;
    this.#progress = progress;
    this.#runtime = runtime;
    this.#options = options;
    this.#giveUpAfterMs = options.giveUpAfterMs;
    const listener = this.#listener();
    const closing = this.#closing.signal;
    setMaxListeners(Infinity, closing); // every lane may wait for it
    const failedAttempts = new WeakMap<OutgoingRecord, number>();
    this.#laneContext = { options, progress, listener, runtime, closing, failedAttempts };
    this.#lanes = new Lanes(shardMap, this.#laneContext);
  }

  get shardCount(): number {
    return this.#lanes.count;
  }

  get hasRoom(): boolean {
    const seconds = bufferSeconds * this.shardCount;
    return (
      !this.failed.aborted &&
      (this.#options.aggregate || this.#unsettledRecords < seconds * shardLimits.records) &&
      this.#unsettledBytes < seconds * shardLimits.bytes
    );
  }

  offer(record: OutgoingRecord): void {
    this.#progress.offered(record);
    this.#unsettledRecords += 1;
    this.#unsettledBytes += record.bytes;
    if (this.#lostKeys.has(record.partitionKey)) {
      this.#laneContext.listener.lost(record, earlierRecordLost);
      return;
    }
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
    await this.until(() => this.#unsettledRecords === 0);
  }

  override endSoon(): void {
    this.#giveUpAfterMs = 0;
  }

  override async close(): Promise<void> {
    this.#closing.abort();
    while (this.#requestsUnderWay > 0) {
      await this.nextChange();
    }
  }

  #send(): void {
    if (this.#closing.signal.aborted || this.failed.aborted || this.#resharded) {
      return;
    }
    for (const parts of this.#lanes.requests(this.#options.maxDisorderMs)) {
      void this.#request(parts);
    }
  }

  async #request(parts: readonly Part[]): Promise<void> {
    for (const { lane, batch } of parts) {
      lane.sent(batch);
    }
    this.#requestsUnderWay += 1;
    try {
      const results = await this.#stream.putRecords(parts.flatMap(({ batch }) => batch.puts));
      this.#outageSince = undefined;
      this.#progress.answered();
      let answered = 0;
      for (const { lane, batch } of parts) {
        lane.answered(results.slice(answered, answered + batch.puts.length));
        answered += batch.puts.length;
      }
    } catch (error) {
      this.#failedRequest(error, parts);
    }
    this.#requestsUnderWay -= 1;
    if (this.#resharded && this.#requestsUnderWay === 0) {
      await this.#reroute();
    }
    this.changed();
    this.#send();
  }

  /** Waits an outage out: the records of a request that failed as a whole keep their places. */
  #failedRequest(error: unknown, parts: readonly Part[]): void {
    if (!this.#mayPass(error)) {
      this.fail(error);
      return;
    }
    for (const { lane, batch } of parts) {
      if (isThrottling(errorCode(error))) {
        this.#progress.throttled += batch.records.length;
      }
      lane.unanswered();
    }
  }

  /** Records a failure of the service or of the connection, and returns whether to try again. */
  #mayPass(error: unknown): boolean {
    // Credentials were there before: their source may be back soon.
    const isRefreshing = errorCode(error) === "CredentialsProviderError";
    const now = this.#runtime.now();
    if (!isRetryable(error) && !(isRefreshing && this.#progress.recordsPut > 0)) {
      return false;
    }
    this.#outageSince ??= now;
    const message = error instanceof Error ? error.message : String(error);
    this.#progress.failed(errorCode(error), message, now, !isThrottling(errorCode(error)));
    return now - this.#outageSince < this.#giveUpAfterMs;
  }

  /**
   * Gives the waiting records to the lanes of the new shards. No request is under way then, so that the
   * records of a partition key stay in order although they change the lane.
   */
  async #reroute(): Promise<void> {
    try {
      const shardMap = await openShardMap(
        this.#stream,
        this.#runtime,
        (error) => this.#mayPass(error),
        this.#closing.signal,
      );
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
      this.fail(error);
    }
  }

  #listener(): LaneListener {
    const settled = (record: OutgoingRecord) => {
      this.#unsettledRecords -= 1;
      this.#unsettledBytes -= record.bytes;
    };
    return {
      acknowledged: (record) => {
        settled(record);
        this.#progress.acknowledged(record);
      },
      lost: (record, code) => {
        settled(record);
        this.#lostKeys.add(record.partitionKey);
        this.#options.onLost?.(record);
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
