import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { type KinesisApi, ShardReader } from "../../../../local/services/kinesis/shard-reader";

/** A stream in memory; sequence numbers count from 0 in each shard. An iterator is shard:position:generation. */
class FakeStream {
  readonly shards = new Map<string, { readonly records: string[]; closed: boolean }>();
  /** Iterators of earlier generations have expired. */
  generation = 0;
  readonly requests: string[] = [];

  readonly api = { send: (command: unknown) => this.#answer(command) } as KinesisApi;

  add(shard: string, ...records: string[]): void {
    const existing = this.shards.get(shard);
    if (existing) existing.records.push(...records);
    else this.shards.set(shard, { records, closed: false });
  }

  close(shard: string): void {
    const existing = this.shards.get(shard);
    if (existing) existing.closed = true;
  }

  #answer(command: unknown): Promise<unknown> {
    if (command instanceof ListShardsCommand) {
      // A page for each shard.
      const ids = [...this.shards.keys()];
      const page = Number(command.input.NextToken ?? 0);
      return Promise.resolve({
        Shards: ids.slice(page, page + 1).map((ShardId) => ({ ShardId })),
        ...(page + 1 < ids.length && { NextToken: String(page + 1) }),
      });
    }
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId = "", ShardIteratorType, StartingSequenceNumber } = command.input;
      this.requests.push(
        `${ShardId} ${String(ShardIteratorType)} ${StartingSequenceNumber ?? ""}`.trim(),
      );
      const next = StartingSequenceNumber === undefined ? 0 : Number(StartingSequenceNumber) + 1;
      return Promise.resolve({ ShardIterator: `${ShardId}:${next}:${this.generation}` });
    }
    if (command instanceof GetRecordsCommand) {
      const [shard = "", position, generation] = (command.input.ShardIterator ?? "").split(":");
      if (Number(generation) !== this.generation) {
        return Promise.reject(new ExpiredIteratorException({ message: "", $metadata: {} }));
      }
      const { records = [], closed = false } = this.shards.get(shard) ?? {};
      const Records = records.slice(Number(position), Number(position) + 2).map((data, index) => ({
        Data: Buffer.from(data),
        SequenceNumber: String(Number(position) + index),
        ApproximateArrivalTimestamp: new Date(0),
      }));
      const next = Number(position) + Records.length;
      const atEnd = closed && next === records.length;
      return Promise.resolve({
        Records,
        ...(!atEnd && { NextShardIterator: `${shard}:${next}:${this.generation}` }),
      });
    }
    throw new Error(`Unexpected ${String(command)}`);
  }
}

async function read(reader: ShardReader): Promise<string[]> {
  const records: string[] = [];
  for await (const { shardId, sequenceNumber, data } of reader.newRecords()) {
    records.push(`${shardId}/${sequenceNumber}/${Buffer.from(data).toString()}`);
  }
  return records;
}

describe("The reader of a stream's shards", () => {
  it("reads every shard from its oldest record on, one request to each a round", async () => {
    const stream = new FakeStream();
    stream.add("a", "1", "2", "3");
    stream.add("b", "4");
    const reader = new ShardReader(stream.api, "events");
    expect(await read(reader)).to.deep.equal(["a/0/1", "a/1/2", "b/0/4"]);
    stream.add("b", "5");
    expect(await read(reader)).to.deep.equal(["a/2/3", "b/1/5"]);
    expect(await read(reader)).to.deep.equal([]);
    expect(stream.requests).to.deep.equal(["a TRIM_HORIZON", "b TRIM_HORIZON"]);
  });

  it("goes on behind the records of an earlier run", async () => {
    const stream = new FakeStream();
    stream.add("a", "1", "2", "3");
    const reader = new ShardReader(stream.api, "events");
    reader.resume(new Map([["a", "1"]]));
    expect(await read(reader)).to.deep.equal(["a/2/3"]);
    expect(stream.requests).to.deep.equal(["a AFTER_SEQUENCE_NUMBER 1"]);
  });

  it("finds the shards of a reshard and leaves closed ones alone", async () => {
    const stream = new FakeStream();
    stream.add("a", "1");
    const reader = new ShardReader(stream.api, "events");
    await read(reader);
    stream.close("a");
    stream.add("b", "2");
    expect(await read(reader)).to.deep.equal(["b/0/2"]);
    stream.add("b", "3");
    expect(await read(reader)).to.deep.equal(["b/1/3"]);
    expect(stream.requests).to.deep.equal(["a TRIM_HORIZON", "b TRIM_HORIZON"]);
  });

  it("takes a new iterator behind the last record when its own has expired", async () => {
    const stream = new FakeStream();
    stream.add("a", "1");
    const reader = new ShardReader(stream.api, "events");
    await read(reader);
    stream.generation += 1;
    stream.add("a", "2");
    expect(await read(reader)).to.deep.equal(["a/1/2"]);
    expect(stream.requests.at(-1)).to.equal("a AFTER_SEQUENCE_NUMBER 0");
  });

  it("goes on behind the last record taken when its reader breaks off in the middle", async () => {
    const stream = new FakeStream();
    stream.add("a", "1", "2");
    const reader = new ShardReader(stream.api, "events");
    for await (const record of reader.newRecords()) {
      expect(record.sequenceNumber).to.equal("0");
      break;
    }
    expect(await read(reader)).to.deep.equal(["a/1/2"]);
  });
});
