import os from "node:os";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  Kinesis,
  ListShardsCommand,
  PutRecordsCommand,
  type PutRecordsResultEntry,
} from "@aws-sdk/client-kinesis";
import { cbor } from "@smithy/core/cbor";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { expect } from "chai";
import { consumerPlane } from "../../../local/services/kinesis/consumer-plane";
import { kinesisClient, startKinesisServer } from "../../../local/services/kinesis/kinesis-server";
import { freePorts } from "../../../local/machine/ports";
import type { ProcessError, ServiceProcess } from "../../../local/machine/process";
import { ServiceFolders } from "../../../local/machine/service-folders";
import { declared } from "../../local/services/declared-resource";
import {
  accepts,
  foreignHeaders,
  listeningAddresses,
  LOOPBACK,
  needsServices,
  newFolder,
  outsideAddresses,
  removeFolder,
  statusOf,
  streamActive,
} from "./support";

describe("The Kinesis server", () => {
  const folder = newFolder();
  const exits: ProcessError[] = [];
  let port = 0;
  let server: ServiceProcess;
  let client: Kinesis;

  const start = (keepRecords?: number): Promise<ServiceProcess> =>
    startKinesisServer({
      port,
      keepRecords,
      region: "eu-central-1",
      accountId: "123456789012",
      folders: new ServiceFolders(folder),
      onProgress: () => undefined,
      onExit: (exit) => void exits.push(exit),
    });
  const create = async (StreamName: string, ShardCount: number): Promise<void> => {
    await client.send(new CreateStreamCommand({ StreamName, ShardCount }));
    await streamActive(client, StreamName);
  };
  const put = async (StreamName: string, texts: readonly string[]) => {
    const Records = texts.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
    const { Records: entries = [] } = await client.send(
      new PutRecordsCommand({ StreamName, Records }),
    );
    return texts.flatMap((text, index) => [
      [text, entries[index]] as [string, PutRecordsResultEntry],
    ]);
  };
  /** Everything in a stream, shard by shard, as text. */
  const read = async (StreamName: string): Promise<string[]> => {
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    const texts: string[] = [];
    for (const { ShardId } of Shards) {
      const input = { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
      const { ShardIterator } = await client.send(new GetShardIteratorCommand(input));
      const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
      texts.push(...Records.map(({ Data }) => Buffer.from(Data ?? []).toString()));
    }
    return texts;
  };
  const numbered = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

  before(async function () {
    await needsServices(this, "kinesisServer");
    ({ port } = await freePorts(["port"]));
    server = await start();
    client = kinesisClient(`http://127.0.0.1:${port}`, "eu-central-1");
  });
  after(async () => {
    client.destroy();
    await server.stop();
    removeFolder(folder);
  });

  it("takes records and gives them back in the order of their shard", async () => {
    await create("ordered", 1);
    const texts = numbered("record", 400);
    await put("ordered", texts);
    expect(await read("ordered")).to.deep.equal(texts);
  });

  it("says how far a reader is behind, in both encodings", async () => {
    await create("behind", 1);
    await put("behind", numbered("record", 3));
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: "behind",
        ShardId: "shardId-000000000000",
        ShardIteratorType: "TRIM_HORIZON",
      }),
    );
    const lags = async (Limit: number): Promise<unknown[]> => {
      const { MillisBehindLatest } = await client.send(
        new GetRecordsCommand({ ShardIterator, Limit }),
      );
      const answer = await fetch(`http://127.0.0.1:${port}`, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-cbor-1.1",
          "x-amz-target": "Kinesis_20131202.GetRecords",
          authorization: "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
          "x-amz-date": "20260101T000000Z",
        },
        body: Buffer.from(cbor.serialize({ ShardIterator, Limit })),
      });
      const decoded = cbor.deserialize(new Uint8Array(await answer.arrayBuffer())) as {
        MillisBehindLatest: unknown;
        Records: unknown[];
      };
      expect(decoded.Records).to.have.length(Math.min(Limit, 3));
      return [MillisBehindLatest, decoded.MillisBehindLatest];
    };
    for (const lag of await lags(2)) expect(lag).to.be.within(1, 60_000);
    expect(await lags(3)).to.deep.equal([0, 0]);
  });

  it("has the region and account it was told", async () => {
    await create("named", 1);
    const { StreamDescriptionSummary: summary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName: "named" }),
    );
    expect(summary?.StreamARN).to.equal("arn:aws:kinesis:eu-central-1:123456789012:stream/named");
  });

  it("throttles a shard that gets more than 1,000 records in a second", async () => {
    await create("small", 1);
    const answers = (
      await Promise.all(
        [1, 2, 3, 4, 5].map((batch) => put("small", numbered(`batch${batch}`, 500))),
      )
    ).flat();
    const throttled = answers.filter(
      ([, { ErrorCode }]) => ErrorCode === "ProvisionedThroughputExceededException",
    );
    expect(throttled).to.not.be.empty;
    const accepted = answers.flatMap(([text, { ErrorCode }]) => (ErrorCode ? [] : [text]));
    expect(await read("small")).to.have.members(accepted);
  });

  it("keeps batches that come at the same time in the order of their numbers", async () => {
    await create("busy", 8);
    const batches = numbered("batch", 12).map((batch) => put("busy", numbered(batch, 100)));
    const acknowledged = (await Promise.all(batches)).flat();
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: "busy" }));
    const expected = Shards.flatMap(({ ShardId }) =>
      acknowledged
        .filter(([, entry]) => entry.ShardId === ShardId)
        .sort(([, a], [, b]) =>
          BigInt(a.SequenceNumber ?? 0) < BigInt(b.SequenceNumber ?? 0) ? -1 : 1,
        )
        .map(([text]) => text),
    );
    expect(await read("busy")).to.deep.equal(expected);
  });

  it("has every acknowledged record after it was killed, and numbers new ones behind them", async () => {
    await create("durable", 2);
    const before = await put("durable", numbered("before", 300));
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    expect(exits.map(({ how }) => how)).to.deep.equal(["SIGKILL"]);
    server = await start();
    expect(await read("durable")).to.have.members(numbered("before", 300));
    const after = await put("durable", numbered("after", 100));
    const ofShard = (entries: typeof before, shard: number): bigint[] =>
      entries
        .filter(([, { ShardId }]) => ShardId?.endsWith(String(shard)))
        .map(([, { SequenceNumber }]) => BigInt(SequenceNumber ?? 0));
    for (const shard of [0, 1]) {
      const last = ofShard(before, shard).reduce((a, b) => (a > b ? a : b));
      for (const number of ofShard(after, shard)) expect(number > last).to.equal(true);
    }
    expect(await read("durable")).to.have.length(400);
  });

  describe("asked to disturb requests", () => {
    const disturb = async (shares: object): Promise<number> => {
      const url = `http://127.0.0.1:${port}/faults`;
      return (await fetch(url, { method: "PUT", body: JSON.stringify(shares) })).status;
    };
    /** What each of ten puts without a second attempt comes to: "ok" or the error's name. */
    const tenPuts = async (StreamName: string): Promise<string[]> => {
      const once = new Kinesis({
        endpoint: `http://127.0.0.1:${port}`,
        region: "eu-central-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
        requestHandler: new NodeHttpHandler(),
        maxAttempts: 1,
      });
      const Records = [{ PartitionKey: "key", Data: Buffer.from("record") }];
      const outcomes: string[] = [];
      for (let put = 0; put < 10; put++) {
        outcomes.push(
          await once.send(new PutRecordsCommand({ StreamName, Records })).then(
            () => "ok",
            (error: unknown) => (error as Error).name,
          ),
        );
      }
      once.destroy();
      return outcomes;
    };
    afterEach(() => disturb({}));

    it("refuses the share that it was told as over the limit", async () => {
      await create("over-limit", 1);
      expect(await disturb({ throttled: 0.2 })).to.equal(204);
      const outcomes = await tenPuts("over-limit");
      const refused = outcomes.filter((name) => name === "ProvisionedThroughputExceededException");
      expect(refused).to.have.length(2);
      expect(await disturb({})).to.equal(204);
      expect(await read("over-limit")).to.have.length(8);
    });

    it("fails before and after the deed by turns", async () => {
      await create("failing", 1);
      await disturb({ failed: 0.2 });
      const outcomes = await tenPuts("failing");
      expect(outcomes.filter((name) => name === "InternalFailure")).to.have.length(2);
      await disturb({});
      expect(await read("failing")).to.have.length(9);
    });

    it("refuses shares that are none", async () => {
      expect(await disturb({ throttled: 1.5 })).to.equal(400);
      expect(await disturb({ thrown: 1 })).to.equal(400);
    });
  });

  it("registers consumers with enhanced fan-out as the program declares them", async () => {
    await create("fanned-out", 1);
    const streamArn = "arn:aws:kinesis:eu-central-1:123456789012:stream/fanned-out";
    const plane = consumerPlane(() => Promise.resolve(client));
    const consumer = declared("aws:kinesis/streamConsumer:StreamConsumer", {
      name: "job",
      streamArn,
    });
    const outputs = await plane.create(consumer);
    expect(outputs["arn"]).to.match(new RegExp(`^${streamArn}/consumer/job:[0-9]+$`));
    expect(await plane.read(consumer)).to.deep.equal(outputs);
    await plane.delete(consumer);
    expect(await plane.read(consumer)).to.equal(undefined);
  });

  it("counts what each shard has taken", async () => {
    await create("loaded", 1);
    await put("loaded", numbered("record", 10));
    const response = await fetch(`http://127.0.0.1:${port}/load`);
    const load = (await response.json()) as Record<string, Record<string, object>>;
    const bytes = 2 * numbered("record", 10).join("").length;
    expect(load["loaded"]).to.deep.equal({
      "shardId-000000000000": { records: 10, bytes },
    });
  });

  it("keeps the newest records only where it has a limit, also after a restart", async () => {
    await server.stop();
    server = await start(200);
    await create("kept", 1);
    for (const batch of numbered("batch", 5)) await put("kept", numbered(batch, 100));
    const kept = await read("kept");
    expect(kept).to.have.length.within(200, 210);
    expect(kept).to.include.members(numbered("batch-4", 100));
    expect(await read("ordered")).to.deep.equal([]);
    await server.stop();
    server = await start(100);
    expect(await read("kept")).to.have.members(numbered("batch-4", 100));
    await put("kept", ["later"]);
    expect(await read("kept")).to.include("later");
    await server.stop();
    server = await start();
  });

  it("refuses web pages and other host names", async () => {
    const url = `http://127.0.0.1:${port}/_health`;
    expect(await statusOf(url)).to.equal(200);
    expect(await statusOf(url, { host: "localhost" })).to.equal(200);
    for (const headers of foreignHeaders) {
      expect(await statusOf(url, headers), JSON.stringify(headers)).to.equal(403);
    }
  });

  it("is reached from this machine only", async function () {
    expect(await accepts("127.0.0.1", port)).to.equal(true);
    for (const address of outsideAddresses()) {
      expect(await accepts(address, port), address).to.equal(false);
    }
    if (os.platform() !== "linux") this.skip();
    expect(LOOPBACK).to.include.members(listeningAddresses([server.pid]));
  });
});
