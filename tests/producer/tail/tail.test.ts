import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { expect } from "chai";
import { aggregated } from "../../../producer/kinesis/aggregation";
import { PollingReader } from "../../../producer/tail/polling-reader";
import { systemRuntime } from "../../../producer/replay/runtime";
import { FakeKinesisServer } from "../support/fake-kinesis-server";
import { outgoingRecord } from "../../../producer/events/record";
import type {
  ShardPart,
  ShardReader,
  ShardStart,
  StoredRecord,
} from "../../../producer/tail/shard-reader";
import { StartError } from "../../../cli/command";
import { tail } from "../../../producer/tail/tail";
import {
  parseTailOptions,
  type TailOptions,
  withLocalStream,
} from "../../../producer/tail/tail-options";
import { tailOutput } from "../../../producer/tail/tail-output";

const stored = (text: string, partitionKey = "key"): StoredRecord => ({
  partitionKey,
  data: Buffer.from(text),
  sequenceNumber: `sequence-${text}`,
  arrival: Date.parse("2026-01-01T00:00:00Z"),
});

/** A stream of which two shards were merged into one. */
class MergedStream implements ShardReader {
  readonly starts: [shard: string, start: ShardStart][] = [];
  /** What the second shard waits for before it ends. */
  secondMayEnd: Promise<void> = Promise.resolve();

  shards(): Promise<string[]> {
    return Promise.resolve(["a", "b"]);
  }

  async *read(shardId: string, start: ShardStart): AsyncGenerator<ShardPart> {
    this.starts.push([shardId, start]);
    yield { records: [stored(`${shardId}1`)], lagMs: 5, children: undefined };
    if (shardId === "b") {
      await this.secondMayEnd;
    }
    const merged = { id: "c", parents: ["a", "b"] };
    const children = shardId === "c" ? [] : [merged];
    yield { records: [stored(`${shardId}2`)], lagMs: 0, children };
  }
}

function listener() {
  const told: string[] = [];
  const text = ({ data }: StoredRecord) => Buffer.from(data).toString();
  return {
    told,
    record: (shardId: string, record: StoredRecord) => {
      told.push(`${shardId}:${text(record)}:${record.partitionKey}`);
    },
    lag: (shardId: string, ms: number | undefined) => {
      told.push(`${shardId} ${ms ?? "ended"}`);
    },
  };
}

