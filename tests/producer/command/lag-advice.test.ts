import { expect } from "chai";
import { lagAdvisor } from "../../../producer/command/lag-advice";
import { Progress } from "../../../producer/replay/progress";
import type { ReplayState } from "../../../producer/replay/replay";

interface Course {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Seconds of event time a second. */
  readonly speed: number;
  readonly lagPerSecond: number;
  readonly throttledPerSecond?: number;
  readonly maxRate?: number;
  readonly isFailing?: boolean;
}

/** What is said after half a minute of a replay at 60 times the speed into two shards. */
function advice(course: Course): string | undefined {
  const pace = { speedup: 60, maxRate: course.maxRate ?? Infinity, rampMs: 0 };
  const advisor = lagAdvisor(pace, 100);
  let words: string | undefined;
  for (let second = 0; second < 30; second += 1) {
    const progress = new Progress(0);
    progress.recordsPut = course.recordsPerSecond * second;
    progress.isFailing = course.isFailing ?? false;
    progress.bytesPut = course.bytesPerSecond * second;
    progress.throttled = (course.throttledPerSecond ?? 0) * second;
    const state: ReplayState = {
      progress,
      now: second * 1000,
      sentUpTo: course.speed === 0 ? undefined : course.speed * second * 1000,
      recordsPerSecond: course.recordsPerSecond,
      lagSeconds: course.lagPerSecond * second,
      shards: 2,
    };
    words = advisor(state);
  }
  return words;
}

describe("The advice to a replay that falls behind", () => {
  it("is silent while the lag does not grow", () => {
    const course = { recordsPerSecond: 2000, bytesPerSecond: 1000, speed: 60, lagPerSecond: 0 };
    expect(advice(course)).to.equal(undefined);
  });

  it("names the limit of records, the shards that would do and the speed-up that would do", () => {
    const course = { recordsPerSecond: 2000, bytesPerSecond: 1000, speed: 20, lagPerSecond: 0.6 };
    expect(advice(course)).to.equal(
      "The lag grows (17 s): 6000 records/s are due, and the limit of a shard is 1,000 records/s; " +
        "6 shards instead of 2 would do, or --speedup 20.",
    );
  });

  it("names the limit of bytes where that is the narrower one", () => {
    const bytesPerSecond = 2 * 1024 * 1024;
    const course = { recordsPerSecond: 200, bytesPerSecond, speed: 30, lagPerSecond: 0.5 };
    expect(advice(course)).to.include("4.0 MiB/s are due, and the limit of a shard is 1 MiB/s; 4");
  });

  it("tells few keys, other producers and the own limit from a lack of shards", () => {
    const course = { recordsPerSecond: 100, bytesPerSecond: 1000, speed: 30, lagPerSecond: 0.5 };
    expect(advice(course)).to.include("few partition keys").and.include("--max-disorder");
    expect(advice({ ...course, throttledPerSecond: 5 })).to.include("another producer");
    expect(advice({ ...course, maxRate: 100 })).to.include("--max-rate 100 is below the 200");
  });

  it("is silent while nothing is taken in or requests fail, which no number of shards would help", () => {
    const course = { recordsPerSecond: 0, bytesPerSecond: 0, speed: 0, lagPerSecond: 1 };
    expect(advice(course)).to.equal(undefined);
    const failing = { recordsPerSecond: 2000, bytesPerSecond: 1000, speed: 20, lagPerSecond: 0.6 };
    expect(advice({ ...failing, isFailing: true })).to.equal(undefined);
  });
});
