import type { OutgoingRecord } from "../../../producer/events/record";
import { hashOf } from "../../../producer/kinesis/shard-map";
import type { PutResult, Shard } from "../../../producer/kinesis/stream";

/** A record as the stream keeps it. */
export type StoredRecord = Pick<OutgoingRecord, "partitionKey" | "data">;

interface FakeShard<R> extends Shard {
  open: boolean;
  readonly records: R[];
}

/** The data of a Kinesis stream: shards that split the hash space, and what was written to them. */
export class FakeStream<R extends StoredRecord> {
  readonly shards: FakeShard<R>[] = [];
  /** All records in the order of writing. */
  readonly records: R[] = [];

  constructor(shardCount: number) {
    this.reshard(shardCount);
  }

  get openShards(): Shard[] {
    return this.shards.filter(({ open }) => open);
  }

  /** Closes all shards and opens new ones of equal size, as UpdateShardCount does in the end. */
  reshard(shardCount: number): void {
    for (const shard of this.shards) {
      shard.open = false;
    }
    const size = 2n ** 128n / BigInt(shardCount);
    for (let index = 0; index < shardCount; index += 1) {
      const firstHash = size * BigInt(index);
      const lastHash = index === shardCount - 1 ? 2n ** 128n - 1n : firstHash + size - 1n;
      const id = `shardId-${String(this.shards.length).padStart(12, "0")}`;
      this.shards.push({ id, firstHash, lastHash, open: true, records: [] });
    }
  }

  shardOf({ partitionKey }: StoredRecord): FakeShard<R> {
    const hash = hashOf(partitionKey);
    const shard = this.shards.find(
      ({ open, firstHash, lastHash }) => open && firstHash <= hash && hash <= lastHash,
    );
    if (shard === undefined) {
      throw new Error(`No open shard takes ${partitionKey}`);
    }
    return shard;
  }

  write(record: R): string {
    const shard = this.shardOf(record);
    shard.records.push(record);
    this.records.push(record);
    return shard.id;
  }

  /**
   * Writes the records of a request but those that `refusal` refuses, the last one first: the service
   * promises no order within a request.
   */
  put(records: readonly R[], refusal: (record: R) => string | undefined): PutResult[] {
    const results = records.toReversed().map((record): PutResult => {
      const code = refusal(record);
      return code === undefined ? { shardId: this.write(record) } : { errorCode: code };
    });
    return results.reverse();
  }
}
