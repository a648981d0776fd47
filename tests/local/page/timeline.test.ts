import { expect } from "chai";

import { sparklinePoints } from "../../../local/page/src/charts/sparkline-points";
import { placeOf, startAt, timelinePath } from "../../../local/page/src/charts/timeline";

const windows = [
  [100, 1],
  [200, 4],
  [300, 2],
] as const;

describe("the time slider", () => {
  it("stands at the newest window until another is chosen", () => {
    expect(placeOf(windows, undefined)).to.equal(2);
    expect(placeOf(windows, 200)).to.equal(1);
    expect(placeOf(windows, 999)).to.equal(2);
    expect(placeOf([], 200)).to.equal(0);
  });

  it("follows the newest window when it is moved to the end", () => {
    expect([0, 1, 2, 3].map((place) => startAt(windows, place))).to.deep.equal([
      100,
      200,
      undefined,
      undefined,
    ]);
  });

  it("draws the trips of all windows from the bottom to the busiest at the top", () => {
    expect(timelinePath(windows)).to.equal("M0 1L0.1667 0.7500L0.5000 0.0000L0.8333 0.5000L1 1Z");
    expect(timelinePath([])).to.equal("");
  });

  it("draws of many windows the busiest of each step, so that no peak is lost", () => {
    const many = Array.from({ length: 9000 }, (_, at) => [at, at === 4321 ? 50 : 1] as const);
    const path = timelinePath(many);
    expect(path.split("L")).to.have.length.within(200, 243);
    expect(path).to.include(" 0.0000");
  });
});

describe("a sparkline", () => {
  it("reaches from nothing at the bottom to the greatest value at the top", () => {
    expect(sparklinePoints([0, 5, 10])).to.deep.equal([
      [3, 21],
      [48, 12],
      [93, 3],
    ]);
  });

  it("shows small changes of great values, and a flat line where there is none", () => {
    expect(sparklinePoints([100, 101]).map(([, y]) => y)).to.deep.equal([21, 3]);
    expect(sparklinePoints([0, 0]).map(([, y]) => y)).to.deep.equal([21, 21]);
  });
});
