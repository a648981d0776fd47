import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { ResourceInUseException } from "@aws-sdk/client-kinesis";
import { mock } from "node:test";
import { expect } from "chai";
import { FanOutReader } from "../../../producer/tail/fan-out-reader";
import type { ShardPart } from "../../../producer/tail/shard-reader";

const stream = "trips";
const streamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/trips";
const consumerArn = `${streamArn}/consumer/tail:1`;
const metadata = { $metadata: {} };

/** What a subscription pushes, in order; an error ends it. */
type Pushed = readonly (object | Error)[];

/** A stream that knows enhanced fan-out, in memory; `client` is how the reader sees it. */
class FakeFanOut {
  /** Operations asked for, with their input. */
  readonly requests: [operation: string, input: Record<string, unknown>][] = [];
  /** Of the subscriptions to come; an error refuses one. */
  readonly subscriptions: (Pushed | Error | "silent")[] = [];
  /** Of the consumer, each time it is looked at; the last one stays. */
  statuses = ["ACTIVE"];
  isRegistered = false;
  /** The operation whose answer never comes. */
  hanging = "";

  get client(): KinesisClient {
    const send = (command: { constructor: { name: string }; input: Record<string, unknown> }) =>
      this.#answer(command.constructor.name.replace(/Command$/, ""), command.input);
    return { send } as unknown as KinesisClient;
  }

  inputs(operation: string): Record<string, unknown>[] {
    return this.requests.flatMap(([name, input]) => (name === operation ? [input] : []));
  }

  async #answer(operation: string, input: Record<string, unknown>): Promise<object> {
    await Promise.resolve();
    this.requests.push([operation, input]);
    if (operation === this.hanging) return new Promise(() => undefined);
    switch (operation) {
      case "DescribeStreamSummary":
        return { StreamDescriptionSummary: { StreamARN: streamArn } };
      case "RegisterStreamConsumer":
        if (this.isRegistered) throw inUse("the consumer exists");
        return {};
      case "DescribeStreamConsumer": {
        const ConsumerStatus = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
        return { ConsumerDescription: { ConsumerARN: consumerArn, ConsumerStatus } };
      }
      case "SubscribeToShard": {
        const next = this.subscriptions.shift() ?? new Error("no subscription was expected");
        if (next instanceof Error) throw next;
        if (next === "silent") return { EventStream: silence() };
        return { EventStream: pushed(next) };
      }
      case "ListShards":
        return { Shards: [{ ShardId: "shard-1" }, { ShardId: "shard-2" }] };
      default:
        return {};
    }
  }
}

async function* silence(): AsyncGenerator<object> {
  yield await new Promise<object>(() => undefined);
}

async function* pushed(events: Pushed): AsyncGenerator<object> {
  for (const event of events) {
    await Promise.resolve();
    if (event instanceof Error) throw event;
    yield event;
  }
}

const inUse = (message: string) => new ResourceInUseException({ message, ...metadata });
const serverError = () =>
  Object.assign(new Error("try again"), {
    name: "InternalFailureException",
    $metadata: { httpStatusCode: 500 },
  });
const record = (n: number) => ({
  Data: Buffer.from(`data${n}`),
  PartitionKey: "key",
  SequenceNumber: String(n),
  ApproximateArrivalTimestamp: new Date(1000 * n),
});
/** @param next - where a later subscription goes on; undefined at the end of the shard */
const event = (records: readonly object[], next: string | undefined, ChildShards?: object[]) => ({
  SubscribeToShardEvent: {
    Records: records,
    ContinuationSequenceNumber: next,
    MillisBehindLatest: 40,
    ChildShards,
  },
});
const end = (...children: string[]) =>
  event(
    [],
    undefined,
    children.map((ShardId) => ({ ShardId, ParentShards: ["shard-1"] })),
  );

