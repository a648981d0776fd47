import { expect } from "chai";
import { findings } from "../../capacity/findings";
import {
  applicationCost,
  deliveryCost,
  onDemandCost,
  putUnits,
  recommend,
  streamCost,
} from "../../capacity/recommendation";
import { planApplication } from "../../capacity/sizing";
import { completeLoad, type LoadArgs } from "../../capacity/load";
import { planStream } from "../../capacity/stream";
import { hoursPerMonth } from "../../policies/cost/cost";

const kibibyte = 1024;

describe("the costs of a pipeline", () => {
  it("are AWS's $44.64 of shards and $7.50 of PUT units in a month of 31 days, for 100 records of 35 KB a second", () => {
    // https://aws.amazon.com/kinesis/data-streams/pricing/
    const { items } = stream({
      recordsPerSecond: 100,
      recordBytes: 35 * kibibyte,
      utilizationPercent: 100,
    });
    const inMonthOf31Days = items.map(({ what, usd }) => [
      what,
      ((usd / hoursPerMonth) * 31 * 24).toFixed(2),
    ]);
    expect(inMonthOf31Days).to.deep.equal([
      ["kinesis.shardHour", "44.64"],
      ["kinesis.putUnits", "7.50"],
    ]);
  });

  it("count AWS's PUT units: one of 5 KB, two of 45 KB, and 41 of 1 MiB", () => {
    // https://aws.amazon.com/kinesis/data-streams/pricing/
    expect([5, 25, 45, 1000].map((size) => putUnits(size * kibibyte))).to.deep.equal([1, 1, 2, 40]);
    expect(putUnits(kibibyte ** 2)).to.equal(41);
  });

  it("are AWS's two KPUs and $5 of storage for an application with one KPU", () => {
    // https://aws.amazon.com/managed-service-apache-flink/pricing/
    const load = completeLoad({ recordsPerSecond: 1, recordBytes: 1 });
    const { items } = applicationCost(load, planApplication(load));
    expect(items.map(({ quantity, usd }) => [quantity, usd.toFixed(2)])).to.deep.equal([
      [2 * hoursPerMonth, "160.60"],
      [50, "5.00"],
    ]);
  });

  it("round a record up to 5 KiB for Firehose, and to 1 KiB on demand", () => {
    const args = { recordsPerSecond: 1000, recordBytes: 800 };
    const ingested = (bytes: number) =>
      deliveryCost(completeLoad({ ...args, recordBytes: bytes })).items[0]?.quantity;
    expect(ingested(800)).to.equal(ingested(5120));
    expect(ingested(5121)).to.equal(2 * (ingested(5120) ?? 0));
    const onDemand = (bytes: number) => {
      const load = completeLoad({ ...args, recordBytes: bytes });
      return onDemandCost(load, planStream(load)).usd;
    };
    expect(onDemand(800)).to.equal(onDemand(1024));
    expect(onDemand(1025)).to.be.greaterThan(onDemand(1024));
  });

  it("are lower under On-demand Advantage, which has no price of a stream", () => {
    const { onDemandStream, advantageUsd } = recommend({ recordsPerSecond: 1, recordBytes: 1024 });
    const hours = onDemandStream.items.find(({ what }) => what === "kinesis.onDemandStreamHour");
    expect(advantageUsd).to.be.closeTo((onDemandStream.usd - (hours?.usd ?? NaN)) * 0.4, 1e-9);
    const kept = recommend({ recordsPerSecond: 1000, recordBytes: 1024, retentionHours: 8760 });
    const longTerm = kept.onDemandStream.items.find(({ what }) => what.includes("longTerm"));
    expect(kept.advantageUsd).to.be.above(longTerm?.usd ?? NaN);
    const advice = (recordsPerSecond: number) =>
      findings(recommend({ recordsPerSecond, recordBytes: 5120, consumers: 1, peak: 20 }))
        .map(({ fact }) => fact)
        .join();
    expect(advice(1000)).not.to.include("Advantage");
    expect(advice(20_000)).to.include("Under On-demand Advantage the stream costs up to $");
  });

  it("have extended retention above a day, and long-term retention above a week", () => {
    const retained = (retentionHours: number) =>
      stream({ recordsPerSecond: 1000, recordBytes: 100, retentionHours })
        .items.map(({ what }) => what)
        .filter((what) => what.includes("Retention"));
    expect(retained(24)).to.be.empty;
    expect(retained(25)).to.deep.equal(["kinesis.extendedRetentionShardHour"]);
    expect(retained(168)).to.deep.equal(["kinesis.extendedRetentionShardHour"]);
    expect(retained(169)).to.deep.equal([
      "kinesis.extendedRetentionShardHour",
      "kinesis.longTermRetention",
    ]);
  });
});

function stream(args: LoadArgs) {
  const load = completeLoad(args);
  return streamCost(load, planStream(load));
}
