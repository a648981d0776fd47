import type { OutgoingRecord } from "../../../producer/events/record";
import type { PutResult, Shard, Stream } from "../../../producer/kinesis/stream";
import type { FakeStream } from "./fake-stream";
import type { VirtualTime } from "./virtual-time";

/** How likely it is, from 0 to 1, that things go wrong. */
export interface Network {
  /** A record of a request is refused. */
  readonly partialFailures: number;
  /** A request fails before anything is written. */
  readonly requestFailures: number;
  /** The records are written, but the answer does not come. */
  readonly lostResponses: number;
  /** The stream is resharded while a request is on its way. */
  readonly reshards: number;
}

/** A request and its answer take up to so long each, in milliseconds. */
export const maxLatencyMs = 100;

/** A stream behind a network on which nothing can be relied. */
export class FlakyStream implements Stream {
  /** The records of every request, in the order of sending. */
  readonly requests: (readonly OutgoingRecord[])[] = [];
  /** How often the shards were listed. */
  listings = 0;
  /** Most requests with records for the same shard that were under way at the same time. */
  mostUnderWay = 0;
  readonly #fake: FakeStream<OutgoingRecord>;
  readonly #network: Network;
  readonly #time: VirtualTime;
  readonly #refusedOnce = new Map<string, string>();
  readonly #refusedAlways = new Map<string, string>();
  #failure: Error | undefined;
  #shardsUnderWay: string[] = [];

  constructor(fake: FakeStream<OutgoingRecord>, network: Network, time: VirtualTime) {
    this.#fake = fake;
    this.#network = network;
    this.#time = time;
  }

  refuseOnce(key: string, errorCode: string): void {
    this.#refusedOnce.set(key, errorCode);
  }

  refuseAlways(key: string, errorCode: string): void {
    this.#refusedAlways.set(key, errorCode);
  }

  failForGood(error: Error): void {
    this.#failure = error;
  }

  async openShards(): Promise<readonly Shard[]> {
    this.listings += 1;
    await this.#travel();
    const shards = this.#fake.openShards;
    return this.#happens(this.#network.reshards) ? shards.slice(1) : shards;
  }

  async putRecords(records: readonly OutgoingRecord[]): Promise<readonly PutResult[]> {
    this.requests.push(records);
    const shards = [...new Set(records.map((record) => this.#fake.shardOf(record).id))];
    this.#shardsUnderWay.push(...shards);
    for (const shard of shards) {
      const requests = this.#shardsUnderWay.filter((other) => other === shard).length;
      this.mostUnderWay = Math.max(this.mostUnderWay, requests);
    }
    try {
      return await this.#put(records);
    } finally {
      for (const shard of shards) {
        this.#shardsUnderWay.splice(this.#shardsUnderWay.indexOf(shard), 1);
      }
    }
  }

  async #put(records: readonly OutgoingRecord[]): Promise<readonly PutResult[]> {
    await this.#travel();
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    if (this.#happens(this.#network.reshards)) {
      this.#fake.reshard(1 + Math.floor(this.#time.random() * 4));
    }
    if (this.#happens(this.#network.requestFailures)) {
      throw Object.assign(new Error("connection reset"), { code: "ECONNRESET" });
    }
    const results = this.#fake.put(records, (record) => this.#refusal(record));
    await this.#travel();
    if (this.#happens(this.#network.lostResponses)) {
      throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
    }
    return results;
  }

  #refusal({ partitionKey }: OutgoingRecord): string | undefined {
    const code = this.#refusedOnce.get(partitionKey) ?? this.#refusedAlways.get(partitionKey);
    this.#refusedOnce.delete(partitionKey);
    const chance = this.#happens(this.#network.partialFailures) ? "InternalFailure" : undefined;
    return code ?? chance;
  }

  #happens(probability: number): boolean {
    return this.#time.random() < probability;
  }

  async #travel(): Promise<void> {
    await this.#time.sleep(this.#time.random() * maxLatencyMs);
  }
}