describe("Reading a stream", () => {
  it("reads all shards, and the one into which they were merged once, after both", async () => {
    const stream = new MergedStream();
    let endSecond: () => void = () => undefined;
    stream.secondMayEnd = new Promise((resolve) => {
      endSecond = resolve;
    });
    const { told, record, lag } = listener();
    const lagThenEnd = (shardId: string, ms: number | undefined) => {
      lag(shardId, ms);
      if (shardId === "a" && ms === undefined) {
        endSecond();
      }
    };
    await tail(stream, 1000, { record, lag: lagThenEnd }, new AbortController().signal);
    expect(stream.starts).to.deep.equal([
      ["a", 1000],
      ["b", 1000],
      ["c", "horizon"],
    ]);
    expect(told.indexOf("c:c1:key")).to.be.above(told.indexOf("a ended"));
    expect(told.indexOf("c:c1:key")).to.be.above(told.indexOf("b ended"));
    expect(told.filter((each) => each.startsWith("c:"))).to.deep.equal(["c:c1:key", "c:c2:key"]);
  });

  it("tells the records of an aggregate one by one, and stops in the middle of it", async () => {
    const whole = aggregated(
      ["x", "y", "z"].map((key, index) =>
        outgoingRecord(index, 0, key, Buffer.from(String(index))),
      ),
    );
    const reader: ShardReader = {
      shards: () => Promise.resolve(["a"]),
      async *read() {
        await Promise.resolve();
        yield { records: [{ ...stored(""), data: whole.data }], lagMs: 0, children: [] };
      },
    };
    const all = listener();
    await tail(reader, "latest", all, new AbortController().signal);
    expect(all.told).to.deep.equal(["a:0:x", "a:1:y", "a:2:z", "a ended"]);
    const stop = new AbortController();
    const some = listener();
    const stopping = (shardId: string, record: StoredRecord) => {
      some.record(shardId, record);
      stop.abort();
    };
    await tail(reader, "latest", { ...some, record: stopping }, stop.signal);
    expect(some.told).to.deep.equal(["a:0:x"]);
  });

  it("reads one shard only, and leaves each at its tip when that is asked for", async () => {
    const one = listener();
    const stop = new AbortController();
    await tail(new MergedStream(), "horizon", one, stop.signal, { shard: "a" });
    expect(one.told).to.deep.equal(["a:a1:key", "a 5", "a:a2:key", "a ended"]);
    const reader: ShardReader = {
      shards: () => Promise.resolve(["a"]),
      async *read() {
        await Promise.resolve();
        for (const lagMs of [1, 0, 0]) {
          yield { records: [stored(String(lagMs))], lagMs, children: undefined };
        }
      },
    };
    const toTip = listener();
    await tail(reader, "horizon", toTip, stop.signal, { untilTip: true });
    expect(toTip.told).to.deep.equal(["a:1:key", "a 1", "a:0:key", "a 0"]);
  });

  it("ends all shards with the first error", async () => {
    const reader: ShardReader = {
      shards: () => Promise.resolve(["a", "b"]),
      async *read(shardId, _, stop) {
        yield { records: [], lagMs: 0, children: undefined };
        if (shardId === "a") {
          throw new Error("denied");
        }
        await new Promise<void>((resolve) => {
          stop.addEventListener("abort", () => {
            resolve();
          });
        });
      },
    };
    const failure = await tail(reader, "latest", listener(), new AbortController().signal).then(
      String,
      String,
    );
    expect(failure).to.equal("Error: denied");
  });
});

