import { expect } from "chai";

import { defaultPeriod, viewOf } from "../../../local/page/src/demand-view";
import type { DemandStatus } from "../../../local/status/pipeline-status";

const demand: DemandStatus = {
  window: {
    start: "2019-03-01T23:45:00Z",
    end: "2019-03-02T00:00:00Z",
    complete: true,
    zones: [{ zone: 132, zoneName: "JFK Airport", borough: "Queens", trips: 4 }],
  },
  zones: [
    { zone: 132, trips: 40, tripsPerWindow: 2 },
    { zone: 7, trips: 60, tripsPerWindow: 3 },
  ],
  peak: 9,
};

describe("the demand that the map shows", () => {
  it("is that of the newest window, on a scale up to the most that a window has had", () => {
    const view = viewOf(demand, "window");
    expect([...view.trips]).to.deep.equal([[132, 4]]);
    expect(view.max).to.equal(9);
    expect(view.averages.get(7)).to.equal(3);
    expect(view.caption).to.equal("Trips that ended Fri, Mar 1, 2019, 18:45 to 19:00");
  });

  it("says that the window is still open", () => {
    const open = { ...demand, window: { ...demand.window, complete: false } };
    expect(viewOf(open, "window").caption).to.include("still open");
  });

  it("is everything so far, on a scale up to the busiest zone", () => {
    const view = viewOf(demand, "all");
    expect([...view.trips]).to.deep.equal([
      [132, 40],
      [7, 60],
    ]);
    expect(view.max).to.equal(60);
    expect(view.caption).to.equal("100 trips counted so far");
  });

  it("is nothing before the first result", () => {
    expect(viewOf(null, "window")).to.deep.include({ max: 0, caption: "No results yet" });
  });

  it("is at first that of the newest window, but everything where windows hold few trips", () => {
    expect(defaultPeriod(null)).to.equal("window");
    expect(defaultPeriod({ ...demand, peak: 9 })).to.equal("all");
    expect(defaultPeriod({ ...demand, peak: 10 })).to.equal("window");
  });
});
