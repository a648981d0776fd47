import { expect } from "chai";
import fc from "fast-check";
import type { Load } from "../../../producer/kinesis/batch";
import { ShardBudget } from "../../../producer/kinesis/shard-budget";

const limit: Load = { records: 1000, bytes: 10_000 };

describe("The budget of a shard", () => {
  it("lets a request go at once while the second has room for it", () => {
    const budget = new ShardBudget(limit);
    budget.spend({ records: 500, bytes: 0 }, 100);
    expect(budget.delayFor({ records: 500, bytes: 10_000 }, 100)).to.equal(0);
  });

  it("holds a request back until enough of the load before it is a second old", () => {
    const budget = new ShardBudget(limit);
    budget.spend({ records: 500, bytes: 0 }, 100);
    budget.spend({ records: 400, bytes: 0 }, 300);
    expect(budget.delayFor({ records: 101, bytes: 0 }, 400)).to.equal(700);
    expect(budget.delayFor({ records: 601, bytes: 0 }, 400)).to.equal(900);
    expect(budget.delayFor({ records: 101, bytes: 0 }, 1100)).to.equal(0);
  });

  it("counts bytes as it counts records", () => {
    const budget = new ShardBudget(limit);
    budget.spend({ records: 1, bytes: 6000 }, 0);
    expect(budget.delayFor({ records: 1, bytes: 4000 }, 0)).to.equal(0);
    expect(budget.delayFor({ records: 1, bytes: 4001 }, 0)).to.equal(1000);
    budget.spend({ records: 1, bytes: 1000 }, 500);
    expect(budget.delayFor({ records: 1, bytes: 9000 }, 1000)).to.equal(0);
    expect(budget.delayFor({ records: 1, bytes: 9001 }, 1000)).to.equal(500);
  });

  it("lets a request above the limit go when nothing else counts", () => {
    const budget = new ShardBudget(limit);
    expect(budget.delayFor({ records: 5000, bytes: 0 }, 0)).to.equal(0);
  });

  it("keeps every second within the limit, wherever between request and response they arrive", () => {
    const request = fc.record({
      records: fc.integer({ min: 1, max: 500 }),
      bytes: fc.integer({ min: 1, max: 5000 }),
      pause: fc.integer({ min: 0, max: 300 }),
      wayThere: fc.integer({ min: 0, max: 400 }),
      wayBack: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const budget = new ShardBudget(limit);
        const arrivals: (Load & { at: number })[] = [];
        let now = 0;
        for (const { records, bytes, pause, wayThere, wayBack } of requests) {
          now += pause;
          now += budget.delayFor({ records, bytes }, now);
          arrivals.push({ records, bytes, at: now + wayThere });
          now += wayThere + wayBack;
          budget.spend({ records, bytes }, now);
        }
        for (const { at } of arrivals) {
          const second = arrivals.filter((other) => other.at > at - 1000 && other.at <= at);
          expect(second.reduce((sum, { records }) => sum + records, 0)).to.be.at.most(1000);
          expect(second.reduce((sum, { bytes }) => sum + bytes, 0)).to.be.at.most(10_000);
        }
      }),
    );
  });
});
