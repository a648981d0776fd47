import { expect } from "chai";
import fc from "fast-check";
import { ReplayClock } from "../../producer/clock";

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const speedup = fc.double({ min: 0.001, max: 1_000_000, noNaN: true });

describe("The replay clock", () => {
  it("makes the first event due at the start", () => {
    expect(new ReplayClock(1000, 500, 60).dueAt(1000)).to.equal(500);
  });

  it("makes an event due earlier by the speed-up", () => {
    expect(new ReplayClock(1000, 500, 60).dueAt(61_000)).to.equal(1500);
  });

  it("makes every event due at the start at full speed, and then knows no lag", () => {
    const clock = new ReplayClock(1000, 500, Infinity);
    expect(clock.dueAt(10 ** 12)).to.equal(500);
    expect(clock.lagSeconds(1000, 9500)).to.equal(0);
  });

  it("counts the lag from the moment an event is due", () => {
    const clock = new ReplayClock(0, 0, 2);
    expect(clock.lagSeconds(4000, 1999)).to.equal(0);
    expect(clock.lagSeconds(4000, 2000)).to.equal(0);
    expect(clock.lagSeconds(4000, 3500)).to.equal(1.5);
  });

  it("never makes a later event due earlier, nor any event before the start", () => {
    fc.assert(
      fc.property(instant, fc.nat(), fc.nat(), instant, speedup, (first, a, b, start, factor) => {
        const clock = new ReplayClock(first, start, factor);
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)];
        expect(clock.dueAt(first + earlier)).to.be.at.least(start);
        expect(clock.dueAt(first + later)).to.be.at.least(clock.dueAt(first + earlier));
      }),
    );
  });
});
