import path from "node:path";
import { expect } from "chai";

import { settingsFolders } from "../support/workloads";
import { dashboardSources } from "../../infra/search/bootstrap/saved-objects";
import { visualQuery } from "../support/dashboard-query";
import { SearchDomain } from "./search-domain";
import { needsServices } from "./services/support";

const WINDOW = { windowStart: "2019-03-01T18:00:00Z", windowEnd: "2019-03-01T19:00:00Z" };
const DEMAND = { ...WINDOW, trips: 9, normal: 4, score: 2.5, complete: true };
const PLACE = { location: { lat: 40.75, lon: -73.98 } };
const ZONE = { zone: 161, zoneName: "Midtown Center", borough: "Manhattan", ...PLACE };
const DURATION = {
  ...WINDOW,
  airport: "JFK",
  trips: 3,
  averageSeconds: 2700.5,
  complete: true,
  p50Seconds: 2640,
  p95Seconds: 4210,
};
/** A result of each kind, by its index. */
const DOCUMENTS: Readonly<Record<string, object>> = {
  "taxi-demand-cells": { cell: "dr5ru7", ...PLACE, ...DEMAND },
  "taxi-demand-zones": { ...ZONE, ...DEMAND },
  "taxi-top-areas": {
    ...WINDOW,
    kind: "zones",
    complete: true,
    areas: [{ rank: 1, area: "161", name: "Midtown Center", trips: 9 }],
  },
  "taxi-airport-durations": DURATION,
  "taxi-airport-origins": { ...ZONE, ...DURATION },
  "trade-statistics": {
    ...WINDOW,
    symbol: "ACME",
    trades: 3,
    volume: 700,
    vwap: 10.5,
    high: 11,
    low: 10,
    open: 10.2,
    close: 10.6,
    change: 0.4,
    changePercent: 3.9,
    complete: true,
  },
  "dead-letters": {
    reason: "late",
    detail: "two hours",
    shardId: "shardId-0",
    sequenceNumber: "49",
    eventTime: "2019-03-01T16:00:00Z",
    payload: "{}",
  },
};

interface Found {
  readonly hits: { readonly total: { readonly value: number }; readonly hits: readonly unknown[] };
  readonly aggregations?: unknown;
}

describe("the visuals of OpenSearch Dashboards", () => {
  let domain: SearchDomain | undefined;

  before(async function () {
    await needsServices(this, "searchNode");
    domain = await SearchDomain.start();
    for (const [index, document] of Object.entries(DOCUMENTS)) {
      await domain.put(index, "one", document);
    }
  });
  after(() => domain?.stop());

  for (const source of dashboardSources(
    settingsFolders.map((folder) => path.join(folder, "dashboards")),
  )) {
    if (source.type !== "visualization" && source.type !== "search") continue;
    it(`${source.id}: its query finds the result, and every figure of it is a number`, async () => {
      const { index, body } = visualQuery(source);
      const found = (await domain?.ask("POST", `/${index}/_search`, body)) as Found;
      expect(found.hits.total.value).to.equal(1);
      if (found.aggregations === undefined) {
        expect(found.hits.hits).to.have.length(1);
        return;
      }
      const ids = source.type === "visualization" ? source.visState.aggs : [];
      const measured = ids.filter(({ schema, type }) => schema === "metric" && type !== "count");
      const divided = ids.filter(({ schema }) => schema !== "metric");
      let level = found.aggregations as Readonly<Record<string, { buckets: readonly object[] }>>;
      for (const { id } of divided) {
        const [bucket] = level[id]?.buckets ?? [];
        expect(bucket, `aggregation ${id}`).to.have.property("doc_count", 1);
        level = bucket as typeof level;
      }
      for (const { id } of measured) {
        expect(level[id], `figure ${id}`).to.have.property("value").that.is.a("number");
      }
    });
  }
});
