import { expect } from "chai";
import fc from "fast-check";
import { deaggregated } from "../../../producer/kinesis/aggregation";
import { loadOf } from "../../../producer/kinesis/batch";
import type { DeliveryOptions } from "../../../producer/kinesis/delivery";
import { Delivery } from "../../../producer/kinesis/delivery";
import { Progress } from "../../../producer/replay/progress";
import type { OutgoingRecord } from "../../../producer/events/record";
import { outgoingRecord } from "../../../producer/events/record";
import { ShardMap, hashOf } from "../../../producer/kinesis/shard-map";
import { FakeStream } from "../support/fake-stream";
import type { Network } from "../support/flaky-stream";
import { FlakyStream, maxLatencyMs } from "../support/flaky-stream";
import { seededRandom } from "../support/random";
import { VirtualTime } from "../support/virtual-time";

const calm: Network = { partialFailures: 0, requestFailures: 0, lostResponses: 0, reshards: 0 };
const options: DeliveryOptions = {
  maxDisorderMs: 60_000,
  shardLimits: { records: 1000, bytes: 1_000_000 },
  maxAttempts: Infinity,
  giveUpAfterMs: Infinity,
  aggregate: false,
};

/** As the SDK notes an answer. */
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, $fault: "server" });

/** Records of the given keys; `gaps` are the milliseconds of event time from one to the next. */
function records(events: readonly { key: string; gap: number }[]): OutgoingRecord[] {
  let eventTime = 0;
  return events.map(({ key, gap }, position) => {
    eventTime += gap;
    return outgoingRecord(position, eventTime, key, Buffer.from(String(position)));
  });
}

function setUp(
  shards: number,
  network: Network,
  random: () => number,
  changes: Partial<DeliveryOptions> = {},
) {
  const time = new VirtualTime(random);
  const fake = new FakeStream<OutgoingRecord>(shards);
  const stream = new FlakyStream(fake, network, time);
  const progress = new Progress(0);
  const deliveryOptions = { ...options, ...changes };
  const map = new ShardMap(fake.openShards);
  const delivery = new Delivery(stream, map, deliveryOptions, progress, time);
  const deliver = async (toSend: readonly OutgoingRecord[]) => {
    for (const record of toSend) {
      if (!delivery.hasRoom) {
        await delivery.room();
      }
      delivery.offer(record);
    }
    await delivery.drained();
  };
  return { time, fake, stream, progress, delivery, deliver };
}

const events = fc.array(
  fc.record({
    key: fc.constantFrom("1", "132", "138", "143", "161", "236", "237", "265"),
    gap: fc.oneof(fc.constant(0), fc.nat({ max: 20_000 }), fc.nat({ max: 200_000 })),
  }),
  { minLength: 1, maxLength: 150, size: "+1" },
);
const shardCount = fc.integer({ min: 1, max: 4 });
const failingNetwork = fc.record({
  partialFailures: fc.constantFrom(0, 0.1, 0.6),
  requestFailures: fc.constantFrom(0, 0.1, 0.6),
  lostResponses: fc.constantFrom(0, 0.2),
});

