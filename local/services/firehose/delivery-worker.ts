import type { Ticket } from "./delivery-ledger";
import { DeliveryBuffer, DeliveryOutputs, type OutputsOptions } from "./delivery-outputs";
import type { DeliveryTransform } from "./delivery-transform";
import { StreamWorker, type StreamWorkerOptions } from "../kinesis/stream-worker";
import type { ShardRecord } from "../kinesis/shard-reader";

export interface DeliveryOptions
  extends StreamWorkerOptions, Pick<OutputsOptions, "settings" | "format" | "put"> {
  readonly transform?: DeliveryTransform;
}

type Waiting = ShardRecord & { readonly ticket: Ticket };

/** Delivers records at least once, as Firehose does: positions are kept after the object is written. */
export class DeliveryWorker extends StreamWorker {
  readonly #options: DeliveryOptions;
  readonly #outputs: DeliveryOutputs;
  #waiting: DeliveryBuffer<Waiting>;
  #dropped = 0;
  /** Records read since {@link finish} asked last. */
  #taken = 0;

  constructor(options: DeliveryOptions) {
    super(options);
    this.#options = options;
    this.#outputs = new DeliveryOutputs({ ...options, now: this.now });
    this.#waiting = this.#batch();
  }

  /** Failed records are in objects under the error prefix, buffered ones in none yet. */
  get status() {
    return {
      name: this.#options.settings.name,
      ...this.#outputs.counts,
      dropped: this.#dropped,
      buffered: this.#outputs.buffered + this.#waiting.items.length,
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }

  override async stop(): Promise<void> {
    await this.halt();
    // What was put is nowhere else, while a stream still has what is not read.
    if (this.#options.settings.streamName === undefined) await this.poll();
    if (this.#waiting.items.length > 0) await this.#transformWaiting();
    await this.#outputs.writeAll();
    await this.save();
  }

  /** Reads to the end of the stream, to which no more is written, and stops. */
  async finish(): Promise<void> {
    await this.halt();
    do this.#taken = 0;
    while ((await this.poll(), this.#taken > 0));
    await this.stop();
  }

  override async poll(): Promise<void> {
    await this.#writeDue();
    for await (const record of this.#options.reader.newRecords()) {
      if (this.#take(record)) await this.#writeDue();
    }
    await this.#writeDue();
  }

  /** @returns whether something has become due. */
  #take(record: ShardRecord): boolean {
    this.#taken += 1;
    const { settings, transform } = this.#options;
    const ticket = this.ledger.open(record);
    const taken = { ...record, ticket };
    let due = settings.backup !== undefined && this.#outputs.keepSource(taken);
    if (transform === undefined) {
      due = this.#outputs.deliver(taken, {}) || due;
    } else {
      ticket.holders += 1;
      this.#waiting.add(taken, this.now());
      due = this.#waiting.isDue(this.now()) || due;
    }
    ticket.holders -= 1;
    return due;
  }

  async #transformWaiting(): Promise<void> {
    const { settings, transform } = this.#options;
    const records = this.#waiting.items;
    const outcomes = (await transform?.(records)) ?? [];
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
      record.ticket.holders -= 1;
    });
  }

  async #writeDue(): Promise<void> {
    if (this.#waiting.isDue(this.now())) await this.#transformWaiting();
    if (await this.#outputs.writeDue()) await this.save();
  }

  #batch(): DeliveryBuffer<Waiting> {
    const { settings } = this.#options;
    return new DeliveryBuffer(settings.transform ?? settings);
  }
}
