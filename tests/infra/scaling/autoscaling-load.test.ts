import { expect } from "chai";
import fc from "fast-check";
import type { Condition } from "../../../infra/watch/alarm";
import { jobLag } from "../../../infra/watch/metrics";
import {
  applicationScalingAlarms,
  applicationThresholds,
  streamScalingAlarms,
} from "../../../infra/scaling/load-alarms";
import { shardsFor, streamThresholds } from "../../../infra/scaling/lambda/stream-load";
import { metricMath, type Values } from "../../scaling/metric-math";

const lag = jobLag("analytics");
const stream = streamScalingAlarms("trips", "stream-shards", lag, 60_000);
const application = applicationScalingAlarms("analytics", lag, 60_000);

function evaluate(alarm: Condition, values: Values, before?: Values): number | undefined {
  return metricMath(alarm)(values, before);
}

const MiB = 1024 * 1024;

describe("the load of a stream", () => {
  const perMinute = (bytesPerSecond: number, recordsPerSecond: number, shards: number) =>
    evaluate(stream.out, { bytes: 60 * bytesPerSecond, records: 60 * recordsPerSecond, shards });

  it("is the fuller of bytes and records, in per cent of the open shards", () => {
    expect(perMinute(1.5 * MiB, 100, 2)).to.be.closeTo(75, 1e-9);
    expect(perMinute(MiB, 1500, 2)).to.be.closeTo(75, 1e-9);
    expect(perMinute(MiB, 1500, 4)).to.be.closeTo(37.5, 1e-9);
  });

  it("is the same over a longer period", () => {
    const values = { bytes: 300 * MiB, records: 0, shards: 2 };
    expect(evaluate(stream.in, values)).to.be.closeTo(50, 1e-9);
  });

  it("is nothing while nothing comes in", () => {
    expect(evaluate(stream.in, { bytes: undefined, records: undefined, shards: 2 })).to.equal(0);
  });

  it("is not known for a minute whose records are not counted yet, though its shards are", () => {
    expect(evaluate(stream.out, { bytes: undefined, records: undefined, shards: 2 })).to.equal(
      undefined,
    );
  });

  it("is measured against the shards of the minute before where nobody has told them since", () => {
    const full = { bytes: 120 * MiB, records: 60 };
    expect(evaluate(stream.out, { ...full, shards: undefined }, { shards: 2 })).to.equal(100);
    expect(evaluate(stream.in, { ...full, shards: undefined })).to.equal(undefined);
  });

  it("counts as full for the alarm that removes shards while the job is behind", () => {
    const idle = { bytes: 0, records: 0, shards: 2 };
    expect(evaluate(stream.in, { ...idle, lag: 60_001 })).to.equal(100);
    expect(evaluate(stream.in, { ...idle, lag: 60_000 })).to.equal(0);
  });

  it("never crosses both thresholds by one change, which at most doubles or halves the shards", () => {
    const { outPercent, inPercent } = streamThresholds;
    const load = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(load, fc.double({ min: 0.5, max: 2, noNaN: true }), (before, factor) => {
        const after = before / factor;
        if (before >= outPercent && factor > 1) expect(after).to.be.at.least(inPercent);
        if (before < inPercent && factor < 1) expect(after).to.be.below(outPercent);
      }),
    );
  });

  it("is full while records are throttled, which do not count as incoming", () => {
    const bursts = { bytes: 2_400_000, records: 24_000, shards: 2 };
    expect(evaluate(stream.out, { ...bursts, throttled: 0 })).to.equal(20);
    expect(evaluate(stream.out, { ...bursts, throttled: 66_000 })).to.equal(100);
    expect(evaluate(stream.in, { ...bursts, throttled: 66_000 })).to.equal(100);
    expect(evaluate(stream.out, { ...bursts, throttled: 200 })).to.equal(20);
  });

  it("does not wait where a tenth of the records of one minute is throttled", () => {
    const { surge } = stream;
    if (surge === undefined) throw new Error("A stream has an alarm on surges");
    expect(surge)
      .to.include({ threshold: 10, periodSeconds: 60 })
      .and.not.to.have.property("periods");
    expect(evaluate(surge, { records: 90, throttled: 10 })).to.equal(10);
    expect(evaluate(surge, { records: 90, throttled: 0 })).to.equal(0);
    // A minute whose records are not counted yet, and one without any.
    expect(evaluate(surge, { records: undefined, throttled: 10 })).to.equal(undefined);
    expect(evaluate(surge, { records: undefined, throttled: undefined })).to.equal(undefined);
    expect(application.surge).to.equal(undefined);
  });

  it("takes more shards than there were while records were throttled", () => {
    const bursts = { bytes: 2_400_000, records: 24_000, shards: 4 };
    expect(shardsFor({ ...bursts, throttled: 66_000 })).to.equal(8);
    expect(shardsFor({ ...bursts, throttled: 0 })).to.equal(1);
    expect(shardsFor({ bytes: 0, records: 4 * 60_000, throttled: 0, shards: 8 })).to.equal(6);
  });

  it("is measured against the shards that the scaling function publishes", () => {
    const { value } = stream.out;
    expect("expression" in value && value.readings["shards"]?.metric).to.deep.equal({
      namespace: "StreamingPipeline/Scaling",
      name: "Capacity",
      dimensions: { Target: "stream-shards", Name: "trips" },
    });
  });
});

describe("the load of a Flink application", () => {
  it("is that of its processors, and full while it is behind", () => {
    expect(evaluate(application.out, { cpu: 42 })).to.equal(42);
    expect(evaluate(application.out, { cpu: 42, lag: 60_001 })).to.equal(100);
    expect(evaluate(application.in, { cpu: 5, lag: 90_000 })).to.equal(100);
  });

  it("stays full for a minute whose lag is not measured yet", () => {
    expect(evaluate(application.out, { cpu: 42 }, { lag: 60_001 })).to.equal(100);
    expect(evaluate(application.out, { cpu: 42 }, { lag: 60_000 })).to.equal(42);
  });

  it("does not swing when the parallelism doubles or halves", () => {
    const { outPercent, inPercent } = applicationThresholds;
    expect(outPercent / 2).to.be.above(inPercent);
  });
});

describe("the alarms that scale", () => {
  it("act on minutes of too much and on an hour of too little", () => {
    for (const { out, in: back } of [stream, application]) {
      expect(out).to.include({ comparison: ">=", periodSeconds: 60 });
      expect(out.breaching ?? out.periods).to.equal(5);
      expect(back).to.include({ comparison: "<", periodSeconds: 300, periods: 12 });
      expect(back.missing).to.equal("missing");
    }
    expect([stream.out.missing, application.out.missing]).to.deep.equal([
      // No records, no load.
      "notBreaching",
      "missing",
    ]);
  });
});
