import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { DateTime } from "luxon";
import { DeliveryBuffer } from "./delivery-buffer";
import type { DeliverySettings } from "./delivery-settings";
import type { ShardReader } from "./shard-reader";

const compress = promisify(gzip);
/** Firehose asks each shard once a second: https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html */
const POLL_MILLISECONDS = 1_000;
const RETRY_MILLISECONDS = 5_000;

/** Where a worker has come to: by shard, the sequence number of the last record in a written object. */
export interface Positions {
  load(): Promise<ReadonlyMap<string, string>>;
  save(positions: ReadonlyMap<string, string>): Promise<void>;
}

export interface DeliveryStatus {
  readonly name: string;
  readonly objects: number;
  readonly records: number;
  /** Records read and not yet in an object. */
  readonly buffered: number;
  /** Why the last round failed; it is tried again. */
  readonly problem?: string;
}

export interface DeliveryOptions {
  readonly settings: DeliverySettings;
  readonly reader: Pick<ShardReader, "newRecords" | "resume">;
  /** Writes an object into the bucket. */
  readonly put: (key: string, content: Buffer) => Promise<void>;
  readonly positions: Positions;
  readonly now?: () => number;
}

/**
 * Takes records from every shard of a stream, from the oldest on, to objects in a bucket. As with Firehose a record is
 * delivered at least once: positions are kept after the object is written.
 */
export class DeliveryWorker {
  readonly #settings: DeliverySettings;
  readonly #options: DeliveryOptions;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #written = new Map<string, string>();
  #buffer: DeliveryBuffer;
  #running: Promise<void> | undefined;
  #objects = 0;
  #records = 0;
  #problem: string | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#now = options.now ?? Date.now;
    this.#buffer = new DeliveryBuffer(options.settings.delimiter);
  }

  get status(): DeliveryStatus {
    return {
      name: this.#settings.name,
      objects: this.#objects,
      records: this.#records,
      buffered: this.#buffer.records,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /** Polls until it is stopped; to be called once. */
  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  /** Ends the polling and writes what is buffered. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#flush();
  }

  /** Takes up the positions of an earlier run; to be called before the first poll. */
  async resume(): Promise<void> {
    const positions = await this.#options.positions.load();
    for (const [shard, position] of positions) this.#written.set(shard, position);
    this.#options.reader.resume(positions);
  }

  /** One round over the shards; objects are written as they become due. */
  async poll(): Promise<void> {
    await this.#flushIfDue();
    for await (const record of this.#options.reader.newRecords()) {
      this.#buffer.add(record, this.#now());
      await this.#flushIfDue();
    }
    await this.#flushIfDue();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pause = POLL_MILLISECONDS;
      try {
        await this.poll();
        this.#problem = undefined;
      } catch (error) {
        this.#problem = error instanceof Error ? error.message : String(error);
        pause = RETRY_MILLISECONDS;
      }
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #flushIfDue(): Promise<void> {
    if (this.#buffer.isDue(this.#now(), this.#settings)) await this.#flush();
  }

  async #flush(): Promise<void> {
    const buffer = this.#buffer;
    const { oldestArrival } = buffer;
    if (oldestArrival === undefined) return;
    const { compression } = this.#settings;
    const content = compression === "GZIP" ? await compress(buffer.content()) : buffer.content();
    await this.#options.put(this.#key(oldestArrival), content);
    this.#buffer = new DeliveryBuffer(this.#settings.delimiter);
    this.#objects += 1;
    this.#records += buffer.records;
    for (const [shard, position] of buffer.positions) this.#written.set(shard, position);
    await this.#options.positions.save(this.#written);
  }

  /** https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html */
  #key(time: Date): string {
    const { name, version, prefix, timeZone, fileExtension } = this.#settings;
    const stamp = DateTime.fromJSDate(time, { zone: timeZone }).toFormat("yyyy-MM-dd-HH-mm-ss");
    return `${prefix.evaluate({ time, timeZone })}${name}-${version}-${stamp}-${randomUUID()}${fileExtension}`;
  }
}
