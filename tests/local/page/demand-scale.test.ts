import { expect } from "chai";
import fc from "fast-check";

import {
  demandClasses,
  demandLegend,
  demandLevel,
  LEVELS,
  scoreLegend,
  scoreLevel,
} from "../../../local/page/src/taxi/demand-scale";

describe("the map's colour scale", () => {
  it("grows with the square of the class", () => {
    expect(demandClasses(120)).to.deep.equal([
      { level: 1, from: 1, to: 4 },
      { level: 2, from: 5, to: 14 },
      { level: 3, from: 15, to: 30 },
      { level: 4, from: 31, to: 54 },
      { level: 5, from: 55, to: 84 },
      { level: 6, from: 85, to: 120 },
    ]);
  });

  it("has no class without trips, and one colour for a single trip", () => {
    expect(demandClasses(0)).to.deep.equal([]);
    expect(demandClasses(1)).to.deep.equal([{ level: LEVELS, from: 1, to: 1 }]);
  });

  it("gives no trips no colour, and more than the scale covers the last one", () => {
    const classes = demandClasses(120);
    expect(demandLevel(0, classes)).to.equal(0);
    expect(demandLevel(500, classes)).to.equal(LEVELS);
  });

  it("covers every number up to the greatest exactly once, with rising colours", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (max) => {
        const classes = demandClasses(max);
        let next = 1;
        let level = 0;
        for (const { from, to, level: current } of classes) {
          expect(from).to.equal(next);
          expect(to).to.be.at.least(from);
          expect(current).to.be.greaterThan(level);
          [next, level] = [to + 1, current];
        }
        expect(next).to.equal(max + 1);
        expect(level).to.equal(LEVELS);
      }),
    );
  });

  it("never gives more trips a lower colour", () => {
    const numbers = fc.integer({ min: 0, max: 2000 });
    fc.assert(
      fc.property(numbers, numbers, numbers, (max, a, b) => {
        const classes = demandClasses(max);
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(demandLevel(low, classes)).to.be.at.most(demandLevel(high, classes));
      }),
    );
  });

  it("explains every colour of a demand", () => {
    expect(demandLegend(demandClasses(4))).to.deep.equal([
      { level: 0, label: "none" },
      { level: 2, label: "1" },
      { level: 3, label: "2" },
      { level: 5, label: "3" },
      { level: 6, label: "4" },
    ]);
  });

  it("colours a score from half a deviation above normal on, and explains each colour", () => {
    expect([-9, 0, 0.49].map(scoreLevel)).to.deep.equal([0, 0, 0]);
    expect([0.5, 1, 2, 3, 5, 8, 99].map(scoreLevel)).to.deep.equal([1, 2, 3, 4, 5, 6, 6]);
    expect(scoreLegend.map(({ label }) => label)).to.deep.equal([
      "normal or less",
      "0.5–1",
      "1–2",
      "2–3",
      "3–5",
      "5–8",
      "8 or more",
    ]);
  });
});
