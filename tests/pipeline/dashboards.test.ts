import path from "node:path";
import { expect } from "chai";

import { settingsFolders } from "../support/workloads";
import { dashboardSources } from "../../infra/search/bootstrap/saved-objects";
import { documents, figuresIn, figuresOf } from "../support/dashboard-documents";
import { visualQuery } from "../support/dashboard-query";
import { drawn } from "../support/vega";
import { SearchDomain } from "./search-domain";
import { needsServices } from "./services/support";

interface Found {
  readonly hits: { readonly total: { readonly value: number }; readonly hits: readonly unknown[] };
  readonly aggregations?: unknown;
}

describe("the visuals of OpenSearch Dashboards", () => {
  let domain: SearchDomain | undefined;

  before(async function () {
    await needsServices(this, "searchNode");
    domain = await SearchDomain.start();
    for (const [index, document] of Object.entries(documents)) {
      await domain.put(index, "one", document);
    }
  });
  after(() => domain?.stop());

  for (const source of dashboardSources(
    settingsFolders.map((folder) => path.join(folder, "dashboards")),
  )) {
    if (source.type !== "visualization" && source.type !== "search") continue;
    if (source.type === "visualization" && source.visState.params.controls) continue;
    it(`${source.id}: its query finds the result, and every figure of it is a number`, async () => {
      const { index, body } = visualQuery(source);
      const found = (await domain?.ask("POST", `/${index}/_search`, body)) as Found;
      expect(found.hits.total.value).to.equal(1);
      if (source.type === "visualization" && source.visState.type === "vega") {
        const rows = await drawn(source.visState.params["spec"], found);
        expect(figuresIn(rows)).to.deep.equal(figuresOf(source.id));
        return;
      }
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
