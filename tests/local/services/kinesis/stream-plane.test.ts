import { Kinesis, ResourceNotFoundException } from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import type { DataPlane } from "../../../../local/provider/data-plane";
import { streamPlane } from "../../../../local/services/kinesis/stream-plane";
import { declared } from "../declared-resource";
import { rejection } from "../rejection";

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

/** Keeps the requests that change something and answers like a service with at most one stream. */
class FakeKinesis {
  readonly changes: [string, Readonly<Record<string, unknown>>][] = [];
  shards = 0;
  hours = 24;
  exists = false;
  /** Answers until a new state is reached. */
  updating = 0;

  readonly client = Object.assign(new Kinesis({ region: "us-east-1" }), {
    send: (command: Command) => this.#answer(command),
  });

  #answer({ constructor: { name }, input }: Command): Promise<unknown> {
    const operation = name.replace(/Command$/, "");
    if (operation === "DescribeStreamSummary") return this.#summary();
    this.changes.push([operation, input]);
    this.updating = 1;
    if (operation === "CreateStream") this.exists = true;
    if (operation === "DeleteStream") this.exists = false;
    if ("ShardCount" in input) this.shards = Number(input["ShardCount"]);
    if ("TargetShardCount" in input) this.shards = Number(input["TargetShardCount"]);
    if ("RetentionPeriodHours" in input) this.hours = Number(input["RetentionPeriodHours"]);
    return Promise.resolve({});
  }

  #summary(): Promise<unknown> {
    if (!this.exists) {
      return Promise.reject(new ResourceNotFoundException({ message: "", $metadata: {} }));
    }
    const StreamStatus = this.updating-- > 0 ? "UPDATING" : "ACTIVE";
    return Promise.resolve({
      StreamDescriptionSummary: {
        StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/events",
        StreamStatus,
        OpenShardCount: this.shards,
        RetentionPeriodHours: this.hours,
      },
    });
  }
}

const basis = { name: "events", shardCount: 2 };

function stream(inputs: Readonly<Record<string, unknown>>) {
  return declared("aws:kinesis/stream:Stream", { ...basis, ...inputs });
}

describe("The stream on this machine", () => {
  let kinesis: FakeKinesis;
  let plane: DataPlane;

  beforeEach(() => {
    kinesis = new FakeKinesis();
    plane = streamPlane(() => Promise.resolve(kinesis.client));
  });

  const operations = (): string[] => kinesis.changes.map(([operation]) => operation);
  /** The requests of an update from one declaration to another. */
  const update = async (
    from: Readonly<Record<string, unknown>>,
    to: Readonly<Record<string, unknown>>,
  ) => {
    await plane.create(stream(from));
    kinesis.changes.length = 0;
    await plane.update?.(stream(to), stream(from));
    return kinesis.changes;
  };

  it("is created with its shards and nothing else where nothing else is declared", async () => {
    await plane.create(stream({}));
    expect(kinesis.changes).to.deep.equal([
      ["CreateStream", { StreamName: "events", ShardCount: 2 }],
    ]);
  });

  it("is created with everything that is declared", async () => {
    await plane.create(
      stream({
        retentionPeriod: 168,
        encryptionType: "KMS",
        kmsKeyId: "alias/aws/kinesis",
        shardLevelMetrics: ["IncomingBytes"],
        maxRecordSizeInKib: 2048,
        tags: { owner: "data" },
      }),
    );
    expect(operations()).to.deep.equal([
      "CreateStream",
      "IncreaseStreamRetentionPeriod",
      "StartStreamEncryption",
      "EnableEnhancedMonitoring",
      "UpdateMaxRecordSize",
      "AddTagsToStream",
    ]);
  });

  it("starts with four shards in mode ON_DEMAND", async () => {
    const onDemand = { shardCount: undefined, streamModeDetails: { streamMode: "ON_DEMAND" } };
    await plane.create(stream(onDemand));
    expect(kinesis.changes[0]?.[1]).to.include({ ShardCount: 4 });
    expect(operations()).to.deep.equal(["CreateStream", "UpdateStreamMode"]);
  });

  it("is left alone by an update that changes nothing", async () => {
    expect(await update({ retentionPeriod: 48 }, { retentionPeriod: 48 })).to.be.empty;
  });

  it("is resharded in place", async () => {
    expect(await update({}, { shardCount: 4 })).to.deep.equal([
      [
        "UpdateShardCount",
        { StreamName: "events", TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" },
      ],
    ]);
  });

  for (const [from, to, allowed] of [
    [2, 5, false],
    [2, 4, true],
    [5, 3, true],
    [5, 2, false],
  ] as const) {
    it(`${allowed ? "goes" : "does not go"} from ${from} to ${to} shards in one update, as on AWS`, async () => {
      const updating = update({ shardCount: from }, { shardCount: to });
      if (allowed) expect(await updating).to.have.length(1);
      else
        expect((await rejection(updating)).message).to.include(`not to ${to}. Go there in several`);
    });
  }

  it("keeps records shorter or longer as declared", async () => {
    expect((await update({}, { retentionPeriod: 48 }))[0]?.[0]).to.equal(
      "IncreaseStreamRetentionPeriod",
    );
    kinesis = new FakeKinesis();
    expect((await update({ retentionPeriod: 48 }, {}))[0]?.[0]).to.equal(
      "DecreaseStreamRetentionPeriod",
    );
  });

  it("changes encryption, metrics and tags to what is declared", async () => {
    const changes = await update(
      {
        encryptionType: "KMS",
        kmsKeyId: "one",
        shardLevelMetrics: ["IncomingBytes"],
        tags: { a: "1", b: "1" },
      },
      { shardLevelMetrics: ["OutgoingBytes"], tags: { b: "2" } },
    );
    expect(changes).to.deep.equal([
      ["StopStreamEncryption", { StreamName: "events", EncryptionType: "KMS", KeyId: "one" }],
      ["EnableEnhancedMonitoring", { StreamName: "events", ShardLevelMetrics: ["OutgoingBytes"] }],
      ["DisableEnhancedMonitoring", { StreamName: "events", ShardLevelMetrics: ["IncomingBytes"] }],
      ["RemoveTagsFromStream", { StreamName: "events", TagKeys: ["a"] }],
      ["AddTagsToStream", { StreamName: "events", Tags: { b: "2" } }],
    ]);
  });

  it("is found again, or is gone", async () => {
    expect(await plane.read(stream({}))).to.equal(undefined);
    await plane.create(stream({}));
    expect(await plane.read(stream({}))).to.deep.equal({});
    await plane.delete(stream({}));
    expect(await plane.read(stream({}))).to.equal(undefined);
  });

  it("is deleted with the consumers it has, and only once", async () => {
    await plane.create(stream({}));
    await plane.delete(stream({}));
    await plane.delete(stream({}));
    expect(kinesis.changes.slice(1)).to.deep.equal([
      ["DeleteStream", { StreamName: "events", EnforceConsumerDeletion: true }],
    ]);
  });
});
