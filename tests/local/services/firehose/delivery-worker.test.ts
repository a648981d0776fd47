import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import * as fc from "fast-check";
import type { ShardRecord } from "../../../../local/services/kinesis/shard-reader";
import { joined } from "../../../../local/services/firehose/delivery-format";
import { deliveryPrefix } from "../../../../local/services/firehose/delivery-prefix";
import type { DeliverySettings } from "../../../../local/services/firehose/delivery-settings";
import type { Outcome } from "../../../../local/services/firehose/delivery-transform";
import {
  type DeliveryOptions,
  DeliveryWorker,
} from "../../../../local/services/firehose/delivery-worker";
import { rejection } from "../rejection";

const ARRIVAL = new Date("2026-03-09T04:05:06Z");

/** A worker with a stream, a bucket and a clock in memory. */
class Delivery {
  now = 0;
  bucketFails = false;
  readonly objects: { readonly key: string; readonly content: Buffer }[] = [];
  saved: ReadonlyMap<string, string> = new Map();
  resumedFrom: ReadonlyMap<string, string> | undefined;
  readonly worker: DeliveryWorker;
  #waiting: ShardRecord[] = [];

  constructor(
    settings: Partial<DeliverySettings> = {},
    others: Partial<Pick<DeliveryOptions, "format" | "transform">> = {},
  ) {
    this.worker = new DeliveryWorker({
      settings: {
        name: "archive",
        arn: "arn:archive",
        version: "2",
        streamName: "events",
        bucket: "trips",
        prefix: deliveryPrefix("events/", undefined),
        timeZone: "UTC",
        bufferBytes: 100,
        bufferMilliseconds: 10_000,
        compression: "UNCOMPRESSED",
        delimiter: "\n",
        fileExtension: "",
        partitioned: false,
        ...settings,
      },
      reader: {
        resume: (positions) => {
          this.resumedFrom = positions;
        },
        newRecords: () => this.#take(),
      },
      format: joined(settings.delimiter ?? "\n", settings.compression ?? "UNCOMPRESSED"),
      ...others,
      put: (_, key, content) => {
        if (this.bucketFails) return Promise.reject(new Error("the bucket is gone"));
        this.objects.push({ key, content });
        return Promise.resolve();
      },
      positions: {
        load: () => Promise.resolve(this.saved),
        save: (positions) => {
          this.saved = new Map(positions);
          return Promise.resolve();
        },
      },
      now: () => this.now,
    });
  }

  arrive(shardId: string, sequenceNumber: string, text: string, arrival = ARRIVAL): void {
    const data = Buffer.from(text);
    this.#waiting.push({ shardId, sequenceNumber, partitionKey: "key", arrival, data });
  }

  /** The kind of failure or the first folder of each object. */
  keys(): string[] {
    return this.objects.map(
      ({ key }) =>
        /[a-z-]+-failed|activePartitionExceeded/.exec(key)?.[0] ?? key.split("/")[0] ?? "",
    );
  }

