import { setMaxListeners } from "node:events";
import { retrying } from "./backoff";
import { loadOf, requestLimits } from "./batch";
import { errorCode, isRetryable } from "./kinesis-error";
import type { LaneContext, LaneListener, LaneOptions } from "./lane";
import { Lane } from "./lane";
import type { Progress } from "./progress";
import type { OutgoingRecord } from "./record";
import type { Runtime } from "./runtime";
import { shardLimits } from "./shard-budget";
import { IncompleteShardMapError, ShardMap } from "./shard-map";
import type { PutResult, Stream } from "./stream";

/** What waits in memory is at most what the shards take in this many seconds. */
const bufferSeconds = 2;
/** Spread over about 20 seconds: a reshard lists no complete set of open shards for a moment only. */
const shardMapAttempts = 12;

/** The shards of a stream as records go into them. */
export async function openShardMap(stream: Stream, runtime: Runtime): Promise<ShardMap> {
  return retrying(
    async () => new ShardMap(await stream.openShards()),
    (error) => error instanceof IncompleteShardMapError || isRetryable(error),
    shardMapAttempts,
    runtime,
  );
}

/** The records of one lane in a request. */
interface Part {
  readonly lane: Lane;
  readonly batch: readonly OutgoingRecord[];
}

/**
 * Sends records into a stream through one lane a shard, and follows the stream when it is resharded.
 * Lanes that can send at the same time share a request.
 */
export class Delivery {
  readonly #stream: Stream;
  readonly #progress: Progress;
  readonly #runtime: Runtime;
  readonly #laneContext: LaneContext;
  readonly #closing = new AbortController();
  #shardMap: ShardMap;
  #lanes = new Map<string, Lane>();
  #lanesByKey = new Map<string, Lane>();
  #unsettledRecords = 0;
  #unsettledBytes = 0;
  #requestsUnderWay = 0;
  #sendingSoon = false;
  #resharded = false;
  #failure: { readonly error: unknown } | undefined;
  #wakers: (() => void)[] = [];

  constructor(
    stream: Stream,
    shardMap: ShardMap,
    options: LaneOptions,
    progress: Progress,
    runtime: Runtime,
  ) {
    this.#stream = stream;
    this.#progress = progress;
    this.#runtime = runtime;
    this.#shardMap = shardMap;
    const listener = this.#listener();
    const closing = this.#closing.signal;
    setMaxListeners(Infinity, closing); // every lane may wait for it
    this.#laneContext = { options, listener, runtime, closing, failedAttempts: new Map() };
    this.#openLanes();
  }

  get shardCount(): number {
    return this.#shardMap.shards.length;
  }

  /** Whether another record may be offered now. */
  get hasRoom(): boolean {
    const seconds = bufferSeconds * this.shardCount;
    return (
      this.#failure === undefined &&
      !this.#resharded &&
      this.#unsettledRecords < seconds * shardLimits.records &&
      this.#unsettledBytes < seconds * shardLimits.bytes
    );
  }

  /** @throws what made further sending pointless */
  async room(): Promise<void> {
    await this.#until(() => this.hasRoom);
  }

  /** Hands over the next record; there must be room for it. */
  offer(record: OutgoingRecord): void {
    this.#unsettledRecords += 1;
    this.#unsettledBytes += record.bytes;
    this.#laneOf(record.partitionKey).add(record);
    if (!this.#sendingSoon) {
      this.#sendingSoon = true;
      // The caller can offer what else is due: a fuller first request.
      queueMicrotask(() => {
        this.#sendingSoon = false;
        this.#send();
      });
    }
  }

  /**
   * Resolves when every record offered is acknowledged or given up.
   * @throws what made further sending pointless
   */
  async drained(): Promise<void> {
    await this.#until(() => this.#unsettledRecords === 0);
  }

  /** Sends nothing more; resolves when all requests under way are answered. */
  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#requestsUnderWay > 0) {
      await this.#change();
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) {
        throw this.#failure.error;
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

  #laneOf(partitionKey: string): Lane {
    const known = this.#lanesByKey.get(partitionKey);
    if (known !== undefined) {
      return known;
    }
    const { id } = this.#shardMap.shardOf(partitionKey);
    const lane = this.#lanes.get(id);
    if (lane === undefined) {
      throw new Error(`There is no lane for shard ${id}`);
    }
    this.#lanesByKey.set(partitionKey, lane);
    return lane;
  }

  #openLanes(): void {
    this.#lanesByKey = new Map();
    this.#lanes = new Map(
      this.#shardMap.shards.map(({ id }) => [id, new Lane(id, this.#laneContext)]),
    );
  }

  /** Packs what the lanes can send now into requests. */
  #send(): void {
    if (this.#closing.signal.aborted || this.#failure !== undefined || this.#resharded) {
      return;
    }
    let parts: Part[] = [];
    let records = 0;
    let bytes = 0;
    for (const lane of this.#lanes.values()) {
      const batch = lane.next();
      if (batch.length === 0) {
        continue;
      }
      const load = loadOf(batch);
      records += load.records;
      bytes += load.bytes;
      if (records > requestLimits.records || bytes > requestLimits.bytes) {
        void this.#request(parts);
        parts = [];
        ({ records, bytes } = load);
      }
      parts.push({ lane, batch });
    }
    if (parts.length > 0) {
      void this.#request(parts);
    }
  }

  async #request(parts: readonly Part[]): Promise<void> {
    for (const { lane, batch } of parts) {
      lane.sent(batch);
    }
    this.#requestsUnderWay += 1;
    try {
      const results = await this.#put(parts.flatMap(({ batch }) => batch));
      let answered = 0;
      for (const { lane, batch } of parts) {
        lane.answered(results.slice(answered, answered + batch.length));
        answered += batch.length;
      }
    } catch (error) {
      this.#failure ??= { error };
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
      this.#shardMap = await openShardMap(this.#stream, this.#runtime);
    } catch (error) {
      this.#failure ??= { error };
      return;
    }
    const waiting = [...this.#lanes.values()].flatMap((lane) => lane.waiting);
    this.#openLanes();
    for (const record of waiting.sort((a, b) => a.position - b.position)) {
      this.#laneOf(record.partitionKey).add(record);
    }
    this.#resharded = false;
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
