import { workloadSource } from "../support/workloads";
import { expect } from "chai";

import { demandHistory } from "../../local/status/demand-history";
import { searchStatus } from "../../local/status/search-status";
import { SearchDomain } from "./search-domain";
import { needsServices } from "./services/support";

const PLACE = { location: { lat: 40.75, lon: -73.98 } };

/** The window of a quarter of an hour that starts then. */
function window(start: string): { readonly windowStart: string; readonly windowEnd: string } {
  const end = new Date(Date.parse(start) + 900_000).toISOString().replace(".000", "");
  return { windowStart: start, windowEnd: end };
}
const zone = (id: number, start: string, trips: number, complete = true) => ({
  zone: id,
  zoneName: `Zone ${id}`,
  borough: "Queens",
  ...PLACE,
  ...window(start),
  trips,
  normal: 2,
  score: trips - 2,
  complete,
});
const origin = (id: number, start: string, trips: number) => ({
  airport: "JFK",
  zone: id,
  zoneName: `Zone ${id}`,
  borough: "Queens",
  ...PLACE,
  ...window(start),
  trips,
  averageSeconds: 1800,
  p50Seconds: 1700,
  p95Seconds: 3000,
  complete: true,
});
const trade = (start: string, close: number) => ({
  symbol: "ACME",
  ...window(start),
  trades: 2,
  volume: 300,
  vwap: 10,
  high: 11,
  low: 9,
  open: 10,
  close,
  change: 0,
  changePercent: 0,
  complete: true,
});

/** Documents by index; each has the place in its list as its id. */
const DOCUMENTS: Readonly<Record<string, readonly object[]>> = {
  "taxi-demand-zones": [
    zone(7, "2019-03-01T18:00:00Z", 5),
    zone(132, "2019-03-01T18:05:00Z", 9),
    zone(7, "2019-03-01T18:10:00Z", 3),
    zone(132, "2019-03-01T18:10:00Z", 4),
    zone(7, "2019-03-01T18:15:00Z", 1, false),
  ],
  "taxi-demand-cells": [
    {
      cell: "dr5ru7",
      ...PLACE,
      ...window("2019-03-01T18:10:00Z"),
      trips: 7,
      normal: 2,
      score: 3.5,
      complete: true,
    },
  ],
  "taxi-top-areas": ["zones", "cells"].map((kind) => ({
    kind,
    ...window("2019-03-01T18:10:00Z"),
    complete: true,
    areas: [{ rank: 1, area: kind === "zones" ? "132" : "dr5ru7", name: "Zone 132", trips: 4 }],
  })),
  "taxi-airport-origins": [
    origin(9, "2019-03-01T17:00:00Z", 50),
    origin(7, "2019-03-01T18:00:00Z", 2),
    origin(8, "2019-03-01T18:00:00Z", 6),
  ],
  "trade-statistics": [trade("2019-03-01T18:15:00Z", 12), trade("2019-03-01T18:00:00Z", 11)],
  "dead-letters": ["48", "50", "49"].map((sequenceNumber) => ({
    reason: "late",
    detail: "two hours",
    shardId: "shardId-0",
    sequenceNumber,
    payload: "{}",
  })),
};

