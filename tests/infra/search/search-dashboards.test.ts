import { jsonFilesOf } from "../../../infra/core/json-files";
import { readFileSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

import {
  dashboardSources,
  importBody,
  savedObject,
  type SavedObject,
  type Visualization,
} from "../../../infra/search/bootstrap/saved-objects";
import { figuresIn, figuresOf } from "../../support/dashboard-documents";
import { visualQuery } from "../../support/dashboard-query";
import { drawn } from "../../support/vega";
import { settingsFolders } from "../../support/workloads";

const within = (name: string) => settingsFolders.map((folder) => path.join(folder, name));

interface Mapping {
  readonly type?: string;
  readonly index?: boolean;
  readonly doc_values?: boolean;
}
interface Template {
  readonly index_patterns: readonly string[];
  readonly template: {
    readonly aliases?: Readonly<Record<string, object>>;
    readonly mappings: { readonly properties: Readonly<Record<string, Mapping>> };
  };
}

const fields = new Map(
  jsonFilesOf(within("index-templates")).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const { index_patterns, template } = JSON.parse(text) as Template;
    const names = Object.keys(template.aliases ?? {});
    return (names.length > 0 ? names : index_patterns).map(
      (pattern) => [pattern, template.mappings.properties] as const,
    );
  }),
);

const NUMBERS = ["integer", "long", "double"];
/** What a field must be for an aggregation to make sense of it. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  avg: NUMBERS,
  max: NUMBERS,
  min: NUMBERS,
  sum: NUMBERS,
  date_histogram: ["date"],
  geohash_grid: ["geo_point"],
  terms: ["keyword", "boolean", "integer", "long"],
};

const sources = dashboardSources(within("dashboards"));
const objects = importBody(sources)
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as SavedObject);
const named = (found: readonly { readonly type: string; readonly id: string }[]) =>
  found.map(({ type, id }) => `${type} ${id}`);

const hour = Date.parse("2019-03-01T18:00:00Z");
const series = (by: object, others: object = {}) => ({
  time: { buckets: [{ key: hour, by: { buckets: [by] }, ...others }] },
});
const whole = { first: { value: hour }, last: { value: hour + 3_600_000 } };
/** Answers of OpenSearch to the searches of the Vega visuals. */
const answers: Readonly<Record<string, object>> = {
  "taxi-span": { aggregations: whole },
  "trade-span": { aggregations: whole },
  // Two windows with forty trips together.
  "taxi-demand-boroughs": {
    aggregations: series({ key: "Bronx", trips: { value: 40 } }, { windows: { value: 2 } }),
  },
  "taxi-airport-durations": {
    aggregations: { final: series({ key: "JFK", mean: { value: 42 } }) },
  },
  "taxi-airport-origins": {
    aggregations: {
      final: { by: { buckets: [{ key: "Midtown", trips: { value: 3 }, mean: { value: 42 } }] } },
    },
  },
  "taxi-top-areas": { hits: { hits: [{ _source: { areas: [{ name: "Midtown", trips: 9 }] } }] } },
  "trade-prices": { aggregations: series({ key: "ACME", mean: { value: 10.5 } }) },
};
const expected: Readonly<Record<string, readonly unknown[]>> = {
  "taxi-span": figuresOf("taxi-span"),
  "trade-span": figuresOf("trade-span"),
  "taxi-demand-boroughs": [20],
  "taxi-airport-durations": [42],
  "taxi-airport-origins": [42],
  "taxi-top-areas": [9],
  "trade-prices": [10.5],
};
const none = { time: { buckets: [] }, by: { buckets: [] } };
const nothing = {
  aggregations: { first: { value: null }, last: { value: null }, ...none, final: none },
  hits: { hits: [] },
};

