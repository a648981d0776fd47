import { expect } from "chai";
import fc from "fast-check";
import { findings } from "../../capacity/findings";
import { shardLimits } from "../../capacity/limits";
import { completeLoad, type LoadArgs } from "../../capacity/load";
import { recommend, type Recommendation } from "../../capacity/recommendation";

describe("a recommendation", () => {
  it("never has fewer shards, KPUs or nodes, nor costs less, for a larger load", () => {
    fc.assert(
      fc.property(loads, growth, (load, [quantity, factor]) => {
        const grown = { ...load, [quantity]: load[quantity] * factor };
        const [small, large] = [recommend(load), recommend(grown)];
        // A hot key takes more shards of one pipeline than of two that share the load.
        fc.pre(load.hottestKeyPercent === 0 || small.pipelines === large.pipelines);
        expect(large.stream.shardCount * large.pipelines).to.be.at.least(
          small.stream.shardCount * small.pipelines,
        );
        expect(large.application.kpus * large.pipelines).to.be.at.least(
          small.application.kpus * small.pipelines,
        );
        expect(large.pipelines).to.be.at.least(small.pipelines);
        // The sums of doubles may differ in their last digits.
        expect(large.monthlyUsd).to.be.at.least(small.monthlyUsd * (1 - 1e-12));
        expect(large.onDemandStream.usd).to.be.at.least(small.onDemandStream.usd * (1 - 1e-12));
      }),
      { numRuns: 500 },
    );
  });

  it("passes every limit that it is made for", () => {
    fc.assert(
      fc.property(loads, (load) => {
        const { stream, application, search, delivery, pipelines } = recommend(load);
        const records = (load.recordsPerSecond * load.peak) / pipelines;
        const mostRecords = stream.shardCount * shardLimits.writeRecordsPerSecond;
        const mostBytes = stream.shardCount * shardLimits.writeBytesPerSecond;
        expect(records).to.be.at.most(mostRecords * (1 + 1e-12));
        expect(records * load.recordBytes).to.be.at.most(mostBytes * (1 + 1e-12));
        expect(records).to.be.at.most(application.recordsPerSecond * (1 + 1e-12));
        expect(stream.shardCount).to.be.at.most(10_000);
        expect(stream.averageShardCount).to.be.at.most(stream.shardCount);
        expect(application.kpus).to.be.at.most(250);
        expect(application.parallelism).to.be.at.most(256);
        expect(search.dataNodes).to.be.at.most(80);
        expect(delivery.bufferSeconds).to.be.within(60, 900);
      }),
    );
  });

  it("halves the load until one pipeline can carry it", () => {
    const pipelines = (recordsPerSecond: number): number =>
      recommend({
        recordsPerSecond,
        recordBytes: 100,
        recordsPerSecondPerKpu: 1_000_000,
        utilizationPercent: 100,
      }).pipelines;
    expect(pipelines(10_000_000)).to.equal(1);
    expect(pipelines(10_000_001)).to.equal(2);
    expect(pipelines(40_000_001)).to.equal(8);
  });

  it("counts its costs for all pipelines together", () => {
    const { costs, monthlyUsd } = recommend({
      recordsPerSecond: 40_000_000,
      recordBytes: 100,
      utilizationPercent: 100,
    });
    const shardHours = costs[0]?.items.find(({ what }) => what === "kinesis.shardHour");
    expect(shardHours?.quantity).to.equal(40_000 * 730);
    expect(monthlyUsd).to.be.closeTo(
      costs.flatMap(({ items }) => items).reduce((sum, { usd }) => sum + usd, 0),
      0.01,
    );
  });

  it("leaves the parallelism to whoever asks for one, and says what is wrong with it", () => {
    const { application, ...rest } = recommend({
      recordsPerSecond: 9000,
      recordBytes: 100,
      parallelism: 2,
    });
    expect(application).to.include({ parallelism: 2, kpus: 2 });
    expect(facts({ application, ...rest })).to.include(
      "Parallelism 2 on 2 KPUs gets 8,800 of 9,000 records a second done",
    );
    expect(facts({ recordsPerSecond: 9000, recordBytes: 100, parallelism: 13 })).to.include(
      "Parallelism 13 is more than the 12 shards that it reads",
    );
  });

  it("takes a parallelism up to the KPUs that an application can have", () => {
    const args = { recordsPerSecond: 1_000_000, recordBytes: 100 };
    expect(recommend({ ...args, parallelism: 250 })).to.include({ pipelines: 1 });
    expect(() => recommend({ ...args, parallelism: 251 })).to.throw(/parallelism .* got 251/);
  });

  it("has nothing to say about a load that fits", () => {
    expect(facts({ recordsPerSecond: 900, recordBytes: 4000 })).to.be.empty;
  });

  for (const { title, load, fact } of [
    {
      title: "the quota of shards of a small region",
      load: { recordsPerSecond: 1_100_000, recordBytes: 5120, region: "eu-central-1" },
      fact: "more than the 1,000 of an account in eu-central-1",
    },
    {
      title: "the quota of KPUs",
      load: { recordsPerSecond: 65 * 4400, recordBytes: 5120 },
      fact: "65 KPUs are more than the 64",
    },
    {
      title: "records that bind while bytes are free",
      load: { recordsPerSecond: 5000, recordBytes: 100, utilizationPercent: 100 },
      fact: "Records bind the stream while 10 % of its bytes are used",
    },
    {
      title: "a key that no number of shards divides",
      load: { recordsPerSecond: 5000, recordBytes: 5000, hottestKeyPercent: 20 },
      fact: "The hottest partition key needs 477 % of a shard at the busiest",
    },
    {
      title: "what Firehose bills at least",
      load: { recordsPerSecond: 500, recordBytes: 512 },
      fact: "Firehose bills each record of 512 bytes as 5,120",
    },
    {
      title: "a stream that is cheaper on demand",
      load: { recordsPerSecond: 100, recordBytes: 5000, peak: 100 },
      fact: "On demand the stream costs",
    },
    {
      title: "prices that the list does not have",
      load: { recordsPerSecond: 100, recordBytes: 5000, region: "eu-west-1" },
      fact: "The list does not have all prices of eu-west-1",
    },
    {
      title: "a region of which the list has no price at all",
      load: { recordsPerSecond: 100, recordBytes: 5000, region: "sa-east-1" },
      fact: "The list does not have all prices of sa-east-1",
    },
  ]) {
    it(`tells of ${title}`, () => {
      expect(facts(load).join("\n")).to.include(fact);
    });
  }

  it("refuses a load with everything that is wrong with it", () => {
    expect(() =>
      recommend({ recordsPerSecond: 0, recordBytes: 2 ** 24, consumers: 2.5, region: "moon" }),
    ).to.throw(
      RangeError,
      /recordsPerSecond must be .* got 0\nrecordBytes must be .* got 16777216\nconsumers must be an integer .* got 2.5\nregion must be .* got moon/,
    );
    expect(() => completeLoad({})).to.throw(/recordsPerSecond.*got none\nrecordBytes.*got none/);
  });
});

type Sized = Required<
  Pick<LoadArgs, "recordsPerSecond" | "recordBytes" | "peak" | "indexDays" | "hottestKeyPercent">
>;

const loads: fc.Arbitrary<Sized> = fc.record({
  recordsPerSecond: fc.double({ min: 0.01, max: 2e7, noNaN: true }),
  recordBytes: fc.integer({ min: 1, max: 64 * 1024 }),
  peak: fc.double({ min: 1, max: 20, noNaN: true }),
  hottestKeyPercent: fc.double({ min: 0, max: 100, noNaN: true }),
  indexDays: fc.integer({ min: 1, max: 365 }),
});

const growth: fc.Arbitrary<readonly [keyof Sized, number]> = fc.oneof(
  fc.tuple(
    fc.constantFrom("recordsPerSecond" as const, "peak" as const),
    fc.double({ min: 1, max: 4, noNaN: true }),
  ),
  fc.tuple(
    fc.constantFrom("recordBytes" as const, "indexDays" as const),
    fc.integer({ min: 1, max: 4 }),
  ),
);

function facts(args: LoadArgs | Recommendation): readonly string[] {
  return findings("stream" in args ? args : recommend(args)).map(({ fact }) => fact);
}