describe("the results on the page", () => {
  let domain: SearchDomain | undefined;
  const source = () => ({
    endpoint: domain?.endpoint ?? "",
    windowMinutes: 15,
    slideMinutes: 5,
    tradeWindowSeconds: 60,
  });

  before(async function () {
    await needsServices(this, "searchNode");
    domain = await SearchDomain.start();
  });
  after(() => domain?.stop());

  it("are none before the job has written any", async () => {
    for (const workload of ["taxi", "trades"] as const) {
      expect(await searchStatus(source(), workloadSource(workload))).to.deep.equal({
        documents: {},
        writes: 0,
        deadLetters: {},
        latestDeadLetters: [],
        newest: null,
        ...(workload === "taxi" ? { demand: null, airports: [], origins: [] } : { symbols: [] }),
      });
    }
    expect(await demandHistory(source()).windows()).to.deep.equal([]);
  });

  describe("that the job has written", () => {
    before(async () => {
      for (const [index, documents] of Object.entries(DOCUMENTS)) {
        for (const [id, document] of documents.entries()) {
          await domain?.put(index, String(id), document);
        }
      }
    });

    it("are the newest complete window, with top areas and their trend", async () => {
      const { demand } = await searchStatus(source(), workloadSource("taxi"));
      expect(demand?.window).to.deep.include({ start: "2019-03-01T18:10:00Z", complete: true });
      expect(demand?.window.zones.map(({ zone: id, trips }) => [id, trips])).to.deep.equal([
        [132, 4],
        [7, 3],
      ]);
      expect(demand?.window.top.map(({ zone: id }) => id)).to.deep.equal([132]);
      expect(demand?.window.top[0]?.trend.slice(-3)).to.deep.equal([0, 9, 4]);
      expect(demand?.peak).to.equal(9);
    });

    it("are counted by index, without those of the other workload", async () => {
      const { documents, writes } = await searchStatus(source(), workloadSource("taxi"));
      expect(documents).to.include({ "taxi-demand-zones": 5, "taxi-top-areas": 2 });
      expect(documents).not.to.have.property("trade-statistics");
      expect(writes).to.equal(14);
    });

    it("are where most trips to the airport came from in its newest window", async () => {
      const { origins } = await searchStatus(source(), workloadSource("taxi"));
      expect(origins?.map(({ zone: id }) => id)).to.deep.equal([8, 7]);
    });

    it("are the latest dead letters, without their payload", async () => {
      const { latestDeadLetters, deadLetters } = await searchStatus(
        source(),
        workloadSource("taxi"),
      );
      expect(deadLetters).to.deep.equal({ late: 3 });
      expect(latestDeadLetters.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal([
        "50",
        "49",
        "48",
      ]);
      expect(latestDeadLetters[0]).not.to.have.property("payload");
    });

    it("are the windows of each symbol, oldest first", async () => {
      const { symbols } = await searchStatus(source(), workloadSource("trades"));
      expect(symbols?.map(({ symbol }) => symbol)).to.deep.equal(["ACME"]);
      expect(symbols?.[0]?.windows.map(({ close }) => close)).to.deep.equal([11, 12]);
    });

    it("are the newest documents of each index for a workload without results of its own", async () => {
      const indices = ["trade-*", "nothing-*"];
      const workload = { name: "orders", description: "Orders", indices };
      const { indices: found, documents } = await searchStatus(source(), workload);
      expect(documents).to.deep.include({ "trade-statistics": 2 });
      expect(found?.map(({ index, documents: count }) => [index, count])).to.deep.equal([
        ["trade-statistics", 2],
      ]);
      expect(found?.[0]?.newest.map(({ id }) => id)).to.deep.equal(["1", "0"]);
      expect(found?.[0]?.newest[0]?.source).to.include({ close: 11 });
    });

    it("are past windows, listed with their trips, and each with its cells", async () => {
      const history = demandHistory(source());
      const windows = await history.windows();
      expect(windows.map(([, trips]) => trips)).to.deep.equal([5, 9, 7, 1]);
      const past = await history.window(windows[2]?.[0] ?? 0);
      expect(past?.zones).to.have.length(2);
      expect(past?.cells).to.deep.equal([{ cell: "dr5ru7", trips: 7, normal: 2, score: 3.5 }]);
      expect((await history.window(windows[3]?.[0] ?? 0))?.complete).to.equal(false);
      expect(await history.window(0)).to.equal(undefined);
    });

    /** Into the index of a day, whatever the document's own is. */
    const put = (index: string, id: string, document: object) =>
      domain?.ask("PUT", `/${index}-2019-03-01/_doc/${id}?refresh=true`, document);

    it("are not hidden by newer documents that cannot be shown", async () => {
      const newer = [
        // Beyond what JavaScript can express.
        { ...zone(7, "2019-03-01T18:20:00Z", 1), windowStart: 9e15 },
        { zone: 7, windowStart: "2030-01-01T00:00:00Z", complete: true },
      ];
      for (const [id, document] of newer.entries()) {
        await put("taxi-demand-zones", `newer-${id}`, document);
      }
      await put("taxi-airport-origins", "newer", {
        airport: "JFK",
        windowStart: "2030-01-01T00:00:00Z",
      });
      const { demand, origins, newest } = await searchStatus(source(), workloadSource("taxi"));
      expect(demand?.window.start).to.equal("2019-03-01T18:10:00Z");
      expect(origins?.map(({ zone: id }) => id)).to.deep.equal([8, 7]);
      expect(newest?.start).to.equal("2030-01-01T00:00:00.000Z");
      expect(await demandHistory(source()).windows()).to.have.length(4);
    });

    it("have dates in every form that OpenSearch takes", async () => {
      const start = Date.parse("2019-03-01T18:25:00Z");
      await put("taxi-demand-zones", "in-milliseconds", {
        ...zone(7, "2019-03-01T18:25:00Z", 8),
        windowStart: start,
      });
      const { demand } = await searchStatus(source(), workloadSource("taxi"));
      expect(demand?.window).to.deep.include({ start: "2019-03-01T18:25:00.000Z" });
    });
  });
});
