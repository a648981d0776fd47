import { expect } from "chai";
import fc from "fast-check";
import type { Pace } from "../../../producer/replay/clock";
import { ReplayClock } from "../../../producer/replay/clock";

const pace = (speedup: number, changes: Partial<Pace> = {}): Pace => ({
  speedup,
  maxRate: Infinity,
  rampMs: 0,
  ...changes,
});

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const speedup = fc.double({ min: 0.001, max: 1_000_000, noNaN: true });

describe("The replay clock", () => {
  it("makes the first event due at the start", () => {
    expect(new ReplayClock(1000, 500, pace(60)).dueAt(1000)).to.equal(500);
  });

  it("makes an event due earlier by the speed-up", () => {
    expect(new ReplayClock(1000, 500, pace(60)).dueAt(61_000)).to.equal(1500);
  });

  it("makes every event due at the start at full speed, and then knows no lag", () => {
    const clock = new ReplayClock(1000, 500, pace(Infinity));
    expect(clock.dueAt(10 ** 12)).to.equal(500);
    expect(clock.lagSeconds(1000, 9500)).to.equal(0);
  });

  it("counts the lag from the moment an event is due", () => {
    const clock = new ReplayClock(0, 0, pace(2));
    expect(clock.lagSeconds(4000, 1999)).to.equal(0);
    expect(clock.lagSeconds(4000, 2000)).to.equal(0);
    expect(clock.lagSeconds(4000, 3500)).to.equal(1.5);
  });

  it("never makes a later event due earlier, nor any event before the start", () => {
    fc.assert(
      fc.property(instant, fc.nat(), fc.nat(), instant, speedup, (first, a, b, start, factor) => {
        const clock = new ReplayClock(first, start, pace(factor));
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)];
        expect(clock.dueAt(first + earlier)).to.be.at.least(start);
        expect(clock.dueAt(first + later)).to.be.at.least(clock.dueAt(first + earlier));
      }),
    );
  });

  it("grows its pace over the ramp, and is half a ramp late from then on", () => {
    const clock = new ReplayClock(0, 0, pace(10, { rampMs: 60_000 }));
    expect(clock.dueAt(0)).to.equal(0);
    expect(clock.dueAt(75_000)).to.equal(30_000);
    expect(clock.dueAt(300_000)).to.equal(60_000);
    expect(clock.dueAt(600_000)).to.equal(90_000);
  });

  it("lets no more records go than the rate allows, and none before it is due", () => {
    const clock = new ReplayClock(0, 0, pace(1, { maxRate: 100 }));
    expect([0, 0, 0, 5].map((time) => clock.nextAt(time))).to.deep.equal([0, 10, 20, 30]);
    expect(clock.nextAt(500)).to.equal(500);
    expect(clock.nextAt(500)).to.equal(510);
  });

  it("shortens gaps that are longer than wanted, and is not late for what came before", () => {
    const clock = new ReplayClock(0, 0, pace(10, { maxGapMs: 1000 }));
    const times = [0, 5000, 100_000, 95_000, 105_000, 200_000];
    expect(times.map((time) => clock.nextAt(time))).to.deep.equal([0, 500, 1500, 1500, 2000, 3000]);
    expect(clock.dueAt(5000)).to.equal(500);
    expect(clock.lagSeconds(100_000, 1500)).to.equal(0);
    const fast = new ReplayClock(0, 0, pace(Infinity, { maxGapMs: 1000 }));
    expect(fast.nextAt(1e12)).to.equal(0);
  });

  it("grows the rate over the ramp, too", () => {
    const clock = new ReplayClock(0, 0, pace(Infinity, { maxRate: 100, rampMs: 10_000 }));
    const times = Array.from({ length: 2000 }, () => clock.nextAt(0));
    const sentWithin = (from: number, to: number) =>
      times.filter((time) => time >= from && time < to).length;
    expect(sentWithin(0, 2000)).to.be.below(sentWithin(4000, 6000));
    expect(sentWithin(4000, 6000)).to.be.below(sentWithin(8000, 10_000));
    expect(sentWithin(11_000, 12_000)).to.be.within(99, 101);
  });
});
