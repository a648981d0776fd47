/** A record on its way to the bucket. */
export interface DeliveredRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly arrival: Date;
  readonly data: Uint8Array;
}

/** Records that will become one object. */
export class DeliveryBuffer {
  readonly #delimiter: Buffer;
  readonly #chunks: Uint8Array[] = [];
  readonly #positions = new Map<string, string>();
  #bytes = 0;
  #records = 0;
  #oldestArrival: Date | undefined;
  #begun: number | undefined;

  constructor(delimiter: string) {
    this.#delimiter = Buffer.from(delimiter);
  }

  /** Bytes of the records, as the buffering size counts them. */
  get bytes(): number {
    return this.#bytes;
  }

  get records(): number {
    return this.#records;
  }

  /** Arrival of the oldest record; the object is named after it. */
  get oldestArrival(): Date | undefined {
    return this.#oldestArrival;
  }

  /** By shard, the sequence number of the last record added. */
  get positions(): ReadonlyMap<string, string> {
    return this.#positions;
  }

  add({ shardId, sequenceNumber, arrival, data }: DeliveredRecord, now: number): void {
    this.#chunks.push(data, this.#delimiter);
    this.#bytes += data.byteLength;
    this.#records += 1;
    this.#positions.set(shardId, sequenceNumber);
    this.#begun ??= now;
    if (this.#oldestArrival === undefined || arrival < this.#oldestArrival) {
      this.#oldestArrival = arrival;
    }
  }

  /** Whether an object is due: the buffer is full, or its first record has waited long enough. */
  isDue(now: number, limits: { bufferBytes: number; bufferMilliseconds: number }): boolean {
    if (this.#begun === undefined) return false;
    return this.#bytes >= limits.bufferBytes || now - this.#begun >= limits.bufferMilliseconds;
  }

  content(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
