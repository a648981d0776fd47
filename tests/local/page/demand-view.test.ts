import { expect } from "chai";

import { defaultMeasure, describeArea, viewOf } from "../../../local/page/src/taxi/demand-view";
import { topAreas } from "../../../local/page/src/taxi/top-area-rows";
import type { DemandStatus, PastWindow } from "../../../local/status/result-status";

const JFK = {
  zone: 132,
  zoneName: "JFK Airport",
  borough: "Queens",
  trips: 4,
  normal: 1,
  score: 3,
};
const demand: DemandStatus = {
  window: {
    start: "2019-03-01T23:45:00Z",
    end: "2019-03-02T00:00:00Z",
    complete: true,
    zones: [JFK],
    top: [{ zone: 132, trend: [0, 1, 4] }],
  },
  zones: [
    { zone: 132, trips: 40 },
    { zone: 7, trips: 60 },
  ],
  peak: 9,
};
const past: PastWindow = {
  ...demand.window,
  start: "2019-03-01T10:00:00Z",
  end: "2019-03-01T10:15:00Z",
  zones: [{ ...JFK, zone: 7, trips: 9, score: -1 }],
  cells: [
    { cell: "dr5ru7", trips: 3, normal: 0, score: 3 },
    { cell: "dr5ru6", trips: 1, normal: 2, score: -0.7 },
  ],
};

describe("the demand that the map shows", () => {
  it("is that of the newest window, on a scale up to the most that a window has had", () => {
    const view = viewOf(demand, { measure: "trips", kind: "zones" });
    expect([...view.areas.keys()]).to.deep.equal(["132"]);
    expect(view.levels.get("132")).to.equal(4);
    expect(view.legend.at(-1)).to.deep.equal({ level: 6, label: "8–9" });
    expect(view.caption).to.equal("Trips that ended Fri, Mar 1, 2019, 18:45 to 19:00");
  });

  it("says that the window is still open", () => {
    const open = { ...demand, window: { ...demand.window, complete: false } };
    const { caption } = viewOf(open, { measure: "trips", kind: "zones" });
    expect(caption).to.include("still open");
  });

  it("is that of a past window on the same scale", () => {
    const view = viewOf(demand, { measure: "trips", kind: "zones", window: past });
    expect([...view.levels]).to.deep.equal([["7", 6]]);
    expect(view.caption).to.include("05:00 to 05:15");
  });

  it("is by cell on a scale up to the busiest cell", () => {
    const view = viewOf(demand, { measure: "trips", kind: "cells", window: past });
    expect([...view.levels]).to.deep.equal([
      ["dr5ru7", 6],
      ["dr5ru6", 2],
    ]);
    expect(viewOf(demand, { measure: "trips", kind: "cells" }).areas.size).to.equal(0);
  });

  it("is how far the trips are above normal, on a scale that is the same at all times", () => {
    expect([...viewOf(demand, { measure: "score", kind: "zones" }).levels]).to.deep.equal([
      ["132", 4],
    ]);
    const cells = viewOf(demand, { measure: "score", kind: "cells", window: past });
    expect([...cells.levels.values()]).to.deep.equal([4, 0]);
    expect(cells.legendTitle).to.equal("Above normal, by score");
  });

  it("is everything so far, on a scale up to the busiest zone", () => {
    const view = viewOf(demand, { measure: "total", kind: "zones" });
    expect([...view.areas]).to.deep.equal([
      ["132", { trips: 40 }],
      ["7", { trips: 60 }],
    ]);
    expect(view.legend.at(-1)?.label).to.match(/–60$/);
    expect(view.caption).to.equal("100 trips counted so far");
  });

  it("is nothing before the first result", () => {
    const view = viewOf(null, { measure: "trips", kind: "zones" });
    expect(view.areas.size).to.equal(0);
    expect(view.caption).to.equal("No results yet");
  });

  it("is at first that of the newest window, but everything where windows hold few trips", () => {
    expect(defaultMeasure(null)).to.equal("trips");
    expect(defaultMeasure({ ...demand, peak: 9 })).to.equal("total");
    expect(defaultMeasure({ ...demand, peak: 10 })).to.equal("trips");
  });

  it("is told in words, with what is normal where that is known", () => {
    expect(describeArea(undefined)).to.equal("No trips");
    expect(describeArea({ trips: 1 })).to.equal("1 trip");
    expect(describeArea(JFK)).to.equal("4 trips, 1 would be normal (score 3)");
  });
});

describe("the top areas", () => {
  const names = new Map([["132", { locationId: 132, zone: "JFK Airport", borough: "Queens" }]]);

  it("have name, score and trend in a window", () => {
    const view = viewOf(demand, { measure: "trips", kind: "zones" });
    expect(topAreas(view, demand.window, names)).to.deep.equal([
      {
        area: "132",
        name: "JFK Airport",
        borough: "Queens",
        trips: 4,
        score: 3,
        trend: [0, 1, 4],
      },
    ]);
  });

  it("have neither score nor trend over all windows, and a number until names are loaded", () => {
    const view = viewOf(demand, { measure: "total", kind: "zones" });
    const rows = topAreas(view, demand.window, names);
    expect(rows.map(({ name, trips }) => [name, trips])).to.deep.equal([
      ["Zone 7", 60],
      ["JFK Airport", 40],
    ]);
    expect(rows.every(({ score, trend }) => score === undefined && trend.length === 0)).to.equal(
      true,
    );
  });

  it("are the eight with most trips, equal ones by number", () => {
    const zones = [10, 9, 2, 1, 3, 4, 5, 6, 7, 8].map((zone) => ({
      zone,
      trips: zone === 8 ? 2 : 1,
    }));
    const view = viewOf({ ...demand, zones }, { measure: "total", kind: "zones" });
    expect(topAreas(view, undefined, names).map(({ area }) => area)).to.deep.equal([
      "8",
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
    ]);
  });
});
