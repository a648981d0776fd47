import type { Ticket } from "./delivery-ledger";

/** What of a record goes into an object, and the record that it comes from. */
export interface BufferedRecord {
  readonly data: Uint8Array;
  readonly arrival: Date;
  readonly ticket: Ticket;
}

/** How long records are collected. */
export interface BufferLimits {
  /** An object is written when the records weigh this much, before compression. */
  readonly bufferBytes: number;
  /** An object is written at the latest this long after its first record. */
  readonly bufferMilliseconds: number;
}

/** Records that go on together: into one object, or to the transform. */
export class DeliveryBuffer<Item extends Pick<BufferedRecord, "data">> {
  readonly items: Item[] = [];
  readonly #limits: BufferLimits;
  #bytes = 0;
  #begun: number | undefined;

  constructor(limits: BufferLimits) {
    this.#limits = limits;
  }

  add(item: Item, now: number): void {
    this.items.push(item);
    this.#bytes += item.data.byteLength;
    this.#begun ??= now;
  }

  /** Whether it holds as much as it should, or its first record has waited long enough. */
  isDue(now: number): boolean {
    if (this.#begun === undefined) return false;
    const { bufferBytes, bufferMilliseconds } = this.#limits;
    return this.#bytes >= bufferBytes || now - this.#begun >= bufferMilliseconds;
  }
}
