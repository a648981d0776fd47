import { expect } from "chai";
import fc from "fast-check";
import { completeLoad } from "../../capacity/load";
import { planStream, shardsFor } from "../../capacity/stream";

const kibibyte = 1024;

describe("the shards of a stream", () => {
  for (const { title, recordsPerSecond, kibibytes, consumers, shardCount, boundBy } of [
    // Of the price list's provisioned mode: https://aws.amazon.com/kinesis/data-streams/pricing/
    {
      title: "AWS's example of 100 records of 35 KB",
      recordsPerSecond: 100,
      kibibytes: 35,
      consumers: 1,
      shardCount: 4,
      boundBy: "written bytes",
    },
    {
      title: "AWS's example of 1,000 records of 5 KB",
      recordsPerSecond: 1000,
      kibibytes: 5,
      consumers: 1,
      shardCount: 5,
      boundBy: "written bytes",
    },
    // max(written KiB / 1024, read KiB / 2048): https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
    {
      title: "AWS's formula with more readers than shards give out to",
      recordsPerSecond: 500,
      kibibytes: 4,
      consumers: 5,
      shardCount: 5,
      boundBy: "read bytes",
    },
    {
      title: "many small records",
      recordsPerSecond: 5000,
      kibibytes: 0.1,
      consumers: 2,
      shardCount: 5,
      boundBy: "written records",
    },
    {
      title: "next to nothing",
      recordsPerSecond: 0.01,
      kibibytes: 0.1,
      consumers: 1,
      shardCount: 1,
      boundBy: "written records",
    },
  ] as const) {
    it(`are ${shardCount} for ${title}, bound by ${boundBy}`, () => {
      const plan = shardsFor({
        recordsPerSecond,
        bytesPerSecond: recordsPerSecond * kibibytes * kibibyte,
        pollingConsumers: consumers,
      });
      expect(plan).to.include({ shardCount, boundBy });
    });
  }

  it("become one more right above what the limit allows", () => {
    const shards = (recordsPerSecond: number, recordBytes: number): number =>
      planStream(completeLoad({ recordsPerSecond, recordBytes, utilizationPercent: 100 }))
        .shardCount;
    expect(shards(3000, 100)).to.equal(3);
    expect(shards(3000.001, 100)).to.equal(4);
    expect(shards(48, 65_536)).to.equal(3);
    expect(shards(48, 65_537)).to.equal(4);
  });

  it("leave head room below the alarm's 75 %, and twice as many for scaling", () => {
    const plan = planStream(completeLoad({ recordsPerSecond: 3000, recordBytes: 100 }));
    expect(plan).to.include({ shardCount: 4, averageShardCount: 4, maxShardCount: 8 });
    expect(plan.use["written records"]).to.equal(0.75);
    const largest = planStream(completeLoad({ recordsPerSecond: 6_000_000, recordBytes: 100 }));
    expect(largest).to.include({ shardCount: 8000, maxShardCount: 10_000 });
  });

  it("keep the shard with the hottest key within the limit, where its key alone fits", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(throughput, share, (needed, hottestKey) => {
        const utilization = 0.75;
        const { shardCount, use, boundBy } = shardsFor({ ...needed, utilization, hottestKey });
        const all = use[boundBy] * shardCount;
        const hottestShard = all * (hottestKey + (1 - hottestKey) / shardCount);
        if ((all / utilization) * hottestKey <= 0.75) {
          expect(hottestShard).to.be.at.most(utilization * (1 + 1e-9));
        }
        expect(shardCount).to.be.at.most(Math.max(1, Math.ceil((4 * all) / utilization)));
      }),
    );
  });

  it("carry the load, and one fewer would not", () => {
    fc.assert(
      fc.property(throughput, (needed) => {
        const { shardCount, use, boundBy } = shardsFor(needed);
        for (const share of Object.values(use)) expect(share).to.be.at.most(1);
        expect(shardCount === 1 || use[boundBy] * shardCount > shardCount - 1).to.be.true;
      }),
    );
  });
});

describe("the readers of a stream", () => {
  it("poll as long as a full shard serves them, two, and have enhanced fan-out from the third on", () => {
    const readers = (consumers: number) =>
      planStream(completeLoad({ recordsPerSecond: 5000, recordBytes: 800, consumers }));
    expect(readers(1)).to.include({ pollingConsumers: 1, fanOutConsumers: 0 });
    expect(readers(2)).to.include({ pollingConsumers: 2, fanOutConsumers: 0 });
    expect(readers(3)).to.include({ pollingConsumers: 2, fanOutConsumers: 1 });
    expect(readers(22).shardCount).to.equal(readers(1).shardCount);
  });

  it("share the five calls that a shard answers per second", () => {
    const polling = (readsPerSecond: number) =>
      planStream(completeLoad({ recordsPerSecond: 1, recordBytes: 1, readsPerSecond }))
        .pollingConsumers;
    expect([1, 2.5, 2.6, 5].map(polling)).to.deep.equal([2, 2, 1, 1]);
  });

  it("never take more shards than writing does", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e7, noNaN: true }), recordBytes, (rate, bytes) => {
        const plan = planStream(completeLoad({ recordsPerSecond: rate, recordBytes: bytes }));
        expect(plan.boundBy).not.to.equal("read bytes");
      }),
    );
  });
});

const recordBytes = fc.integer({ min: 1, max: 1024 * 1024 });

const throughput = fc.record({
  recordsPerSecond: fc.double({ min: 0, max: 1e7, noNaN: true }),
  bytesPerSecond: fc.double({ min: 0, max: 1e10, noNaN: true }),
  pollingConsumers: fc.integer({ min: 0, max: 5 }),
});
