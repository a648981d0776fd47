import { expect } from "chai";
import fc from "fast-check";
import { type Health, judge, type Point } from "../../../infra/job-delivery/release/gate";

const start = new Date("2026-03-01T12:00:20Z");
const rules = { watchMinutes: 5, timeoutMinutes: 20, maxLagSeconds: 60 };
const after = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);

/** One value for each minute from 12:01 on. */
function points(...values: readonly number[]): Point[] {
  return values.map((value, index) => ({
    time: new Date(Date.parse("2026-03-01T12:01:00Z") + index * 60_000),
    value,
  }));
}

const well: Health = {
  restarts: points(0, 0, 0, 0, 0),
  running: points(40_000, 100_000, 160_000, 220_000, 280_000),
  failedCheckpoints: points(0, 0, 0, 0, 0),
  checkpoints: points(0, 900, 900, 800, 800),
  lag: points(90_000, 60_000, 30_000, 5_000, 1_000),
};

describe("The health gate", () => {
  it("passes a job that runs, completes checkpoints and keeps up", () => {
    expect(judge(well, start, after(5), rules)).to.deep.equal({ kind: "healthy" });
  });

  it("watches for as long as it is told, however well the job is", () => {
    expect(judge(well, start, after(4.9), rules)).to.deep.equal({
      kind: "open",
      missing: ["5 minutes of watching"],
    });
  });

  for (const { title, change, reason } of [
    { title: "one restart", change: { restarts: points(0, 1) }, reason: "the job restarted once" },
    {
      title: "more restarts",
      change: { restarts: points(0, 1, 3) },
      reason: "the job restarted 3 times",
    },
    {
      title: "a failed checkpoint",
      change: { failedCheckpoints: points(0, 0, 1) },
      reason: "a checkpoint failed",
    },
  ]) {
    it(`fails a job at once for ${title}`, () => {
      expect(judge({ ...well, ...change }, start, after(3), rules)).to.deep.equal({
        kind: "sick",
        reason,
      });
    });
  }

  it("does not hold against a job what the version before did", () => {
    const earlier: Point[] = [{ time: new Date("2026-03-01T12:00:00Z"), value: 4 }];
    const health = {
      ...well,
      restarts: [...earlier, ...well.restarts],
      failedCheckpoints: [...earlier, ...well.failedCheckpoints],
    };
    expect(judge(health, start, after(5), rules).kind).to.equal("healthy");
  });

  it("nor counts for it what only the version before did", () => {
    const earlier: Point[] = [{ time: new Date("2026-03-01T12:00:00Z"), value: 800 }];
    const verdict = judge({ ...well, checkpoints: earlier }, start, after(5), rules);
    expect(verdict).to.deep.equal({ kind: "open", missing: ["a complete checkpoint"] });
  });

  it("lets a job that catches up pass, and waits for one that falls further behind", () => {
    const verdict = (lag: readonly Point[] | undefined) =>
      judge({ ...well, lag }, start, after(6), rules);
    expect(verdict(points(900_000, 700_000)).kind).to.equal("healthy");
    expect(verdict(points(59_000, 60_000)).kind).to.equal("healthy");
    expect(verdict(undefined).kind).to.equal("healthy");
    expect(verdict(points(70_000, 90_000))).to.deep.equal({
      kind: "open",
      missing: ["a job that catches up (it is 90 s behind)"],
    });
    expect(verdict(points(-1, -1))).to.have.property("kind", "open");
    expect(verdict([])).to.deep.equal({
      kind: "open",
      missing: ["a measure of how far the job is behind"],
    });
  });

  it("fails a job of which nothing is heard, when its time is up, and says what was missing", () => {
    const silent: Health = {
      restarts: [],
      running: [],
      failedCheckpoints: [],
      checkpoints: [],
      lag: undefined,
    };
    expect(judge(silent, start, after(19.9), rules).kind).to.equal("open");
    expect(judge(silent, start, after(20), rules)).to.deep.equal({
      kind: "sick",
      reason:
        "after 20 minutes there is still missing: a sign that the job runs, a complete checkpoint",
    });
  });

  it("never passes a job that restarted or failed a checkpoint, and never leaves one open for ever", () => {
    const counts = fc.array(fc.nat({ max: 3 }), { maxLength: 25 });
    fc.assert(
      fc.property(counts, counts, counts, fc.nat({ max: 40 }), (restarts, failed, lag, minutes) => {
        const health = {
          ...well,
          restarts: points(...restarts),
          failedCheckpoints: points(...failed),
          lag: points(...lag.map((value) => value * 50_000)),
        };
        const { kind } = judge(health, start, after(minutes), rules);
        if (Math.max(0, ...restarts, ...failed) > 0) expect(kind).to.equal("sick");
        if (minutes >= rules.timeoutMinutes) expect(kind).not.to.equal("open");
        if (minutes < rules.watchMinutes) expect(kind).not.to.equal("healthy");
      }),
    );
  });
});
