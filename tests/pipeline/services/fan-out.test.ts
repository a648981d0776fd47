import {
  CreateStreamCommand,
  type Kinesis,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
  type StartingPosition,
  type SubscribeToShardEvent,
  SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { consumerPlane } from "../../../local/services/kinesis/consumer-plane";
import { kinesisClient, startKinesisServer } from "../../../local/services/kinesis/kinesis-server";
import { freePorts } from "../../../local/machine/ports";
import type { ServiceProcess } from "../../../local/machine/process";
import { ServiceFolders } from "../../../local/machine/service-folders";
import { declared } from "../../local/services/declared-resource";
import { needsServices, newFolder, removeFolder, streamActive } from "./support";

const STREAM = "fanned-out";

describe("A subscription to a shard of the Kinesis server", () => {
  const folder = newFolder();
  let server: ServiceProcess;
  let client: Kinesis;
  let consumerArn: unknown;
  let numbers: string[];

  /** What the events tell until a condition holds, or until the server ends the subscription. */
  const subscribe = async (
    position: StartingPosition,
    enough: (events: readonly SubscribeToShardEvent[]) => boolean = () => false,
    shard = 0,
    consumer = consumerArn,
  ): Promise<SubscribeToShardEvent[]> => {
    const { EventStream = [] } = await client.send(
      new SubscribeToShardCommand({
        ConsumerARN: String(consumer),
        ShardId: `shardId-${String(shard).padStart(12, "0")}`,
        StartingPosition: position,
      }),
    );
    const events: SubscribeToShardEvent[] = [];
    for await (const { SubscribeToShardEvent: event } of EventStream) {
      if (event) events.push(event);
      if (enough(events)) break;
    }
    return events;
  };
  const texts = (events: readonly SubscribeToShardEvent[]): string[] =>
    events.flatMap(({ Records }) =>
      (Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString()),
    );
  const put = async (...data: string[]): Promise<string[]> => {
    const { Records = [] } = await client.send(
      new PutRecordsCommand({
        StreamName: STREAM,
        Records: data.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) })),
      }),
    );
    return Records.map(({ SequenceNumber = "" }) => SequenceNumber);
  };

  before(async function () {
    await needsServices(this, "kinesisServer");
    const { port } = await freePorts(["port"]);
    server = await startKinesisServer({
      port,
      region: "us-east-1",
      accountId: "000000000000",
      throttled: false,
      folders: new ServiceFolders(folder),
      onProgress: () => undefined,
      onExit: () => undefined,
    });
    client = kinesisClient(`http://127.0.0.1:${port}`, "us-east-1");
    await client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
    await streamActive(client, STREAM);
    const consumer = declared("aws:kinesis/streamConsumer:StreamConsumer", {
      name: "job",
      streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`,
    });
    ({ arn: consumerArn } = await consumerPlane(() => Promise.resolve(client)).create(consumer));
    numbers = await put("a", "b", "c");
  });
  after(async () => {
    client.destroy();
    await server.stop();
    removeFolder(folder);
  });

  it("starts with the oldest record", async () => {
    const events = await subscribe({ Type: "TRIM_HORIZON" }, (seen) => texts(seen).length >= 3);
    expect(texts(events)).to.deep.equal(["a", "b", "c"]);
  });

  it("starts at or after the record that it is told", async () => {
    const SequenceNumber = numbers[1];
    const some = (seen: readonly SubscribeToShardEvent[]): boolean => texts(seen).length > 0;
    expect(
      texts(await subscribe({ Type: "AT_SEQUENCE_NUMBER", SequenceNumber }, some)),
    ).to.deep.equal(["b", "c"]);
    expect(
      texts(await subscribe({ Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber }, some)),
    ).to.deep.equal(["c"]);
  });

  it("says how far the reader is behind", async () => {
    const StreamName = "long";
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await streamActive(client, StreamName);
    const { arn } = await consumerPlane(() => Promise.resolve(client)).create(
      declared("aws:kinesis/streamConsumer:StreamConsumer", {
        name: "reader",
        streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`,
      }),
    );
    // One event holds 10,000 records of the 10,500.
    const Records = Array.from({ length: 500 }, () => ({
      PartitionKey: "key",
      Data: Buffer.from("record"),
    }));
    for (let request = 0; request < 21; request++) {
      await client.send(new PutRecordsCommand({ StreamName, Records }));
    }
    const all = (events: readonly SubscribeToShardEvent[]) => texts(events).length >= 10_500;
    const [first, ...others] = await subscribe({ Type: "TRIM_HORIZON" }, all, 0, arn);
    expect(first?.Records).to.have.length(10_000);
    expect(first?.MillisBehindLatest).to.be.within(1, 60_000);
    expect(others.at(-1)?.MillisBehindLatest).to.equal(0);
  });

  it("starts at a time, also at one that nothing has arrived since", async () => {
    const at = (Timestamp: Date): StartingPosition => ({ Type: "AT_TIMESTAMP", Timestamp });
    const past = await subscribe(at(new Date(Date.now() - 60_000)), (seen) => seen.length > 0);
    expect(texts(past)).to.deep.equal(["a", "b", "c"]);
    const now = await subscribe(at(new Date(Date.now() + 1_000)), (seen) => seen.length > 1);
    expect(texts(now)).to.deep.equal([]);
  });

  describe("that was closed", () => {
    before(async () => {
      await client.send(
        new SplitShardCommand({
          StreamName: STREAM,
          ShardToSplit: "shardId-000000000000",
          NewStartingHashKey: String(2n ** 127n),
        }),
      );
      await streamActive(client, STREAM);
    });

    it("ends behind its last record, with its children and nowhere to go on from", async () => {
      const events = await subscribe({ Type: "TRIM_HORIZON" });
      expect(texts(events)).to.deep.equal(["a", "b", "c"]);
      const last = events.at(-1);
      expect(last?.ContinuationSequenceNumber).to.equal(undefined);
      expect(
        last?.ChildShards?.map(({ ShardId, ParentShards }) => [ShardId, ParentShards]),
      ).to.deep.equal([
        ["shardId-000000000001", ["shardId-000000000000"]],
        ["shardId-000000000002", ["shardId-000000000000"]],
      ]);
    });

    it("gives nothing more to a reader that has read it", async () => {
      const events = await subscribe({
        Type: "AFTER_SEQUENCE_NUMBER",
        SequenceNumber: numbers[2],
      });
      expect(texts(events)).to.deep.equal([]);
      expect(events.at(-1)?.ContinuationSequenceNumber).to.equal(undefined);
    });

    it("is followed by its children, and these by the one that they are merged into", async () => {
      await put("d");
      const events = await Promise.all(
        [1, 2].map((shard) =>
          subscribe({ Type: "TRIM_HORIZON" }, (seen) => seen.length > 1, shard),
        ),
      );
      expect(events.flatMap(texts)).to.deep.equal(["d"]);
      await client.send(
        new MergeShardsCommand({
          StreamName: STREAM,
          ShardToMerge: "shardId-000000000001",
          AdjacentShardToMerge: "shardId-000000000002",
        }),
      );
      await streamActive(client, STREAM);
      const ends = await Promise.all(
        [1, 2].map((shard) => subscribe({ Type: "TRIM_HORIZON" }, undefined, shard)),
      );
      expect(ends.flatMap(texts)).to.deep.equal(["d"]);
      expect(ends.map((end) => end.at(-1)?.ChildShards?.[0]?.ShardId)).to.deep.equal([
        "shardId-000000000003",
        "shardId-000000000003",
      ]);
    });
  });
});
