import { expect } from "chai";
import fc from "fast-check";
import { lowestRate, percentile, rate } from "../../bench/figures";

describe("The figures of a benchmark", () => {
  const seconds = (...counts: number[]) =>
    counts.map((count, index) => ({ milliseconds: index * 1000, count }));

  describe("a rate", () => {
    it("begins at the first count and ends where all is read", () => {
      expect(rate(seconds(0, 0, 100, 300, 500, 500, 500), 500)).to.equal(200);
    });

    it("takes a count for as old as it is", () => {
      const samples = [
        { milliseconds: 0, count: 100 },
        { milliseconds: 900, count: 100 },
        { milliseconds: 1000, count: 300 },
        { milliseconds: 1900, count: 300 },
      ];
      expect(rate(samples, 1000)).to.equal(200);
    });

    it("leaves out the time for warming up, which begins with the first count", () => {
      expect(rate(seconds(0, 100, 200, 500, 900, 1300), 1000, 2000)).to.equal(400);
      expect(rate(seconds(0, 100, 200, 500, 900, 1300), 1000)).to.equal(300);
    });

    it("is lowest where a pause lies", () => {
      const samples = seconds(100, 300, 500, 510, 520, 700, 900);
      expect(lowestRate(samples, 900, 0, 2000)).to.equal(10);
      expect(lowestRate(samples, 900, 5000, 1000)).to.equal(200);
      expect(lowestRate(samples, 900, 0, 60_000)).to.equal(rate(samples, 900));
    });

    it("is none of a single count", () => {
      expect(() => rate(seconds(0, 500, 500), 500)).to.throw("--events");
      expect(() => rate([], 500)).to.throw("--events");
    });

    it("is that of a steady reader, however it is sampled", () => {
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 2 }),
          fc.integer({ min: 1, max: 50 }),
          (times, perMillisecond) => {
            const samples = times
              .sort((a, b) => a - b)
              .map((milliseconds) => ({ milliseconds, count: milliseconds * perMillisecond }));
            const end = samples.at(-1)?.count ?? 0;
            expect(rate(samples, end)).to.be.closeTo(perMillisecond * 1000, 1e-6);
          },
        ),
      );
    });
  });

  describe("a percentile", () => {
    it("is the nearest rank", () => {
      const values = [50, 15, 20, 40, 35];
      expect([0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(values, share))).to.deep.equal([
        15, 20, 20, 35, 50,
      ]);
    });

    it("is beyond all limits when too many values are", () => {
      expect(percentile([1, Infinity], 0.5)).to.equal(1);
      expect(percentile([1, Infinity], 0.51)).to.equal(Infinity);
    });

    it("is a value that the share of all does not exceed, and the smallest such", () => {
      fc.assert(
        fc.property(
          fc.array(fc.integer(), { minLength: 1 }),
          fc.integer({ min: 1, max: 100 }),
          (values, percent) => {
            const found = percentile(values, percent / 100);
            const share = (limit: (value: number) => boolean) =>
              values.filter(limit).length / values.length;
            expect(values).to.include(found);
            expect(share((value) => value <= found)).to.be.at.least(percent / 100);
            expect(share((value) => value < found)).to.be.below(percent / 100);
          },
        ),
      );
    });
  });
});