describe("Polling a shard", () => {
  let server: Server;
  let client: KinesisClient;
  const requests: [operation: string, input: Record<string, unknown>][] = [];
  const answers: [status: number, body: object][] = [];

  beforeEach(async () => {
    requests.length = 0;
    answers.length = 0;
    const answer = async (request: IncomingMessage): Promise<[number, object]> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      const input = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      requests.push([operation, input]);
      return operation === "GetShardIterator"
        ? [200, { ShardIterator: `iterator-${requests.length}` }]
        : (answers.shift() ?? [200, { Records: [], ChildShards: [] }]);
    };
    server = createServer((request, response) => {
      void answer(request).then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = new KinesisClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    });
  });
  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const awsRecord = (n: number) => ({
    Data: Buffer.from(`data${n}`).toString("base64"),
    PartitionKey: "key",
    SequenceNumber: String(n),
    ApproximateArrivalTimestamp: 1_700_000_000,
  });

  const startedAt = Date.parse("2026-01-01T00:00:00Z");

  async function parts(start: ShardStart): Promise<ShardPart[]> {
    // Pauses are not waited for: the server answers in real time, the clock of the reader is another.
    const runtime = {
      now: () => startedAt,
      random: () => 0.5,
      sleep: () => Promise.resolve(),
    };
    const found: ShardPart[] = [];
    const reader = new PollingReader(client, "trips", runtime);
    for await (const part of reader.read("shard-1", start, new AbortController().signal)) {
      found.push(part);
    }
    return found;
  }

  it("begins at the horizon where the shards of the time are gone, all or in part", async () => {
    const upper = { StartingHashKey: String(2n ** 127n), EndingHashKey: String(2n ** 128n - 1n) };
    const lower = { StartingHashKey: "0", EndingHashKey: String(2n ** 127n - 1n) };
    const shard = (ShardId: string, HashKeyRange: object) => ({ ShardId, HashKeyRange });
    answers.push([200, { Shards: [shard("b", upper)] }]);
    answers.push([200, { Shards: [shard("a", lower), shard("c", upper)] }]);
    const reader = new PollingReader(client, "trips", systemRuntime);
    expect(await reader.shards(startedAt)).to.deep.equal(["a", "c"]);
    answers.push([200, { Shards: [shard("a", lower), shard("b", upper)] }]);
    expect(await reader.shards(startedAt)).to.deep.equal(["a", "b"]);
    const filters = requests.map(([, { ShardFilter }]) => (ShardFilter as { Type: string }).Type);
    expect(filters).to.deep.equal(["AT_TIMESTAMP", "AT_TRIM_HORIZON", "AT_TIMESTAMP"]);
  });

  it("gives its records and lag, and at its end the shards that follow", async () => {
    const child = { ShardId: "shard-2", ParentShards: ["shard-1"], HashKeyRange: {} };
    answers.push(
      [200, { Records: [awsRecord(1)], NextShardIterator: "next", MillisBehindLatest: 700 }],
      [200, { Records: [awsRecord(2)], MillisBehindLatest: 0, ChildShards: [child] }],
    );
    const [first, second, ...more] = await parts("horizon");
    expect(more).to.deep.equal([]);
    expect(first).to.deep.include({ lagMs: 700, children: undefined });
    expect(first?.records[0]).to.deep.include({
      sequenceNumber: "1",
      partitionKey: "key",
      arrival: 1_700_000_000_000,
    });
    expect(second?.children).to.deep.equal([{ id: "shard-2", parents: ["shard-1"] }]);
    expect(requests[0]?.[1]).to.include({ ShardIteratorType: "TRIM_HORIZON", ShardId: "shard-1" });
    expect(requests[2]?.[1]).to.deep.equal({ ShardIterator: "next" });
  });

  it("waits out throttling, and goes on after the last record when its place has expired", async () => {
    answers.push(
      [400, { __type: "ProvisionedThroughputExceededException", message: "slow down" }],
      [200, { Records: [awsRecord(7)], NextShardIterator: "next", MillisBehindLatest: 0 }],
      [400, { __type: "ExpiredIteratorException", message: "too old" }],
      [200, { Records: [], ChildShards: [] }],
    );
    await parts(5000);
    const iterators = requests.filter(([operation]) => operation === "GetShardIterator");
    expect(iterators.map(([, input]) => input["ShardIteratorType"])).to.deep.equal([
      "AT_TIMESTAMP",
      "AFTER_SEQUENCE_NUMBER",
    ]);
    expect(iterators[0]?.[1]["Timestamp"]).to.equal(5);
    expect(iterators[1]?.[1]["StartingSequenceNumber"]).to.equal("7");
  });

  it("skips nothing when its place expires before it has read a record", async () => {
    answers.push(
      [200, { Records: [], NextShardIterator: "next", MillisBehindLatest: 0 }],
      [400, { __type: "ExpiredIteratorException", message: "too old" }],
      [200, { Records: [], ChildShards: [] }],
    );
    await parts("latest");
    const iterators = requests.filter(([operation]) => operation === "GetShardIterator");
    expect(iterators.map(([, input]) => input["ShardIteratorType"])).to.deep.equal([
      "LATEST",
      "AT_TIMESTAMP",
    ]);
    expect(iterators[1]?.[1]["Timestamp"]).to.equal(startedAt / 1000);
  });

  it("fails where waiting does not help", async () => {
    answers.push([400, { __type: "AccessDeniedException", message: "no" }]);
    expect(await parts("latest").then(String, String)).to.include("AccessDeniedException: no");
  });
});

describe("Reading a shard from a server that never ends its answers", () => {
  it("ends as soon as it is stopped", async () => {
    const server = await FakeKinesisServer.start("trips", 1);
    const client = new KinesisClient({
      region: "us-east-1",
      endpoint: server.endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: new NodeHttpHandler(),
    });
    const fault = { status: 200, body: "{", isCut: true } as const;
    server.faults.push({ operation: "GetShardIterator", fault });
    const stop = new AbortController();
    const part = new PollingReader(client, "trips", systemRuntime)
      .read("shard-1", "horizon", stop.signal)
      .next();
    while (server.faults.length > 0) {
      await new Promise(setImmediate);
    }
    stop.abort();
    expect(await part).to.deep.equal({ done: true, value: undefined });
    client.destroy();
    await server.stop();
  });
});