describe("the saved objects of OpenSearch Dashboards", () => {
  for (const source of sources) {
    const title = `${source.type} ${source.id}`;
    if (source.type === "index-pattern") {
      it(`${title}: its index has a template, and its time is a date there`, () => {
        expect([...fields.keys()]).to.include(source.id);
        if (source.timeField === undefined) return;
        expect(fields.get(source.id)?.[source.timeField]?.type).to.equal("date");
      });
    }
    if (source.type === "search") {
      it(`${title}: its columns exist, and it sorts by a field that can be sorted by`, () => {
        const known = fields.get(source.index) ?? {};
        expect(Object.keys(known)).to.include.members([...source.columns]);
        expect(known[source.sort[0]]?.type).to.equal("keyword");
      });
    }
    if (source.type === "visualization" && source.visState.aggs.length > 0) {
      it(`${title}: every field exists and has a fitting type`, () => {
        const known = fields.get(source.index ?? "") ?? {};
        for (const { type, params } of source.visState.aggs) {
          if (type === "count") continue;
          expect(FITTING[type], type).not.to.equal(undefined);
          expect(FITTING[type], params.field).to.include(known[params.field ?? ""]?.type);
        }
        const [queried] = source.query?.split(":") ?? [];
        if (queried !== undefined) expect(known[queried]?.type).to.equal("boolean");
      });

      it(`${title}: orders by what it measures, and every id is used once`, () => {
        const ids = source.visState.aggs.map(({ id }) => id);
        expect(new Set(ids).size).to.equal(ids.length);
        const measured = source.visState.aggs.filter(({ schema }) => schema === "metric");
        for (const { params } of source.visState.aggs) {
          if (params["orderBy"] === undefined) continue;
          expect(measured.map(({ id }) => id)).to.include(params["orderBy"]);
        }
      });
    }
  }

  it("reads of the job's own list of areas only fields that it has", () => {
    const top = sources.find(({ id, type }) => id === "taxi-top-areas" && type === "visualization");
    const { spec } = (top as Visualization).visState.params as {
      readonly spec: { readonly data: { readonly url: { readonly body: object } } };
    };
    const known = Object.keys(fields.get("taxi-top-areas") ?? {});
    const { query, sort, _source } = spec.data.url.body as {
      readonly query: { readonly bool: { readonly filter: readonly object[] } };
      readonly sort: readonly object[];
      readonly _source: readonly string[];
    };
    const used = [
      ...query.bool.filter.flatMap((filter) => Object.values(filter) as object[]),
      ...sort,
    ].flatMap((part) => Object.keys(part));
    expect(used).to.have.members(["kind", "windowStart", "windowStart"]);
    expect(known).to.include.members([...used, ..._source]);
  });

  for (const source of sources) {
    if (source.type !== "visualization" || source.visState.type !== "vega") continue;
    const { spec } = source.visState.params;
    it(`${source.id}: compiles, draws what a search answers, and nothing of an empty one`, async () => {
      const { index, body } = visualQuery(source);
      const known = fields.get(index) ?? {};
      const read = [...JSON.stringify(body).matchAll(/"field":"(\w+)"/g)].map(([, name]) => name);
      expect(Object.keys(known)).to.include.members(read);
      expect(figuresIn(await drawn(spec, answers[source.id] ?? {}))).to.deep.equal(
        expected[source.id],
      );
      expect(await drawn(spec, nothing)).to.deep.equal([]);
    });
  }

  it("weigh averages by what they are averages of", () => {
    const weights = sources.flatMap((source) =>
      [
        ...JSON.stringify(source).matchAll(/"value":{"field":"(\w+)"},"weight":{"field":"(\w+)"}/g),
      ].map(([, value, weight]) => [source.id, value, weight]),
    );
    expect(weights).to.have.deep.members([
      ["taxi-airport-durations", "averageSeconds", "trips"],
      ["taxi-airport-origins", "averageSeconds", "trips"],
      ["trade-prices", "vwap", "volume"],
    ]);
    const averages = sources.filter((source) => JSON.stringify(source).includes('"type":"avg"'));
    // The normal of a zone is that of a window, not of a trip.
    expect(averages.map(({ id }) => id)).to.deep.equal(["taxi-busiest-zones"]);
  });

  it("filter by fields that every other visual of the dashboard has", () => {
    const visuals = new Map(
      sources.flatMap((source) => (source.type === "visualization" ? [[source.id, source]] : [])),
    );
    let filters = 0;
    for (const source of sources) {
      if (source.type !== "dashboard") continue;
      const shown = source.panels.flatMap(({ id }) => visuals.get(id) ?? []);
      const controls = shown.flatMap(({ visState }) => visState.params.controls ?? []);
      for (const { index, fieldName } of controls) {
        filters += 1;
        expect(fields.get(index)?.[String(fieldName)]?.type, source.id).to.equal("keyword");
        for (const visual of shown) {
          if (visual.visState.params.controls || visual.id.endsWith("-span")) continue;
          const of = visual.index ?? visualQuery(visual).index;
          expect(fields.get(of), `${visual.id} in ${source.id}`).to.have.property(
            String(fieldName),
          );
        }
      }
    }
    expect(filters).to.equal(4);
  });

  it("link a dead letter to its record, and a reason to its dead letters", () => {
    const { attributes } = objects.find(
      ({ id, type }) => type === "index-pattern" && id === "dead-letters",
    ) as SavedObject;
    const formats = JSON.parse(String(attributes["fieldFormatMap"])) as Record<
      string,
      { id: string; params: { urlTemplate: string } }
    >;
    const known = fields.get("dead-letters") ?? {};
    expect(Object.keys(formats)).to.deep.equal(["sequenceNumber", "reason"]);
    for (const [field, { id, params }] of Object.entries(formats)) {
      expect([id, known[field]?.type]).to.deep.equal(["url", "keyword"]);
      const [, columns = "", queried] =
        /columns:!\(([\w,]+)\),index:dead-letters,query:\(language:kuery,query:'(\w+):%22{{value}}%22'\)/.exec(
          params.urlTemplate,
        ) ?? [];
      expect(queried).to.equal(field);
      expect(columns.split(",")).to.include("payload");
      expect(Object.keys(known)).to.include.members(columns.split(","));
    }
  });

  it("refer from a control to its index pattern", () => {
    const { attributes, references } = objects.find(
      ({ id }) => id === "taxi-zone-filter",
    ) as SavedObject;
    const { params } = JSON.parse(String(attributes["visState"])) as {
      params: { controls: { indexPatternRefName: string; index?: string }[] };
    };
    expect(params.controls.map(({ indexPatternRefName }) => indexPatternRefName)).to.deep.equal(
      references.map(({ name }) => name),
    );
    expect(references.map(({ id }) => id)).to.deep.equal([
      "taxi-demand-zones",
      "taxi-demand-zones",
    ]);
    expect(params.controls[0]).not.to.have.property("index");
  });

  it("are imported before what refers to them, each once", () => {
    expect(new Set(named(objects)).size).to.equal(objects.length);
    objects.forEach(({ references }, at) => {
      expect(named(objects.slice(0, at))).to.include.members(named(references));
    });
  });

  it("leave no visual without a dashboard", () => {
    const shown = objects
      .filter(({ type }) => type === "dashboard")
      .flatMap(({ references }) => named(references));
    const visuals = objects.filter(({ type }) => type === "visualization" || type === "search");
    expect(new Set(shown)).to.deep.equal(new Set(named(visuals)));
  });

  it("lie on a dashboard beside each other, within its 48 columns", () => {
    for (const source of sources) {
      if (source.type !== "dashboard") continue;
      const taken = new Set<string>();
      for (const { id, x, y, w, h } of source.panels) {
        expect(x + w, id).to.be.at.most(48);
        for (let column = x; column < x + w; column++) {
          for (let row = y; row < y + h; row++) {
            expect(taken.has(`${column} ${row}`), id).to.equal(false);
            taken.add(`${column} ${row}`);
          }
        }
      }
    }
  });

  it("hold as text what Dashboards keeps as text", () => {
    const { attributes, references } = savedObject({
      type: "visualization",
      id: "a",
      title: "A",
      description: "",
      index: "trips",
      query: "complete: true",
      visState: { type: "vega", aggs: [], params: { spec: { b: 1 } } },
    });
    const state = JSON.parse(String(attributes["visState"])) as { params: { spec: string } };
    expect(JSON.parse(state.params.spec)).to.deep.equal({ b: 1 });
    const { searchSourceJSON } = attributes["kibanaSavedObjectMeta"] as {
      searchSourceJSON: string;
    };
    expect(JSON.parse(searchSourceJSON)).to.deep.equal({
      query: { query: "complete: true", language: "kuery" },
      filter: [],
      indexRefName: references[0]?.name,
    });
    expect(references[0]).to.deep.include({ type: "index-pattern", id: "trips" });
  });
});
