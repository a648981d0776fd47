import { runInNewContext } from "node:vm";
import { expect } from "chai";
import fc from "fast-check";
import type { Alarm } from "../../../infra/watch/alarm";
import { lagMetrics } from "../../../infra/stream/alarms";
import {
  applicationScalingAlarms,
  applicationThresholds,
  streamScalingAlarms,
  streamThresholds,
} from "../../../infra/scaling/load-alarms";

const lags = lagMetrics({ name: "trips", fanOutConsumers: ["job"] });
const stream = streamScalingAlarms("trips", "stream-shards", lags, 60_000);
const application = applicationScalingAlarms("analytics", lags, 60_000);

/** One period's values by id; undefined is a period without data. */
type Values = Readonly<Record<string, number | undefined>>;

/** A metric in one period. */
class Sample {
  readonly value: number | undefined;
  /** The value of the period before. */
  readonly before: number | undefined;

  constructor(value: number | undefined, before: number | undefined) {
    this.value = value;
    this.before = before;
  }

  /** Arithmetic and comparisons take a missing value for 0. */
  valueOf(): number {
    return this.value ?? 0;
  }
}

const REPEAT = "REPEAT";

/**
 * Evaluates the metric math that the expressions use, for one period.
 * @param before - the values of the period before. @default there were none
 */
function evaluate(
  { value, periodSeconds }: Alarm,
  values: Values,
  before: Values = {},
): number | undefined {
  if (!("expression" in value)) throw new Error("It has no expression");
  expect(Object.keys(values)).to.include.members(
    Object.keys(value.readings).filter((id) => !id.startsWith("lag")),
  );
  const all = Object.fromEntries(
    Object.keys(value.readings).map((id) => [id, new Sample(values[id], before[id])]),
  );
  const result = Number(
    runInNewContext(value.expression, {
      ...all,
      REPEAT,
      FILL: (metric: Sample, filler: number | typeof REPEAT) =>
        new Sample(metric.value ?? (filler === REPEAT ? metric.before : filler), undefined),
      IF: (condition: boolean, yes: number, no = NaN) => (condition ? yes : no),
      MAX: (metrics: number[]) => Math.max(...metrics.map(Number)),
      PERIOD: () => periodSeconds,
    }),
  );
  // A division by zero drops the value.
  return Number.isFinite(result) ? result : undefined;
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

  it("counts as full for the alarm that removes shards while any reader is behind", () => {
    const idle = { bytes: 0, records: 0, shards: 2 };
    expect(evaluate(stream.in, { ...idle, lag0: 60_001 })).to.equal(100);
    expect(evaluate(stream.in, { ...idle, lag1: 60_001 })).to.equal(100);
    expect(evaluate(stream.in, { ...idle, lag0: 60_000, lag1: 60_000 })).to.equal(0);
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
    expect(evaluate(application.out, { cpu: 42, lag0: 60_001 })).to.equal(100);
    expect(evaluate(application.in, { cpu: 5, lag1: 90_000 })).to.equal(100);
  });

  it("stays full for a minute whose lag is not measured yet", () => {
    expect(evaluate(application.out, { cpu: 42 }, { lag0: 60_001 })).to.equal(100);
    expect(evaluate(application.out, { cpu: 42 }, { lag0: 60_000 })).to.equal(42);
  });

  it("does not swing when the parallelism doubles or halves", () => {
    const { outPercent, inPercent } = applicationThresholds;
    expect(outPercent / 2).to.be.above(inPercent);
  });
});

describe("the alarms that scale", () => {
  it("act on minutes of too much and on an hour of too little", () => {
    for (const { out, in: back } of [stream, application]) {
      expect(out).to.include({ comparison: ">=", periodSeconds: 60, periods: 5 });
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