describe("The output of a reader", () => {
  const template = "{arrival}  {shard}  {key}  {data}";
  function written(
    options: Pick<TailOptions, "format"> & { readonly template?: string },
    use: (output: ReturnType<typeof tailOutput>) => void,
  ) {
    const [out, status] = [new PassThrough(), new PassThrough()];
    use(tailOutput(out, status, { template, ...options }, new AbortController().signal));
    return [String(out.read() ?? ""), String(status.read() ?? "")];
  }
  const tell = (output: ReturnType<typeof tailOutput>, shardId: string, record: StoredRecord) => {
    void output.record(shardId, record);
  };

  it("is a line of text a record, and the lag beside it", () => {
    const [out, status] = written({ format: "text" }, (output) => {
      tell(output, "shard-1", stored('{"n":1}', "143"));
      tell(output, "shard-1", { ...stored(""), data: Buffer.from([0xff]) });
      output.lag("shard-2", 1500);
      output.lag("shard-1", 0);
      output.lag("shard-3", 1);
      output.lag("shard-3", undefined);
      output.status();
    });
    expect(out).to.equal(
      '2026-01-01T00:00:00.000Z  shard-1  143  {"n":1}\n' +
        "2026-01-01T00:00:00.000Z  shard-1  key  base64:/w==\n",
    );
    expect(status).to.equal("2 records; lag: shard-1 0.0 s, shard-2 1.5 s\n");
  });

  it("may be JSON lines, with what is JSON decoded", () => {
    const [out] = written({ format: "json" }, (output) => {
      tell(output, "shard-1", stored('{"n":1}', "143"));
      tell(output, "shard-1", stored("plain"));
      tell(output, "shard-1", { ...stored(""), data: Buffer.from([0xff]) });
      output.lag("shard-1", 1500);
      output.status();
    });
    const lines = (out ?? "").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).to.deep.equal([
      {
        type: "record",
        shardId: "shard-1",
        sequenceNumber: 'sequence-{"n":1}',
        arrival: "2026-01-01T00:00:00.000Z",
        partitionKey: "143",
        data: { n: 1 },
      },
      {
        type: "record",
        shardId: "shard-1",
        sequenceNumber: "sequence-plain",
        arrival: "2026-01-01T00:00:00.000Z",
        partitionKey: "key",
        data: "plain",
      },
      {
        type: "record",
        shardId: "shard-1",
        sequenceNumber: "sequence-",
        arrival: "2026-01-01T00:00:00.000Z",
        partitionKey: "key",
        base64: "/w==",
      },
      { type: "lag", lagSeconds: { "shard-1": 1.5 } },
    ]);
  });
});

describe("The output of a reader that must not change it", () => {
  const never = new AbortController().signal;
  const print = (
    options: Pick<TailOptions, "format" | "template">,
    ...texts: readonly string[]
  ) => {
    const out = new PassThrough();
    const output = tailOutput(out, new PassThrough(), options, never);
    texts.forEach((text) => void output.record("shard-1", stored(text, "143")));
    return String(out.read() ?? "");
  };
  const template = "{key} {sequence} {shard} {data} {other}";

  it("keeps numbers and names of JSON, on one line", () => {
    const text = '{"n":12345678901234567890.10,\n "n":1e400}';
    const line = print({ format: "json", template }, text);
    expect(line).to.match(/^[^\n]*"data":\{"n":12345678901234567890\.10, {2}"n":1e400\}\}\n$/);
    expect(print({ format: "raw", template }, text, "\u001b[2J")).to.equal(`${text}\n\u001b[2J\n`);
  });

  it("escapes control characters in text, and fills a template", () => {
    expect(print({ format: "text", template }, "a\u001b[2J\nb\u009b")).to.equal(
      "143 sequence-a\\u001b[2J\\u000ab\\u009b shard-1 a\\u001b[2J\\u000ab\\u009b {other}\n",
    );
  });

  it("waits for a slow reader, and no longer once it is stopped", async () => {
    const out = new PassThrough({ highWaterMark: 10 });
    const stop = new AbortController();
    const output = tailOutput(out, out, { format: "raw", template }, stop.signal);
    let taken = 0;
    const record = async () => {
      await output.record("shard-1", stored("twelve bytes"));
      taken += 1;
    };
    const [first, second] = [record(), record()];
    await new Promise(setImmediate);
    expect(taken).to.equal(0);
    out.resume();
    await Promise.all([first, second]);
    expect(taken).to.equal(2);
    out.pause();
    const third = record();
    stop.abort();
    await third;
  });
});

