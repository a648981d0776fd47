import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Ticket } from "../firehose/delivery-ledger";
import type { ShardRecord } from "../kinesis/shard-reader";
import { StreamWorker, type StreamWorkerOptions } from "../kinesis/stream-worker";
import { type BatchOptions, EventBatches, type Window } from "./event-batches";
import { matches } from "./event-filter";

const LONGEST_PAUSE_MILLISECONDS = 60_000;
/** Data of a batch, which becomes a third larger in an invocation of 6 MB, with room for attributes and a state. */
const BATCH_BYTES = 3.5 * 1024 ** 2;

type EventSourceOptions = StreamWorkerOptions &
  Pick<BatchOptions, "settings" | "invoke" | "keep"> &
  Partial<Pick<BatchOptions, "pause">>;

type Taken = ShardRecord & { readonly ticket: Ticket };

/** Records of a shard that are processed one batch after the other: all of them, or those of some partition keys. */
interface Lane {
  readonly shardId: string;
  readonly waiting: Taken[];
  /** When the oldest of them began to wait. */
  since: number;
  window: (Window & { readonly tickets: Ticket[] }) | undefined;
  running: Promise<void> | undefined;
}

/** Event source mapping of a Kinesis stream: reads its shards and invokes a function with batches, at least once. */
export class EventSource extends StreamWorker {
  readonly #options: EventSourceOptions;
  readonly #batches: EventBatches;
  readonly #lanes = new Map<string, Lane>();
  /** By shard, the time up to which every record is read. */
  readonly #readUntil = new Map<string, number>();
  readonly #counts = { read: 0, filteredOut: 0, processed: 0, failed: 0 };

  constructor(options: EventSourceOptions) {
    super(options);
    this.#options = options;
    const signal = this.stopping;
    this.#batches = new EventBatches({
      pause: (attempts) =>
        delay(Math.min(LONGEST_PAUSE_MILLISECONDS, 100 * 2 ** attempts), undefined, {
          signal,
        }).catch(() => undefined),
      ...options,
      signal,
      now: this.now,
    });
  }

  /** Failed records were given up and are in the bucket of failures, waiting ones neither processed nor given up. */
  get status() {
    const { read, filteredOut, processed, failed } = this.#counts;
    return {
      functionArn: this.#options.settings.functionArn,
      ...this.#counts,
      waiting: read - filteredOut - processed - failed,
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }

  override async stop(): Promise<void> {
    await this.halt();
    await this.settled();
    await this.save();
  }

  /** Reads what has come, and begins with the batches that are due. */
  override async poll(): Promise<void> {
    const begun = this.now();
    const behind = new Set<string>();
    const waits = (shardId: string): boolean => {
      const isFull = [...this.#lanes.values()].some(
        (lane) =>
          lane.shardId === shardId && lane.waiting.length >= this.#options.settings.batchSize,
      );
      if (isFull) behind.add(shardId);
      return isFull;
    };
    for await (const record of this.#options.reader.newRecords(waits)) {
      behind.add(record.shardId);
      this.#readUntil.set(record.shardId, record.arrival.getTime());
      this.#take(record);
    }
    for (const lane of this.#lanes.values()) {
      if (!behind.has(lane.shardId)) this.#readUntil.set(lane.shardId, begun);
      lane.running ??= this.#work(lane)
        .catch((error: unknown) => {
          this.problem = String(error);
        })
        .finally(() => {
          lane.running = undefined;
        });
    }
    await this.save();
  }

  /** Settles when no batch is being processed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].flatMap(({ running }) => running ?? []));
  }

  #take(record: ShardRecord): void {
    const taken = { ...record, ticket: this.ledger.open(record) };
    this.#counts.read += 1;
    if (this.#isFilteredOut(record)) {
      this.#counts.filteredOut += 1;
      taken.ticket.holders -= 1;
      return;
    }
    const { waiting } = this.#laneOf(record);
    waiting.push(taken);
  }

  /** Records that are no JSON match no pattern. */
  #isFilteredOut({ data }: ShardRecord): boolean {
    const { filters } = this.#options.settings;
    if (filters.length === 0) return false;
    try {
      const event = { data: JSON.parse(Buffer.from(data).toString("utf8")) as unknown };
      return !filters.some((filter) => matches(filter, event));
    } catch {
      return true;
    }
  }

  #laneOf({ shardId, partitionKey }: ShardRecord): Lane {
    const { parallelization } = this.#options.settings;
    const hash = createHash("md5").update(partitionKey).digest();
    const key = `${shardId} ${hash.readUInt32BE() % parallelization}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { shardId, waiting: [], since: 0, window: undefined, running: undefined };
      this.#lanes.set(key, lane);
    }
    if (lane.waiting.length === 0) lane.since = this.now();
    return lane;
  }

  /** Processes the batches of a lane that are due, and ends windows that are over. */
  async #work(lane: Lane): Promise<void> {
    while (!this.stopping.aborted) {
      await this.#closeWindow(lane);
      const batch = this.#nextBatch(lane);
      if (batch.length === 0) return;
      const { windowMilliseconds } = this.#options.settings;
      if (windowMilliseconds > 0) {
        lane.window ??= { start: this.#windowOf(batch[0]), state: {}, tickets: [] };
      }
      await this.#batches.process(
        batch,
        (done, outcome) => {
          const tickets = (done as readonly Taken[]).map(({ ticket }) => ticket);
          this.#counts[outcome] += done.length;
          // The state of a window is in memory: after a restart its records are read again.
          if (lane.window) lane.window.tickets.push(...tickets);
          else this.#release(tickets);
        },
        lane.window,
      );
    }
  }

  /** The records of a batch that is due, which are taken out; none while more may be collected. */
  #nextBatch(lane: Lane): readonly Taken[] {
    const { waiting, since } = lane;
    const { batchSize, batchMilliseconds } = this.#options.settings;
    const start = this.#windowOf(waiting[0]);
    let bytes = 0;
    const end = waiting.findIndex((record, index) => {
      bytes += record.data.byteLength;
      return (
        index >= batchSize || (index > 0 && bytes > BATCH_BYTES) || this.#windowOf(record) !== start
      );
    });
    const isFull = end !== -1 || waiting.length >= batchSize;
    if (!isFull && this.now() - since < batchMilliseconds) return [];
    lane.since = this.now();
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  async #closeWindow(lane: Lane): Promise<void> {
    const { window, waiting, shardId } = lane;
    const { windowMilliseconds } = this.#options.settings;
    if (window === undefined) return;
    const isRead = (this.#readUntil.get(shardId) ?? 0) >= window.start + windowMilliseconds;
    if (!isRead || this.#windowOf(waiting[0]) === window.start) return;
    await this.#batches.close(shardId, window);
    if (this.stopping.aborted) return;
    lane.window = undefined;
    this.#release(window.tickets);
  }

  /** Start of the window of a record, by its time of arrival. */
  #windowOf(record: ShardRecord | undefined): number {
    const { windowMilliseconds } = this.#options.settings;
    if (record === undefined || windowMilliseconds === 0) return 0;
    const arrival = record.arrival.getTime();
    return arrival - (arrival % windowMilliseconds);
  }

  #release(tickets: readonly Ticket[]): void {
    for (const ticket of tickets) ticket.holders -= 1;
  }
}