  /** What was filed as failed, in order. */
  failures(): { errorCode: unknown; errorMessage: unknown; raw: string }[] {
    return this.objects
      .flatMap(({ content }) => content.toString().split("\n"))
      .filter((line) => line.startsWith('{"attemptsMade"'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .map(({ errorCode, errorMessage, rawData }) => ({
        errorCode,
        errorMessage,
        raw: Buffer.from(String(rawData), "base64").toString(),
      }));
  }

  async *#take(): AsyncGenerator<ShardRecord> {
    for (;;) {
      const record = await Promise.resolve(this.#waiting.shift());
      if (record === undefined) return;
      yield record;
    }
  }
}

describe("The delivery worker", () => {
  it("writes no object before the buffer is full or old enough", async () => {
    const delivery = new Delivery();
    delivery.arrive("s", "1", "x".repeat(99));
    await delivery.worker.poll();
    delivery.now = 9_999;
    await delivery.worker.poll();
    expect(delivery.objects).to.be.empty;
    expect(delivery.worker.status).to.deep.equal({
      name: "archive",
      objects: 0,
      records: 0,
      failed: 0,
      dropped: 0,
      buffered: 1,
    });
  });

  it("writes an object when the records weigh as much as the buffering size", async () => {
    const delivery = new Delivery();
    for (const number of ["1", "2", "3"]) delivery.arrive("s", number, "x".repeat(50));
    await delivery.worker.poll();
    expect(delivery.objects.map(({ content }) => content.toString())).to.deep.equal([
      `${"x".repeat(50)}\n${"x".repeat(50)}\n`,
    ]);
    expect(delivery.worker.status).to.include({ objects: 1, records: 2, buffered: 1 });
  });

  it("writes an object when its first record has waited as long as the buffering interval", async () => {
    const delivery = new Delivery();
    delivery.now = 1_000;
    delivery.arrive("s", "1", "first");
    await delivery.worker.poll();
    delivery.now = 10_999;
    await delivery.worker.poll();
    expect(delivery.objects).to.be.empty;
    delivery.now = 11_000;
    await delivery.worker.poll();
    expect(delivery.objects).to.have.length(1);
  });

  it("delivers what is left in the stream when it finishes", async () => {
    const delivery = new Delivery();
    delivery.worker.start();
    delivery.arrive("s", "1", "first");
    await delivery.worker.finish();
    expect(delivery.objects.map(({ content }) => content.toString())).to.deep.equal(["first\n"]);
    expect([...delivery.saved]).to.deep.equal([["s", "1"]]);
  });

  it("names an object after the arrival of its oldest record", async () => {
    const delivery = new Delivery({ bufferBytes: 2, fileExtension: ".json" });
    delivery.arrive("s", "1", "a", new Date("2026-03-09T10:00:00Z"));
    delivery.arrive("t", "1", "b", ARRIVAL);
    await delivery.worker.poll();
    expect(delivery.objects[0]?.key).to.match(
      /^events\/2026\/03\/09\/04\/archive-2-2026-03-09-04-05-06-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$/,
    );
  });

  it("compresses with gzip where that is declared", async () => {
    const delivery = new Delivery({ bufferBytes: 1, compression: "GZIP" });
    delivery.arrive("s", "1", "a trip");
    await delivery.worker.poll();
    expect(gunzipSync(delivery.objects[0]?.content ?? "").toString()).to.equal("a trip\n");
  });

  it("writes what is buffered when it is stopped", async () => {
    const delivery = new Delivery();
    delivery.arrive("s", "1", "last");
    await delivery.worker.poll();
    await delivery.worker.stop();
    expect(delivery.objects.map(({ content }) => content.toString())).to.deep.equal(["last\n"]);
  });

  it("writes nothing when it is stopped with an empty buffer", async () => {
    const delivery = new Delivery();
    await delivery.worker.stop();
    expect(delivery.objects).to.be.empty;
  });

  it("keeps a position only when its record is in an object", async () => {
    const delivery = new Delivery({ bufferBytes: 2 });
    delivery.arrive("s", "1", "a");
    delivery.arrive("t", "7", "b");
    delivery.arrive("s", "2", "c");
    await delivery.worker.poll();
    expect([...delivery.saved]).to.deep.equal([
      ["s", "1"],
      ["t", "7"],
    ]);
  });

  it("goes on from the positions of an earlier run, and keeps those of shards without new records", async () => {
    const delivery = new Delivery({ bufferBytes: 1 });
    delivery.saved = new Map([
      ["s", "1"],
      ["t", "7"],
    ]);
    await delivery.worker.resume();
    expect([...(delivery.resumedFrom ?? [])]).to.deep.equal([...delivery.saved]);
    delivery.arrive("s", "2", "a");
    await delivery.worker.poll();
    expect([...delivery.saved]).to.deep.equal([
      ["s", "2"],
      ["t", "7"],
    ]);
  });

  it("loses nothing when the bucket fails, and reads no further until it is back", async () => {
    const delivery = new Delivery({ bufferBytes: 1 });
    delivery.bucketFails = true;
    delivery.arrive("s", "1", "a");
    delivery.arrive("s", "2", "b");
    expect((await rejection(delivery.worker.poll())).message).to.equal("the bucket is gone");
    await rejection(delivery.worker.poll());
    expect(delivery.saved.size).to.equal(0);
    delivery.bucketFails = false;
    await delivery.worker.poll();
    expect(delivery.objects.map(({ content }) => content.toString())).to.deep.equal(["a\n", "b\n"]);
  });

  it("delivers every record once and in the order of its shard, however sizes and rounds fall", async () => {
    const record = fc.record({
      shard: fc.constantFrom("s", "t", "u"),
      size: fc.nat(60),
      pollAfter: fc.boolean(),
      milliseconds: fc.nat(6_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 40 }), async (records) => {
        const delivery = new Delivery();
        const sent = new Map<string, string[]>();
        for (const [index, { shard, size, pollAfter, milliseconds }] of records.entries()) {
          const text = `${shard}${index}:${"x".repeat(size)}`;
          sent.set(shard, [...(sent.get(shard) ?? []), text]);
          delivery.arrive(shard, String(index), text);
          delivery.now += milliseconds;
          if (pollAfter) await delivery.worker.poll();
        }
        await delivery.worker.poll();
        await delivery.worker.stop();
        const lines = delivery.objects.flatMap(({ content }) =>
          content.toString().split("\n").slice(0, -1),
        );
        const delivered = new Map<string, string[]>();
        for (const line of lines) {
          const shard = line.charAt(0);
          delivered.set(shard, [...(delivered.get(shard) ?? []), line]);
        }
        expect(delivered).to.deep.equal(sent);
        // Without its last record no object would have been full.
        for (const { content } of delivery.objects) {
          const bytes = content.toString().split("\n").slice(0, -2).join("").length;
          expect(bytes).to.be.below(100);
        }
      }),
    );
  });

  it("keeps records as they came in objects of their own where that is declared", async () => {
    const backup = {
      bucket: "trips",
      prefix: deliveryPrefix("source/", undefined),
      bufferBytes: 2,
      bufferMilliseconds: 10_000,
      compression: "UNCOMPRESSED" as const,
      fileExtension: "",
    };
    const delivery = new Delivery({ backup });
    delivery.arrive("s", "1", "a");
    delivery.arrive("s", "2", "b");
    await delivery.worker.poll();
    expect(delivery.objects.map(({ content }) => content.toString())).to.deep.equal(["ab"]);
    expect(delivery.objects[0]?.key).to.match(/^source\//);
    // They are not delivered before they are in both objects.
    expect(delivery.saved.size).to.equal(0);
    await delivery.worker.stop();
    expect(delivery.objects[1]?.content.toString()).to.equal("a\nb\n");
    expect([...delivery.saved]).to.deep.equal([["s", "2"]]);
  });

  it("files what cannot become part of an object as failed, and delivers the rest", async () => {
    const format = (records: readonly Uint8Array[]) =>
      Promise.resolve({
        content: Buffer.from(`${records.length} records`),
        rejected: new Map([[0, "it has no columns"]]),
      });
    const delivery = new Delivery({ bufferBytes: 2 }, { format });
    delivery.arrive("s", "1", "a");
    delivery.arrive("s", "2", "b");
    await delivery.worker.poll();
    await delivery.worker.stop();
    expect(delivery.keys()).to.deep.equal(["events", "format-conversion-failed"]);
    expect(delivery.failures()).to.deep.equal([
      {
        errorCode: "DataFormatConversion.MalformedData",
        errorMessage: "it has no columns",
        raw: "a",
      },
    ]);
    expect(delivery.worker.status).to.include({ objects: 1, records: 1, failed: 1, buffered: 0 });
    expect([...delivery.saved]).to.deep.equal([["s", "2"]]);
  });

  describe("with a transform", () => {
    const transform = {
      functionArn: "arn:transform",
      retries: 0,
      bufferBytes: 100,
      bufferMilliseconds: 5_000,
    };
    const upperCase = (records: readonly ShardRecord[]): Promise<Outcome[]> =>
      Promise.resolve(
        records.map(({ data }): Outcome => {
          const text = Buffer.from(data).toString();
          if (text === "drop") return { result: "Dropped" };
          if (text === "fail") {
            return {
              result: "ProcessingFailed",
              errorCode: "Lambda.ProcessingFailedStatus",
              errorMessage: "no trip",
              attempts: 1,
            };
          }
          return {
            result: "Ok",
            data: Buffer.from(text.toUpperCase()),
            partitionKeys: { initial: text.charAt(0) },
          };
        }),
      );

    it("delivers what it makes, drops what it drops and files what it fails, as it came", async () => {
      const delivery = new Delivery({ transform }, { transform: upperCase });
      for (const [index, text] of ["a", "drop", "fail", "b"].entries()) {
        delivery.arrive("s", String(index), text);
      }
      await delivery.worker.poll();
      await delivery.worker.stop();
      expect(delivery.keys()).to.deep.equal(["events", "processing-failed"]);
      expect(delivery.objects[0]?.content.toString()).to.equal("A\nB\n");
      expect(delivery.failures()).to.deep.equal([
        { errorCode: "Lambda.ProcessingFailedStatus", errorMessage: "no trip", raw: "fail" },
      ]);
      expect(delivery.worker.status).to.include({ records: 2, failed: 1, dropped: 1, buffered: 0 });
      expect([...delivery.saved]).to.deep.equal([["s", "3"]]);
    });

    it("calls it with a batch that is full or old enough", async () => {
      const batches: number[] = [];
      const counting = (records: readonly ShardRecord[]) => {
        batches.push(records.length);
        return upperCase(records);
      };
      const delivery = new Delivery({ transform }, { transform: counting });
      for (const number of ["1", "2", "3"]) delivery.arrive("s", number, "x".repeat(50));
      await delivery.worker.poll();
      expect(batches).to.deep.equal([2]);
      delivery.now = 5_000;
      await delivery.worker.poll();
      expect(batches).to.deep.equal([2, 1]);
    });

    it("loses nothing while the function cannot be called", async () => {
      let there = false;
      const missing = (records: readonly ShardRecord[]) =>
        there ? upperCase(records) : Promise.reject(new Error("there is no function"));
      const delivery = new Delivery({ transform }, { transform: missing });
      delivery.arrive("s", "1", "x".repeat(100));
      await rejection(delivery.worker.poll());
      there = true;
      await delivery.worker.poll();
      expect(delivery.worker.status).to.include({ buffered: 0, records: 1 });
    });

    it("sorts records into folders by the partition keys that it returns", async () => {
      const prefix = deliveryPrefix("!{partitionKeyFromLambda:initial}/", "errors/", true);
      const delivery = new Delivery(
        { transform, partitioned: true, prefix },
        { transform: upperCase },
      );
      for (const [index, text] of ["ab", "ba", "ac", ""].entries()) {
        delivery.arrive("s", String(index), text);
      }
      await delivery.worker.poll();
      await delivery.worker.stop();
      expect(delivery.keys()).to.deep.equal(["a", "b", "metadata-extraction-failed"]);
      expect(delivery.objects[0]?.content.toString()).to.equal("AB\nAC\n");
      expect(delivery.failures()).to.deep.equal([
        {
          errorCode: "DynamicPartitioning.MetadataExtractionFailed",
          errorMessage: "Partition key initial has no value",
          raw: "",
        },
      ]);
    });

    it("keeps 500 partitions open and files what would open another", async () => {
      const numbered = (records: readonly ShardRecord[]): Promise<Outcome[]> =>
        Promise.resolve(
          records.map(({ data, sequenceNumber }) => ({
            result: "Ok",
            data,
            partitionKeys: { number: sequenceNumber },
          })),
        );
      const prefix = deliveryPrefix("!{partitionKeyFromLambda:number}/", "errors/", true);
      const delivery = new Delivery(
        { transform: { ...transform, bufferBytes: 1_000 }, partitioned: true, prefix },
        { transform: numbered },
      );
      for (let number = 1; number <= 502; number++) delivery.arrive("s", String(number), "x");
      await delivery.worker.poll();
      await delivery.worker.stop();
      expect(delivery.worker.status).to.include({ objects: 500, records: 500, failed: 2 });
      expect(delivery.failures()).to.have.length(2);
      expect([...delivery.saved]).to.deep.equal([["s", "502"]]);
    });
  });
});
