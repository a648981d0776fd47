import { setTimeout as delay } from "node:timers/promises";
import { DeliveryLedger } from "../firehose/delivery-ledger";
import type { ShardReader } from "./shard-reader";

/**
 * As Firehose and Lambda do: https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
const POLL_MILLISECONDS = 1_000;
const RETRY_MILLISECONDS = 5_000;

/** Where a reader has come to: by shard, the sequence number up to which everything is done. */
export interface Positions {
  load(): Promise<ReadonlyMap<string, string>>;
  save(positions: ReadonlyMap<string, string>): Promise<void>;
}

export interface StreamWorkerOptions {
  readonly reader: Pick<ShardReader, "newRecords" | "resume">;
  readonly positions: Positions;
  readonly now?: () => number;
}

/** Reads a stream once a second, later after a failure, and keeps the positions up to which everything is done. */
export abstract class StreamWorker {
  protected readonly ledger = new DeliveryLedger();
  protected readonly now: () => number;
  /** Why the last round failed; it is tried again. */
  protected problem: string | undefined;
  readonly #positions: Positions;
  readonly #reader: StreamWorkerOptions["reader"];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor({ reader, positions, now = Date.now }: StreamWorkerOptions) {
    this.#reader = reader;
    this.#positions = positions;
    this.now = now;
  }

  abstract readonly status: object;
  abstract poll(): Promise<void>;
  abstract stop(): Promise<void>;

  async resume(): Promise<void> {
    const positions = await this.#positions.load();
    for (const [shard, position] of positions) this.ledger.positions.set(shard, position);
    this.#reader.resume(positions);
  }

  start(): void {
    this.#running = this.#run();
  }

  protected get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** Ends the loop after its last round. */
  protected async halt(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  protected async save(): Promise<void> {
    this.ledger.settle();
    await this.#positions.save(this.ledger.positions);
  }

  async #run(): Promise<void> {
    while (!this.stopping.aborted) {
      let pause = POLL_MILLISECONDS;
      try {
        await this.poll();
        this.problem = undefined;
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
        pause = RETRY_MILLISECONDS;
      }
      await delay(pause, undefined, { signal: this.stopping }).catch(() => undefined);
    }
  }
}
