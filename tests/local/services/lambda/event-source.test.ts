import type { KinesisStreamTumblingWindowEvent } from "aws-lambda";
import { expect } from "chai";
import * as fc from "fast-check";
import type { ShardRecord } from "../../../../local/services/kinesis/shard-reader";
import { EventSource } from "../../../../local/services/lambda/event-source";
import type { EventSourceSettings } from "../../../../local/services/lambda/event-source-settings";
import { FunctionError } from "../../../../local/services/lambda/function-process";

const MINUTE = 60_000;
const failure = new FunctionError("counter", { errorType: "Error", errorMessage: "poison" });

interface Answer {
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  readonly state?: object;
}

type Handler = (texts: readonly string[], event: KinesisStreamTumblingWindowEvent) => Answer | null;

/** An event source with a stream, a function, a bucket and a clock in memory. */
class Mapping {
  now = 10 * MINUTE;
  /** Texts of each invocation. */
  readonly batches: (readonly string[])[] = [];
  readonly events: KinesisStreamTumblingWindowEvent[] = [];
  readonly kept: { readonly key: string; readonly document: Kept }[] = [];
  readonly pauses: number[] = [];
  saved: ReadonlyMap<string, string> = new Map();
  readonly source: EventSource;
  #waiting: ShardRecord[] = [];
  #count = 0;

  constructor(handler: Handler, settings: Partial<EventSourceSettings> = {}) {
    this.source = new EventSource({
      settings: {
        id: "m-1",
        functionArn: "arn:aws:lambda:us-east-1:000000000000:function:counter",
        streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/orders",
        start: "horizon",
        bucket: undefined,
        enabled: true,
        batchSize: 10,
        batchMilliseconds: 0,
        parallelization: 1,
        bisects: true,
        retries: 2,
        maxAgeMilliseconds: Infinity,
        reportsFailures: true,
        windowMilliseconds: 0,
        filters: [],
        ...settings,
      },
      reader: {
        resume: () => undefined,
        newRecords: (waits) => this.#take(waits),
      },
      invoke: (payload) => {
        const event = JSON.parse(payload) as KinesisStreamTumblingWindowEvent;
        const texts = event.Records.map(({ kinesis }) =>
          Buffer.from(kinesis.data, "base64").toString(),
        );
        this.events.push(event);
        this.batches.push(texts);
        // As an execution environment that is another process.
        return new Promise((resolve) => {
          setImmediate(resolve);
        }).then(() => JSON.stringify(handler(texts, event)));
      },
      keep: (key, document) => {
        this.kept.push({ key, document: document as Kept });
        return Promise.resolve();
      },
      positions: {
        load: () => Promise.resolve(this.saved),
        save: (positions) => {
          this.saved = new Map(positions);
          return Promise.resolve();
        },
      },
      pause: (attempts) => Promise.resolve(this.pauses.push(attempts)),
      now: () => this.now,
    });
  }

  arrive(texts: readonly string[], { shardId = "shard-0", partitionKey = "a" } = {}): void {
    for (const text of texts) {
      this.#count += 1;
      this.#waiting.push({
        shardId,
        sequenceNumber: String(this.#count).padStart(6, "0"),
        partitionKey,
        arrival: new Date(this.now),
        data: Buffer.from(text),
      });
    }
  }

  /** Reads and processes what has come, and what is due because of it. */
  async poll(): Promise<void> {
    await this.source.poll();
    await this.source.settled();
    await this.source.poll();
    await this.source.settled();
  }

  async *#take(waits: (shardId: string) => boolean = () => false): AsyncGenerator<ShardRecord> {
    await Promise.resolve();
    const [now, later] = [true, false].map((isNow) =>
      this.#waiting.filter(({ shardId }) => !waits(shardId) === isNow),
    );
    this.#waiting = later ?? [];
    yield* now ?? [];
  }
}

interface Kept {
  readonly requestContext: { readonly condition: string; readonly approximateInvokeCount: number };
  readonly KinesisBatchInfo: { readonly batchSize: number; readonly startSequenceNumber: string };
  readonly payload: string;
}

