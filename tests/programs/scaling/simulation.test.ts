import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Outcome } from "../../scaling/simulation";
import { scalingDocument, simulateAll, withTable } from "../../scaling/simulation-table";
import { sudden } from "../../scaling/traces";

describe("Scaling under simulated load", function () {
  // Weeks of minutes.
  this.timeout(600_000);

  const { info } = console;
  let outcomes: readonly Outcome[] = [];

  before(async () => {
    console.info = () => undefined;
    outcomes = await simulateAll();
  });

  after(() => {
    console.info = info;
  });

  const outcome = (name: string): Outcome => {
    const found = outcomes.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no trace ${name}`);
    return found;
  };

  it("refuses less than 1 % of the records wherever the maximum suffices", () => {
    const suffices = outcomes.filter(({ refusedAtMaximum }) => refusedAtMaximum === 0);
    expect(suffices.length).to.be.at.least(17);
    for (const { name, refused } of suffices) {
      // docs/scaling.md has why less is not possible there.
      expect(refused, name).to.be.below(name === sudden ? 0.018 : 0.01);
    }
  });

  it("never makes more than ten changes in 24 hours, nor one that Kinesis refuses", () => {
    for (const { name, mostChanges, limitErrors } of outcomes) {
      expect(mostChanges, name).to.be.at.most(10);
      expect(limitErrors, name).to.equal(0);
    }
  });

  it("doubles three minutes after a surge begins, and after each change once its effect is measured", () => {
    const { shards } = outcome(sudden);
    const grown = [4, 8, 16].map((count) => shards.indexOf(count) - 8 * 60);
    // A minute is known three minutes after it began; half a minute for each shard that is split.
    expect(grown).to.deep.equal([3 + 1, 4 + 3 + 2, 9 + 3 + 4]);
  });

  it("adds no shards for a hot key, which they do not relieve", () => {
    expect(new Set(outcome("A hot key").shards)).to.deep.equal(new Set([4]));
  });

  it("follows the clock to the end, however many changes that takes", () => {
    const { shards } = outcome("Two rush hours, by the clock");
    const at = (hours: number) => shards[hours * 60];
    expect([at(8), at(14), at(18), at(22), at(32)]).to.deep.equal([16, 8, 16, 8, 16]);
  });

  it("gives shards back after a day without load, as few changes as possible", () => {
    const { shards, min, mostChanges } = outcome("Nothing, after a day of load");
    expect(shards.at(-1)).to.equal(min);
    expect(mostChanges).to.be.at.most(6);
  });

  it("is what docs/scaling.md says; otherwise run npm run docs:scaling", async () => {
    expect(readFileSync(scalingDocument, "utf8")).to.equal(await withTable(outcomes));
  });
});