describe("Reading a shard by enhanced fan-out", () => {
  let fake: FakeFanOut;
  let pauses: number[];
  let stop: AbortController;

  beforeEach(() => {
    fake = new FakeFanOut();
    pauses = [];
    stop = new AbortController();
  });

  /** Its pauses take no time. */
  const open = () =>
    FanOutReader.open(
      fake.client,
      stream,
      "tail",
      {
        now: () => 0,
        random: () => 0.5,
        sleep: (ms) => {
          pauses.push(ms);
          return Promise.resolve();
        },
      },
      stop.signal,
    );
  async function parts(start: "latest" | "horizon" | number = "horizon"): Promise<ShardPart[]> {
    const found: ShardPart[] = [];
    for await (const part of (await open()).read("shard-1", start, stop.signal)) found.push(part);
    return found;
  }
  const positions = () =>
    fake.inputs("SubscribeToShard").map(({ StartingPosition: position }) => position);

  it("registers its consumer, waits until it may read, and deregisters it", async () => {
    fake.statuses = ["CREATING", "CREATING", "ACTIVE"];
    const reader = await open();
    const names = { StreamARN: streamArn, ConsumerName: "tail" };
    expect(fake.inputs("RegisterStreamConsumer")).to.deep.equal([names]);
    expect(fake.inputs("DescribeStreamConsumer")).to.have.length(3);
    expect(pauses).to.have.length(2);
    await reader.close();
    expect(fake.inputs("DeregisterStreamConsumer")).to.deep.equal([{ ConsumerARN: consumerArn }]);
  });

  for (const operation of [
    "DescribeStreamSummary",
    "RegisterStreamConsumer",
    "DescribeStreamConsumer",
    "DeregisterStreamConsumer",
  ]) {
    it(`gives ${operation} up when its answer never ends`, async () => {
      fake.hanging = operation;
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const closed = open().then((reader) => reader.close());
        while (fake.requests.at(-1)?.[0] !== operation) await new Promise(setImmediate);
        mock.timers.tick(30_000);
        expect(await closed.then(String, String)).to.equal(
          "TimeoutError: no complete answer within 30 s",
        );
      } finally {
        mock.timers.reset();
      }
    });
  }

  it("subscribes again when a subscription is silent for 30 seconds", async () => {
    const reader = await open();
    fake.subscriptions.push("silent", [end()]);
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const first = reader.read("shard-1", "horizon", stop.signal).next();
      while (fake.subscriptions.length > 1) await new Promise(setImmediate);
      await new Promise(setImmediate);
      mock.timers.tick(30_000);
      expect((await first).value).to.deep.include({ children: [] });
    } finally {
      mock.timers.reset();
    }
  });

  it("leaves a consumer that somebody else registered", async () => {
    fake.isRegistered = true;
    const reader = await open();
    await reader.close();
    expect(fake.inputs("DeregisterStreamConsumer")).to.deep.equal([]);
  });

  it("does not wait for its consumer any longer when it is stopped", async () => {
    fake.statuses = ["CREATING"];
    stop.abort();
    await (await open()).close();
    expect(fake.inputs("DeregisterStreamConsumer")).to.have.length(1);
  });

  it("names the shards to begin with", async () => {
    const reader = await open();
    expect(await reader.shards("latest")).to.deep.equal(["shard-1", "shard-2"]);
    expect(fake.inputs("ListShards")[0]?.["ShardFilter"]).to.deep.equal({ Type: "AT_LATEST" });
  });

  it("gives what is pushed, with the lag, and the shards that follow at its end", async () => {
    fake.subscriptions.push([event([record(1), record(2)], "2"), end("shard-2", "shard-3")]);
    const [first, last, ...more] = await parts();
    expect(more).to.deep.equal([]);
    expect(first).to.deep.equal({
      records: [1, 2].map((n) => ({
        partitionKey: "key",
        data: Buffer.from(`data${n}`),
        sequenceNumber: String(n),
        arrival: 1000 * n,
      })),
      lagMs: 40,
      children: undefined,
    });
    expect(last?.children).to.deep.equal([
      { id: "shard-2", parents: ["shard-1"] },
      { id: "shard-3", parents: ["shard-1"] },
    ]);
  });

  it("begins where it is told", async () => {
    for (const start of ["latest", "horizon", 5000] as const) {
      fake.subscriptions.push([end()]);
      await parts(start);
    }
    expect(positions()).to.deep.equal([
      { Type: "LATEST" },
      { Type: "TRIM_HORIZON" },
      { Type: "AT_TIMESTAMP", Timestamp: new Date(5000) },
    ]);
  });

  it("subscribes again after five minutes, behind what was pushed last", async () => {
    // Behind the last record there may be others of no interest: the place is not that of the record.
    fake.subscriptions.push([event([record(1)], "9")], [event([], "12")], [end()]);
    expect(await parts()).to.have.length(3);
    expect(positions()).to.deep.equal([
      { Type: "TRIM_HORIZON" },
      { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: "9" },
      { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: "12" },
    ]);
    expect(pauses).to.deep.equal([]);
  });

  it("waits while another subscription is in use, and after an error that passes", async () => {
    fake.subscriptions.push(
      inUse("another subscription exists"),
      [event([record(1)], "1"), serverError()],
      serverError(),
      [end()],
    );
    const found = await parts();
    expect(found.flatMap(({ records }) => records)).to.have.length(1);
    // A second, and twice a part of a moment that grows.
    expect(pauses).to.deep.equal([1000, 25, 50]);
    expect(positions().at(-1)).to.deep.equal({
      Type: "AFTER_SEQUENCE_NUMBER",
      SequenceNumber: "1",
    });
  });

  it("fails where waiting does not help", async () => {
    fake.subscriptions.push(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    expect(await parts().then(String, String)).to.equal("AccessDeniedException: no");
  });

  it("ends without an error when it is stopped in the middle of a subscription", async () => {
    fake.subscriptions.push([event([record(1)], "1"), new Error("aborted")]);
    const found: ShardPart[] = [];
    for await (const part of (await open()).read("shard-1", "horizon", stop.signal)) {
      found.push(part);
      stop.abort();
    }
    expect(found).to.have.length(1);
    expect(positions()).to.have.length(1);
  });
});
