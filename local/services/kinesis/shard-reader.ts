import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";

/** Requests to a Kinesis API, as a client of the AWS SDK sends them. */
export type KinesisApi = Pick<KinesisClient, "send">;

export interface ShardRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly arrival: Date;
  readonly data: Uint8Array;
}

/** Reads every shard of a stream from the oldest record on, the shards of a reshard included. */
export class ShardReader {
  readonly #api: KinesisApi;
  readonly #streamName: string;
  readonly #positions = new Map<string, string>();
  readonly #iterators = new Map<string, string>();
  readonly #finished = new Set<string>();

  constructor(api: KinesisApi, streamName: string) {
    this.#api = api;
    this.#streamName = streamName;
  }

  /** Continues after these records, by shard. */
  resume(positions: ReadonlyMap<string, string>): void {
    for (const [shard, position] of positions) this.#positions.set(shard, position);
  }

  /** What came since the last call: one request to each shard. */
  async *newRecords(): AsyncGenerator<ShardRecord> {
    for (const shardId of await this.#shards()) {
      if (this.#finished.has(shardId)) continue;
      const { Records = [], NextShardIterator } = await this.#records(shardId);
      for (const record of Records) {
        const sequenceNumber = record.SequenceNumber ?? "";
        // Kept record by record: after an error the next round continues behind the last one taken.
        this.#positions.set(shardId, sequenceNumber);
        this.#iterators.delete(shardId);
        yield {
          shardId,
          sequenceNumber,
          arrival: record.ApproximateArrivalTimestamp ?? new Date(0),
          data: record.Data ?? new Uint8Array(),
        };
      }
      if (NextShardIterator === undefined) this.#finished.add(shardId);
      else this.#iterators.set(shardId, NextShardIterator);
    }
  }

  async #shards(): Promise<string[]> {
    const shards: string[] = [];
    let NextToken: string | undefined;
    do {
      const input = NextToken === undefined ? { StreamName: this.#streamName } : { NextToken };
      const output = await this.#api.send(new ListShardsCommand(input));
      for (const { ShardId } of output.Shards ?? [])
        if (ShardId !== undefined) shards.push(ShardId);
      NextToken = output.NextToken;
    } while (NextToken !== undefined);
    return shards;
  }

  async #records(shardId: string) {
    const known = this.#iterators.get(shardId);
    try {
      const ShardIterator = known ?? (await this.#iterator(shardId));
      return await this.#api.send(new GetRecordsCommand({ ShardIterator }));
    } catch (error) {
      // Iterators live for five minutes, and none outlives the server.
      const stale =
        error instanceof ExpiredIteratorException || error instanceof ResourceNotFoundException;
      if (known === undefined || !stale) throw error;
      this.#iterators.delete(shardId);
      const ShardIterator = await this.#iterator(shardId);
      return this.#api.send(new GetRecordsCommand({ ShardIterator }));
    }
  }

  async #iterator(shardId: string): Promise<string | undefined> {
    const position = this.#positions.get(shardId);
    const output = await this.#api.send(
      new GetShardIteratorCommand({
        StreamName: this.#streamName,
        ShardId: shardId,
        ...(position === undefined
          ? { ShardIteratorType: "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: position }),
      }),
    );
    return output.ShardIterator;
  }
}
