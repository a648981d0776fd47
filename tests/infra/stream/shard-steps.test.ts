import { expect } from "chai";
import fc from "fast-check";
import { shardStepProblem, shardSteps } from "../../../infra/stream/shard-steps";

describe("steps between two numbers of shards", () => {
  for (const [from, to, steps] of [
    [4, 4, []],
    [4, 8, [8]],
    [4, 12, [8, 12]],
    [1, 10, [2, 4, 8, 10]],
    [12, 4, [6, 4]],
    [5, 2, [3, 2]],
    [2, 1, [1]],
  ] as const) {
    it(`lead from ${from} to ${to} by ${steps.join(", ") || "nothing"}`, () => {
      expect(shardSteps(from, to)).to.deep.equal(steps);
    });
  }

  it("are each allowed, reach the end and are as few as can be", () => {
    const shards = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(shards, shards, (from, to) => {
        const path = [from, ...shardSteps(from, to)];
        expect(path.at(-1)).to.equal(to);
        path.slice(1).forEach((next, index) => {
          const previous = path[index] ?? 0;
          expect(next <= 2 * previous && next >= previous / 2).to.equal(true);
        });
        const fewest = Math.ceil(Math.abs(Math.log2(to / from)) - 1e-9);
        expect(path.length - 1).to.be.within(fewest, fewest + 1);
      }),
    );
  });

  it("are told where there is more than one", () => {
    expect(shardStepProblem(4, 12)).to.equal(
      "shardCount cannot go from 4 to 12 in one update, which at most doubles and at least halves it; " +
        "deploy 2 times with shardCount 8, then 12 (4 → 8 → 12)",
    );
    expect(shardStepProblem(4, 8)).to.equal(undefined);
    expect(shardStepProblem(4, 2)).to.equal(undefined);
    expect(shardStepProblem(4, 4)).to.equal(undefined);
  });
});
