import { DeliveryLedger, type Ticket } from "./delivery-ledger";
import { DeliveryBuffer, DeliveryOutputs, type OutputsOptions } from "./delivery-outputs";
import type { DeliveryTransform } from "./delivery-transform";
import { pollUntil } from "../kinesis/poll-loop";
import type { Positions } from "../kinesis/position-file";
import type { ShardReader, ShardRecord } from "../kinesis/shard-reader";

export interface DeliveryStatus {
  readonly name: string;
  readonly objects: number;
  readonly records: number;
  /** Records in objects under the error prefix. */
  readonly failed: number;
  readonly dropped: number;
  /** Records read and not yet in an object. */
  readonly buffered: number;
  /** Why the last round failed; it is tried again. */
  readonly problem?: string;
}

export interface DeliveryOptions extends Pick<OutputsOptions, "settings" | "format" | "put"> {
  readonly reader: Pick<ShardReader, "newRecords" | "resume">;
  readonly transform?: Pick<DeliveryTransform, "apply">;
  readonly positions: Positions;
  readonly now?: () => number;
}

type Waiting = ShardRecord & { readonly ticket: Ticket };

/** Delivers records at least once, as Firehose does: positions are kept after the object is written. */
export class DeliveryWorker {
  readonly #options: DeliveryOptions;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #ledger = new DeliveryLedger();
  readonly #outputs: DeliveryOutputs;
  #waiting: DeliveryBuffer<Waiting>;
  #running: Promise<void> | undefined;
  #dropped = 0;
  /** Records read since {@link finish} asked last. */
  #taken = 0;
  #problem: string | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#outputs = new DeliveryOutputs({ ...options, ledger: this.#ledger, now: this.#now });
    this.#waiting = this.#batch();
  }

  get status(): DeliveryStatus {
    return {
      name: this.#options.settings.name,
      ...this.#outputs.counts,
      dropped: this.#dropped,
      buffered: this.#outputs.buffered + this.#waiting.items.length,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    // What was put is nowhere else, while a stream still has what is not read.
    if (this.#options.settings.streamName === undefined) await this.poll();
    if (this.#waiting.items.length > 0) await this.#transformWaiting();
    await this.#outputs.writeAll();
    await this.#save();
  }

  /** Reads to the end of the stream, to which no more is written, and stops. */
  async finish(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    do this.#taken = 0;
    while ((await this.poll(), this.#taken > 0));
    await this.stop();
  }

  async resume(): Promise<void> {
    const positions = await this.#options.positions.load();
    this.#ledger.resume(positions);
    this.#options.reader.resume(positions);
  }

  async poll(): Promise<void> {
    await this.#writeDue();
    for await (const record of this.#options.reader.newRecords()) {
      if (this.#take(record)) await this.#writeDue();
    }
    await this.#writeDue();
  }

  #run(signal: AbortSignal): Promise<void> {
    const poll = () => this.poll();
    return pollUntil(signal, poll, (problem) => {
      this.#problem = problem;
    });
  }

  /** @returns whether something has become due. */
  #take(record: ShardRecord): boolean {
    this.#taken += 1;
    const { settings, transform } = this.#options;
    const ticket = this.#ledger.open(record);
    const taken = { ...record, ticket };
    let due = settings.backup !== undefined && this.#outputs.keepSource(taken);
    if (transform === undefined) {
      due = this.#outputs.deliver(taken, {}) || due;
    } else {
      this.#ledger.hold(ticket);
      this.#waiting.add(taken, this.#now());
      due = this.#waiting.isDue(this.#now()) || due;
    }
    this.#ledger.release(ticket);
    return due;
  }

  async #transformWaiting(): Promise<void> {
    const { settings, transform } = this.#options;
    const records = this.#waiting.items;
    const outcomes = (await transform?.apply(records)) ?? [];
    this.#waiting = this.#batch();
    records.forEach((record, index) => {
      const outcome = outcomes[index];
      if (outcome?.result === "Ok") {
        this.#outputs.deliver({ ...record, data: outcome.data }, outcome.partitionKeys);
      } else if (outcome?.result === "ProcessingFailed") {
        const lambdaArn = settings.transform?.functionArn;
        this.#outputs.fail(record, { ...outcome, errorType: "processing-failed", lambdaArn });
      } else {
        this.#dropped += 1;
      }
      this.#ledger.release(record.ticket);
    });
  }

  async #writeDue(): Promise<void> {
    if (this.#waiting.isDue(this.#now())) await this.#transformWaiting();
    if (await this.#outputs.writeDue()) await this.#save();
  }

  async #save(): Promise<void> {
    this.#ledger.settle();
    await this.#options.positions.save(this.#ledger.positions);
  }

  #batch(): DeliveryBuffer<Waiting> {
    const { settings } = this.#options;
    return new DeliveryBuffer(settings.transform ?? settings);
  }
}