function textsOf({ payload }: Kept): string[] {
  const { Records } = JSON.parse(payload) as KinesisStreamTumblingWindowEvent;
  return Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString());
}

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index}`);

describe("An event source mapping on this machine", () => {
  it("invokes the function with records as Lambda does", async () => {
    const mapping = new Mapping(() => null);
    mapping.arrive(["hello"], { partitionKey: "greeting" });
    await mapping.poll();
    expect(mapping.events).to.deep.equal([
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: "1.0",
              partitionKey: "greeting",
              sequenceNumber: "000001",
              data: "aGVsbG8=",
              approximateArrivalTimestamp: 600,
            },
            eventSource: "aws:kinesis",
            eventVersion: "1.0",
            eventID: "shard-0:000001",
            eventName: "aws:kinesis:record",
            invokeIdentityArn: "arn:aws:iam::000000000000:role/local",
            awsRegion: "us-east-1",
            eventSourceARN: "arn:aws:kinesis:us-east-1:000000000000:stream/orders",
          },
        ],
      },
    ]);
    expect(mapping.saved.get("shard-0")).to.equal("000001");
  });

  it("collects a batch until it is full or its time is over", async () => {
    const mapping = new Mapping(() => null, { batchSize: 3, batchMilliseconds: 1000 });
    mapping.arrive(numbers(4));
    await mapping.poll();
    expect(mapping.batches).to.deep.equal([["0", "1", "2"]]);
    mapping.now += 1000;
    await mapping.poll();
    expect(mapping.batches).to.deep.equal([["0", "1", "2"], ["3"]]);
  });

  for (const [how, answer] of [
    [
      "throws",
      (): Answer => {
        throw failure;
      },
    ],
    [
      "names it",
      ({ Records }: KinesisStreamTumblingWindowEvent, at: number): Answer => ({
        batchItemFailures: [{ itemIdentifier: Records[at]?.kinesis.sequenceNumber ?? "" }],
      }),
    ],
  ] as const) {
    it(`isolates a poison record whose handler ${how}; all others are processed once, in order`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.nat(), async (count, at) => {
          const poison = String(at % count);
          const processed: string[] = [];
          const mapping = new Mapping((texts, event) => {
            const index = texts.indexOf(poison);
            if (index === -1) processed.push(...texts);
            else if (how === "names it") processed.push(...texts.slice(0, index));
            return index === -1 ? null : answer(event, index);
          });
          mapping.arrive(numbers(count));
          await mapping.poll();
          await mapping.poll();
          expect(processed).to.deep.equal(numbers(count).filter((text) => text !== poison));
          const [kept, ...others] = mapping.kept;
          expect(others).to.deep.equal([]);
          expect(kept?.document.requestContext.condition).to.equal("RetryAttemptsExhausted");
          expect(kept?.document.requestContext.approximateInvokeCount).to.equal(3);
          expect(kept && textsOf(kept.document)).to.deep.equal([poison]);
          expect(kept?.key).to.match(
            /^aws\/lambda\/m-1\/shard-0\/1970\/01\/01\/1970-01-01T00\.10\.00-[0-9a-f-]{36}$/,
          );
          expect(mapping.source.status).to.include({
            read: count,
            processed: count - 1,
            failed: 1,
            waiting: 0,
          });
          expect(Number(mapping.saved.get("shard-0"))).to.equal(count);
        }),
        { numRuns: 50 },
      );
    });
  }

  it("gives the whole batch up without bisecting, and goes on behind it", async () => {
    const mapping = new Mapping(
      (texts) => {
        if (texts.includes("1")) throw failure;
        return null;
      },
      { bisects: false, batchSize: 2, retries: 1 },
    );
    mapping.arrive(numbers(4));
    await mapping.poll();
    expect(mapping.batches).to.deep.equal([
      ["0", "1"],
      ["0", "1"],
      ["2", "3"],
    ]);
    expect(mapping.kept.map(({ document }) => textsOf(document))).to.deep.equal([["0", "1"]]);
  });

  it("fails the whole batch for an identifier that is not in it", async () => {
    const mapping = new Mapping(() => ({ batchItemFailures: [{ itemIdentifier: "unknown" }] }), {
      bisects: false,
      retries: 0,
    });
    mapping.arrive(numbers(2));
    await mapping.poll();
    expect(mapping.source.status).to.include({ processed: 0, failed: 2 });
  });

  it("gives up what is older than the maximum age without an invocation", async () => {
    const mapping = new Mapping(() => null, { maxAgeMilliseconds: MINUTE });
    mapping.arrive(["old"]);
    mapping.now += 2 * MINUTE;
    mapping.arrive(["new"]);
    await mapping.poll();
    expect(mapping.batches).to.deep.equal([["new"]]);
    const [kept] = mapping.kept;
    expect(kept?.document.requestContext).to.include({
      condition: "RecordAgeExceeded",
      approximateInvokeCount: 0,
    });
  });

  it("tries again, without counting, while the function cannot be reached", async () => {
    let calls = 0;
    const mapping = new Mapping(
      () => {
        calls += 1;
        if (calls < 10) throw new Error("Function counter does not exist");
        return null;
      },
      { retries: 0 },
    );
    mapping.arrive(["0"]);
    await mapping.poll();
    expect(mapping.source.status).to.include({ processed: 1, failed: 0 });
    expect(mapping.pauses).to.have.length(9);
  });

  it("goes on with other keys of the shard, in order per key, while one key fails", async () => {
    let blocked = true;
    const processed: string[] = [];
    const mapping = new Mapping(
      (texts) => {
        if (blocked && texts.some((text) => text.startsWith("a"))) throw new Error("not yet");
        processed.push(...texts);
        return null;
      },
      { parallelization: 10, batchSize: 1 },
    );
    for (const text of ["a1", "b1", "a2", "b2"]) {
      mapping.arrive([text], { partitionKey: text.charAt(0) });
    }
    await mapping.source.poll();
    while (processed.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(processed).to.deep.equal(["b1", "b2"]);
    // Nothing of the shard is done before the records that still fail.
    expect(mapping.saved.get("shard-0")).to.equal(undefined);
    blocked = false;
    await mapping.source.settled();
    await mapping.poll();
    expect(processed).to.deep.equal(["b1", "b2", "a1", "a2"]);
    expect(mapping.saved.get("shard-0")).to.equal("000004");
  });

  it("gives the function only what a filter lets through", async () => {
    const mapping = new Mapping(() => null, {
      filters: [{ data: { kind: ["order"], amount: [{ numeric: [">", 10] }] } }],
    });
    const large = JSON.stringify({ kind: "order", amount: 11 });
    mapping.arrive([
      large,
      JSON.stringify({ kind: "order", amount: 9 }),
      '{"kind":"visit"}',
      "no JSON",
    ]);
    await mapping.poll();
    expect(mapping.batches).to.deep.equal([[large]]);
    expect(mapping.source.status).to.include({ read: 4, filteredOut: 3, processed: 1, waiting: 0 });
    expect(mapping.saved.get("shard-0")).to.equal("000004");
  });

  describe("with tumbling windows", () => {
    const counting: Handler = (texts, { state }) => ({
      state: { count: Number(state?.["count"] ?? 0) + texts.length },
    });
    const calls = ({ events }: Mapping) =>
      events.map(({ Records, state, window, isFinalInvokeForWindow }) => [
        window.start,
        Records.length,
        state,
        isFinalInvokeForWindow,
      ]);

    it("passes the state from batch to batch, and ends a window with an invocation of its own", async () => {
      const mapping = new Mapping(counting, { batchSize: 2, windowMilliseconds: MINUTE });
      mapping.arrive(numbers(3));
      await mapping.poll();
      expect(mapping.saved.get("shard-0"), "the state is in memory").to.equal(undefined);
      mapping.now += MINUTE;
      mapping.arrive(numbers(1));
      await mapping.poll();
      const [first, second] = ["1970-01-01T00:10:00.000Z", "1970-01-01T00:11:00.000Z"];
      expect(calls(mapping)).to.deep.equal([
        [first, 2, {}, false],
        [first, 1, { count: 2 }, false],
        [first, 0, { count: 3 }, true],
        [second, 1, {}, false],
      ]);
      expect(mapping.saved.get("shard-0")).to.equal("000003");
    });

    it("ends a window when nothing comes any more", async () => {
      const mapping = new Mapping(counting, { windowMilliseconds: MINUTE });
      mapping.arrive(numbers(1));
      await mapping.poll();
      mapping.now += MINUTE;
      await mapping.poll();
      expect(calls(mapping).at(-1)).to.deep.equal([
        "1970-01-01T00:10:00.000Z",
        0,
        { count: 1 },
        true,
      ]);
    });

    it("counts an answer without a state as a failure", async () => {
      const mapping = new Mapping(() => ({}), { windowMilliseconds: MINUTE, retries: 0 });
      mapping.arrive(numbers(1));
      await mapping.poll();
      expect(mapping.source.status).to.include({ processed: 0, failed: 1 });
    });

    it("ends a window early whose state is too large", async () => {
      const mapping = new Mapping(() => ({ state: { text: "x".repeat(1024 ** 2) } }), {
        windowMilliseconds: MINUTE,
      });
      mapping.arrive(numbers(1));
      await mapping.poll();
      const early = mapping.events.at(-1);
      expect(early).to.include({ isFinalInvokeForWindow: true, isWindowTerminatedEarly: true });
    });
  });
});