describe("The delivery", function () {
  this.timeout(30_000);

  it("loses nothing, keeps the order of each key and the limit of disorder under failures", async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        shardCount,
        failingNetwork,
        fc.nat({ max: 120_000 }),
        fc.record({
          records: fc.integer({ min: 1, max: 50 }),
          bytes: fc.integer({ min: 4, max: 300 }),
        }),
        fc.integer(),
        async (list, shards, network, maxDisorderMs, shardLimits, seed) => {
          const { time, fake, stream, progress, deliver } = setUp(
            shards,
            { ...network, reshards: 0 },
            seededRandom(seed),
            { maxDisorderMs, shardLimits },
          );
          const sent = records(list);
          await time.run(deliver(sent));
          expectAllDelivered(fake, sent);
          expectOrderOfKeys(fake);
          expectDisorder(fake, maxDisorderMs);
          expect(stream.mostUnderWay).to.equal(1);
          for (const request of stream.requests) {
            expect(request.length).to.be.within(1, shards * shardLimits.records);
            expect(new Set(request.map((record) => record.partitionKey)).size).to.equal(
              request.length,
            );
          }
          expect(progress.recordsPut).to.equal(sent.length);
          expect(progress.bytesPut).to.equal(sent.reduce((sum, { bytes }) => sum + bytes, 0));
          expect(progress.acknowledgedUpTo).to.equal(sent.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("keeps all that while the stream is resharded", async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        shardCount,
        failingNetwork,
        fc.nat({ max: 120_000 }),
        fc.integer(),
        async (list, shards, network, maxDisorderMs, seed) => {
          const { time, fake, progress, deliver } = setUp(
            shards,
            { ...network, reshards: 0.2 },
            seededRandom(seed),
            { maxDisorderMs },
          );
          const sent = records(list);
          await time.run(deliver(sent));
          expectAllDelivered(fake, sent);
          expectOrderOfKeys(fake);
          expectDisorder(fake, maxDisorderMs);
          expect(progress.recordsPut).to.equal(sent.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("sends to the shards that a reshard has opened, without asking again later", async () => {
    const { time, fake, stream, delivery, deliver } = setUp(1, calm, seededRandom(1));
    const keys = ["1", "2", "3", "4", "5", "6", "7", "8"];
    const sent = records([...keys, ...keys].map((key) => ({ key, gap: 1 })));
    await time.run(deliver(sent.slice(0, 8)));
    fake.reshard(4);
    await time.run(deliver(sent.slice(8, 12)));
    await time.run(deliver(sent.slice(12)));
    expect(stream.listings).to.equal(1);
    expect(delivery.shardCount).to.equal(4);
    expect(fake.shards.slice(1).flatMap((shard) => shard.records)).to.have.length(8);
  });

  it("waits longer each time while the shards listed are still those of before", async () => {
    const random = 0.5;
    const { time, fake, stream, deliver } = setUp(2, calm, () => random, { aggregate: true });
    const old = fake.openShards;
    fake.reshard(2);
    let staleListings = 4;
    stream.openShards = () => {
      staleListings -= 1;
      return Promise.resolve(staleListings < 0 ? fake.openShards : old);
    };
    const sentAt: number[] = [];
    const put = stream.putRecords.bind(stream);
    stream.putRecords = (batch) => {
      sentAt.push(time.now());
      return put(batch);
    };
    await time.run(
      deliver(
        records([
          { key: "a", gap: 0 },
          { key: "a", gap: 0 },
        ]),
      ),
    );
    const roundTrip = 2 * random * maxLatencyMs;
    const pauses = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? NaN) - roundTrip);
    expect(pauses).to.deep.equal([...[50, 100, 200, 400].map((bound) => random * bound), 0]);
  });

  it("puts what several shards take into one request, within the limits of a request", async () => {
    const { time, stream, deliver } = setUp(8, calm, seededRandom(1));
    const small = Array.from({ length: 600 }, (_, index) => ({ key: String(index), gap: 0 }));
    await time.run(deliver(records(small)));
    expect(stream.requests.length).to.be.within(2, 3);
    const large = Array.from({ length: 30 }, (_, index) =>
      outgoingRecord(index, 0, String(index), new Uint8Array(300_000)),
    );
    await time.run(deliver(large));
    expect(stream.requests.flat()).to.have.length(630);
    for (const request of stream.requests) {
      expect(request.length).to.be.at.most(500);
      expect(loadOf(request).bytes).to.be.at.most(5 * 1024 * 1024);
    }
  });

  it("does not let a shard that refuses records hold up the others", async () => {
    const { time, fake, stream, deliver } = setUp(4, calm, seededRandom(1), { maxAttempts: 10 });
    stream.refuseAlways("1", "ProvisionedThroughputExceededException");
    const keys = Array.from({ length: 40 }, (_, index) => ({ key: String(index % 20), gap: 0 }));
    const delivered = deliver(records(keys));
    const shard = fake.shardOf({ partitionKey: "1", data: new Uint8Array() });
    const others = keys.filter(
      ({ key }) => fake.shardOf({ partitionKey: key, data: new Uint8Array() }) !== shard,
    );
    await time.run(time.sleep(1000));
    const elsewhere = fake.records.filter((record) => fake.shardOf(record) !== shard);
    expect(elsewhere).to.have.length(others.length);
    await time.run(delivered);
  });

  it("sends only the refused records of a request again", async () => {
    const { time, fake, stream, progress, deliver } = setUp(1, calm, seededRandom(1));
    const sent = records(["a", "b", "c"].map((key) => ({ key, gap: 0 })));
    stream.refuseOnce("b", "ProvisionedThroughputExceededException");
    await time.run(deliver(sent));
    const keysOf = (request: readonly OutgoingRecord[]) => request.map((each) => each.partitionKey);
    expect(stream.requests.map(keysOf)).to.deep.equal([["a", "b", "c"], ["b"]]);
    expect(fake.records).to.have.length(3);
    expect([progress.throttled, progress.retries]).to.deep.equal([1, 1]);
  });

  it("counts no throttling when a record is refused for another reason", async () => {
    const { time, stream, progress, deliver } = setUp(1, calm, seededRandom(1));
    stream.refuseOnce("a", "InternalFailure");
    await time.run(deliver(records([{ key: "a", gap: 0 }])));
    expect([progress.throttled, progress.retries]).to.deep.equal([0, 1]);
  });

  it("gives a record up after the last attempt, sends the others, and resumes at the lost one", async () => {
    const { time, fake, stream, progress, deliver } = setUp(1, calm, seededRandom(1), {
      maxAttempts: 3,
    });
    stream.refuseAlways("b", "InternalFailure");
    await time.run(deliver(records(["a", "b", "c", "a"].map((key) => ({ key, gap: 0 })))));
    expect(stream.requests.flat().filter((record) => record.partitionKey === "b")).to.have.length(
      3,
    );
    expect(fake.records.map((record) => record.partitionKey)).to.have.members(["a", "c", "a"]);
    expect(progress.recordsPut).to.equal(3);
    expect(progress.recordsLost).to.equal(1);
    expect([...progress.lossCodes]).to.deep.equal(["InternalFailure"]);
    expect(progress.acknowledgedUpTo).to.equal(1);
    expect(progress.oldestUnsettledTime).to.equal(undefined);
  });

  it("lets nothing follow a record of the same key that it gave up", async () => {
    const lost: number[] = [];
    const { time, fake, stream, progress, deliver } = setUp(2, calm, seededRandom(1), {
      maxAttempts: 3,
      onLost: ({ position }) => lost.push(position),
    });
    stream.refuseAlways("b", "InternalFailure");
    const keys = ["a", "b", "b", "c", "b", "a"].map((key) => ({ key, gap: 0 }));
    await time.run(deliver(records(keys)));
    await time.run(deliver([outgoingRecord(6, 0, "b", Buffer.from("6"))]));
    expect(fake.records.map(({ partitionKey }) => partitionKey)).to.have.members(["a", "c", "a"]);
    expect(lost).to.deep.equal([1, 2, 4, 6]);
    expect([...progress.lossCodes]).to.deep.equal(["InternalFailure", "EarlierRecordLost"]);
  });

  it("waits an outage out without losing a record or the order of a key, whatever the attempts", async () => {
    const { time, fake, stream, progress, deliver } = setUp(2, calm, seededRandom(1), {
      maxAttempts: 2,
    });
    const put = stream.putRecords.bind(stream);
    const [begin, end] = [time.now() + 500, time.now() + 300_000];
    stream.putRecords = async (batch) => {
      if (time.now() > begin && time.now() < end) {
        await time.sleep(10);
        throw Object.assign(new Error("down"), { name: "InternalFailure", ...status(500) });
      }
      return put(batch);
    };
    const keys = Array.from({ length: 100 }, (_, index) => ({ key: `k${index % 5}`, gap: 0 }));
    await time.run(deliver(records(keys)));
    expect([progress.recordsPut, progress.recordsLost]).to.deep.equal([100, 0]);
    for (const shard of fake.shards) {
      for (const key of new Set(shard.records.map(({ partitionKey }) => partitionKey))) {
        const positions = shard.records
          .filter(({ partitionKey }) => partitionKey === key)
          .map(({ position }) => position);
        expect(positions).to.deep.equal(positions.toSorted((a, b) => a - b));
      }
    }
    expect(progress.lastError).to.include({ code: "InternalFailure", message: "down" });
    expect(progress.errors.get("InternalFailure")).to.equal(progress.lastError?.count);
  });

  it("ends in order after an outage of the time wanted, or soon once it is asked to end", async () => {
    for (const isAsked of [false, true]) {
      const { time, stream, delivery, deliver } = setUp(1, calm, seededRandom(1), {
        giveUpAfterMs: isAsked ? Infinity : 60_000,
      });
      stream.failForGood(Object.assign(new Error("down"), { name: "Failure", ...status(503) }));
      const began = time.now();
      if (isAsked) {
        delivery.endSoon();
      }
      const failure = await time.run(deliver(records([{ key: "a", gap: 0 }])).then(String, String));
      expect(failure).to.equal("Failure: down");
      expect(time.now() - began).to.be.within(isAsked ? 0 : 60_000, isAsked ? 1000 : 70_000);
    }
  });

  it("stops all lanes at an error that would meet every request", async () => {
    const { time, stream, delivery, deliver } = setUp(4, calm, seededRandom(1));
    stream.failForGood(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    const keys = Array.from({ length: 50 }, (_, index) => ({ key: String(index), gap: 0 }));
    const failure = await time.run(deliver(records(keys)).then(String, String));
    expect(failure).to.equal("AccessDeniedException: no");
    await time.run(delivery.close());
    expect(stream.requests.length).to.be.within(1, 4);
    expect(delivery.hasRoom).to.equal(false);
  });

  it("packs records of a shard into one, and still loses nothing and keeps the order of each key", async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        shardCount,
        failingNetwork,
        fc.constantFrom(0, 0.1),
        fc.integer({ min: 100, max: 2000 }),
        fc.integer(),
        async (list, shards, network, reshards, bytes, seed) => {
          const { time, fake, progress, deliver } = setUp(
            shards,
            { ...network, reshards },
            seededRandom(seed),
            { aggregate: true, shardLimits: { records: 1000, bytes } },
          );
          const sent = records(list);
          await time.run(deliver(sent));
          const consumed = fake.shards.flatMap((shard) =>
            shard.records.flatMap(deaggregated).filter(({ partitionKey }) => {
              const hash = hashOf(partitionKey);
              return shard.firstHash <= hash && hash <= shard.lastHash;
            }),
          );
          const positions = consumed.map(({ data }) => Number(Buffer.from(data).toString()));
          expect(new Set(positions).size).to.equal(sent.length);
          expect(progress.recordsPut).to.equal(sent.length);
          expect(progress.acknowledgedUpTo).to.equal(sent.length);
          expectFirstArrivalsInOrder(fake);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("sends fewer records when it packs them", async () => {
    const { time, fake, deliver } = setUp(2, calm, seededRandom(1), { aggregate: true });
    const keys = Array.from({ length: 3000 }, (_, index) => ({ key: String(index % 7), gap: 0 }));
    await time.run(deliver(records(keys)));
    expect(fake.records.length).to.be.below(10);
  });

  it("waits between the attempts, longer each time and by chance", async () => {
    const random = 0.5;
    const { time, stream, deliver } = setUp(1, calm, () => random, { maxAttempts: 5 });
    stream.refuseAlways("a", "InternalFailure");
    const sentAt: number[] = [];
    const put = stream.putRecords.bind(stream);
    stream.putRecords = (batch) => {
      sentAt.push(time.now());
      return put(batch);
    };
    await time.run(deliver(records([{ key: "a", gap: 0 }])));
    const roundTrip = 2 * random * maxLatencyMs;
    const pauses = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? NaN) - roundTrip);
    expect(pauses).to.deep.equal([50, 100, 200, 400].map((bound) => random * bound));
  });

  it("waits for the requests under way when it is closed, and sends nothing more", async () => {
    const { time, fake, stream, progress, delivery } = setUp(1, calm, seededRandom(1));
    for (const record of records([
      { key: "a", gap: 0 },
      { key: "a", gap: 0 },
    ])) {
      delivery.offer(record);
    }
    const sent = time.sleep(1).then(() => delivery.close());
    await time.run(sent);
    expect(stream.requests).to.have.length(1);
    expect(fake.records).to.have.length(1);
    expect(progress.recordsPut).to.equal(1);
  });

  it("holds no more bytes in memory than the shards take in two seconds", () => {
    const { delivery } = setUp(2, calm, seededRandom(1));
    let offered = 0;
    while (delivery.hasRoom) {
      delivery.offer(outgoingRecord(offered, 0, "a", new Uint8Array(512 * 1024)));
      offered += 1;
    }
    expect(offered).to.equal(8);
  });

  it("holds no more records in memory than the shards take in two seconds", async () => {
    const { time, delivery, deliver } = setUp(2, calm, seededRandom(1));
    const sent = records(
      Array.from({ length: 5000 }, (_, index) => ({ key: String(index), gap: 0 })),
    );
    let offered = 0;
    for (const record of sent) {
      if (delivery.hasRoom) {
        delivery.offer(record);
        offered += 1;
      }
    }
    expect(offered).to.equal(4000);
    await time.run(deliver([]));
    expect(delivery.hasRoom).to.equal(true);
  });

  it("stays within the throughput of a shard, so that it is not throttled", async () => {
    const { time, fake, progress, deliver } = setUp(1, calm, seededRandom(1), {
      maxDisorderMs: Infinity,
    });
    const begin = time.now();
    const keys = Array.from({ length: 3500 }, (_, index) => ({ key: String(index), gap: 0 }));
    await time.run(deliver(records(keys)));
    expect(fake.records).to.have.length(3500);
    expect(progress.throttled).to.equal(0);
    expect(time.now() - begin).to.be.within(3000, 4500);
  });
});

function expectAllDelivered(
  fake: FakeStream<OutgoingRecord>,
  sent: readonly OutgoingRecord[],
): void {
  const positions = new Set(fake.records.map(({ position }) => position));
  expect(positions.size).to.equal(sent.length);
}

function expectOrderOfKeys(fake: FakeStream<OutgoingRecord>): void {
  const latest = new Map<string, number>();
  for (const { partitionKey, position } of fake.records) {
    expect(position).to.be.at.least(latest.get(partitionKey) ?? 0);
    latest.set(partitionKey, position);
  }
}

/** Of the records of a key, in all shards, none arrives for the first time before an older one. */
function expectFirstArrivalsInOrder(fake: FakeStream<OutgoingRecord>): void {
  const latest = new Map<string, number>();
  const seen = new Set<number>();
  for (const { partitionKey, data } of fake.records.flatMap(deaggregated)) {
    const position = Number(Buffer.from(data).toString());
    if (!seen.has(position)) {
      expect(position).to.be.at.least(latest.get(partitionKey) ?? 0);
      latest.set(partitionKey, position);
      seen.add(position);
    }
  }
}

function expectDisorder(fake: FakeStream<OutgoingRecord>, maxDisorderMs: number): void {
  let latest = 0;
  for (const { eventTime } of fake.records) {
    expect(latest - eventTime).to.be.at.most(maxDisorderMs);
    latest = Math.max(latest, eventTime);
  }
}