describe("The options of a reader", () => {
  it("have defaults for all but the stream and the region", () => {
    expect(parseTailOptions(["--stream", "trips"], { AWS_REGION: "eu-west-1" })).to.deep.equal({
      target: { stream: "trips", region: "eu-west-1", endpoint: undefined },
      from: "latest",
      format: "text",
      template: "{arrival}  {shard}  {key}  {data}",
      limit: Infinity,
    });
    const from = ["--from", "2026-03-01T18:00:00Z", "--limit", "3", "--fan-out", "me"];
    expect(
      parseTailOptions(["--stream", "trips", "--region", "eu-west-1", ...from], {}),
    ).to.deep.include({ from: Date.parse("2026-03-01T18:00:00Z"), limit: 3, fanOut: "me" });
    const ago = ["--from", "15m", "-n", "3", "--shard", "shardId-1", "--key", "7", "--until-tip"];
    const options = parseTailOptions(["--stream", "trips", "--region", "eu-west-1", ...ago], {});
    expect(options).to.deep.include({ limit: 3, shard: "shardId-1", key: "7", untilTip: true });
    expect(Date.now() - Number(options.from)).to.be.within(900_000, 930_000);
  });

  it("are refused with every problem at once", () => {
    const args = [
      "--stream",
      "a b",
      "--from",
      "noon",
      "--format",
      "xml",
      "--limit",
      "0",
      "--fan-out",
      "a b",
    ];
    expect(() => parseTailOptions(args, {}))
      .to.throw(StartError, "The reader cannot start:")
      .with.property("message")
      .includes("--stream must be")
      .and.includes("the region is not known")
      .and.includes("--from must be latest, horizon, a past time such as")
      .and.includes("--format must be one of text, json, raw; got xml")
      .and.includes("--limit must be a whole number")
      .and.includes("--fan-out must be");
    expect(() => parseTailOptions(["--from", "2999-01-01T00:00:00Z"], {})).to.throw(
      StartError,
      "--from must be latest, horizon, a past time",
    );
    expect(() => parseTailOptions([], {})).to.throw(StartError, "--stream is missing; name the");
  });
});

describe("tail --local", () => {
  it("reads the stream of the pipeline that runs, by its endpoint and credentials", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tail-"));
    try {
      const file = path.join(folder, "run.json");
      expect(() => withLocalStream(["--local"], {}, file)).to.throw(StartError, "no pipeline is");
      writeFileSync(file, JSON.stringify({ pid: 1, step: "Deploy the program" }));
      expect(() => withLocalStream(["--local"], {}, file)).to.throw(StartError, "no pipeline is");
      const endpoint = {
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL_KINESIS: "http://127.0.0.1:4567",
      };
      writeFileSync(file, JSON.stringify({ streamName: "trips", environment: endpoint }));
      const env = {};
      const args = withLocalStream(["--local", "--limit", "1"], env, file);
      expect(parseTailOptions(args, env)).to.deep.include({
        target: { stream: "trips", region: "us-east-1", endpoint: "http://127.0.0.1:4567" },
        limit: 1,
      });
      expect(withLocalStream(["--stream", "a"], {}, file)).to.deep.equal(["--stream", "a"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
