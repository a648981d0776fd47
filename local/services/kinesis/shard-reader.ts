import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
  type KinesisClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import { listedShards } from "../../../producer/kinesis/kinesis";
import { type ShardStart, startingPosition } from "../../../producer/tail/shard-reader";

export type KinesisApi = Pick<KinesisClient, "send">;

export interface ShardRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly arrival: Date;
  readonly data: Uint8Array;
}

/** Reads every shard of a stream, by default from the oldest record on, and those of a later reshard from their oldest. */
export class ShardReader {
  readonly #api: KinesisApi;
  readonly #streamName: string;
  readonly #start: ShardStart;
  readonly #positions = new Map<string, string>();
  readonly #iterators = new Map<string, string>();
  readonly #finished = new Set<string>();
  #first: ReadonlySet<string> | undefined;

  constructor(api: KinesisApi, streamName: string, start: ShardStart = "horizon") {
    this.#api = api;
    this.#streamName = streamName;
    this.#start = start;
  }

  resume(positions: ReadonlyMap<string, string>): void {
    for (const [shard, position] of positions) this.#positions.set(shard, position);
  }

  /** What came since the last call: one request to each shard but those that are to wait. */
  async *newRecords(
    waits: (shardId: string) => boolean = () => false,
  ): AsyncGenerator<ShardRecord> {
    const shards = await this.#shards();
    this.#first ??= new Set(shards);
    for (const shardId of shards) {
      if (this.#finished.has(shardId) || waits(shardId)) continue;
      const { Records = [], NextShardIterator } = await this.#records(shardId);
      for (const record of Records) {
        const sequenceNumber = record.SequenceNumber ?? "";
        // Kept record by record: after an error the next round continues behind the last one taken.
        this.#positions.set(shardId, sequenceNumber);
        this.#iterators.delete(shardId);
        yield {
          shardId,
          sequenceNumber,
          partitionKey: record.PartitionKey ?? "",
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
    const listed = listedShards({ StreamName: this.#streamName }, (command) =>
      this.#api.send(command),
    );
    for await (const { ShardId } of listed) if (ShardId !== undefined) shards.push(ShardId);
    return shards;
  }

  async #records(shardId: string): Promise<GetRecordsOutput> {
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
      return this.#records(shardId);
    }
  }

  async #iterator(shardId: string): Promise<string | undefined> {
    const start = this.#first?.has(shardId) === true ? this.#start : "horizon";
    const position = startingPosition(start, this.#positions.get(shardId));
    const output = await this.#api.send(
      new GetShardIteratorCommand({
        StreamName: this.#streamName,
        ShardId: shardId,
        ShardIteratorType: position.Type,
        StartingSequenceNumber: position.SequenceNumber,
        Timestamp: position.Timestamp,
      }),
    );
    return output.ShardIterator;
  }
}
