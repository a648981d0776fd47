import type {
  Aggregation,
  SavedSearch,
  Visualization,
} from "../../infra/search/bootstrap/saved-objects";

/** A search as Dashboards sends it for a visual. */
export interface VisualQuery {
  readonly index: string;
  readonly body: object;
}

type Body = Readonly<Record<string, unknown>>;

/** The search behind a visual, over all times. */
export function visualQuery(source: Visualization | SavedSearch): VisualQuery {
  if (source.type === "search") {
    const [field, order] = source.sort;
    return {
      index: source.index,
      body: { size: 500, sort: [{ [field]: { order, unmapped_type: "boolean" } }] },
    };
  }
  const { visState, query = "", index } = source;
  if (visState.type === "vega") return vegaQuery(visState.params["spec"]);
  if (index === undefined) throw new Error(`${source.id} has no index pattern`);
  const metrics = visState.aggs.filter(({ schema }) => schema === "metric");
  const buckets = visState.aggs.filter(({ schema }) => schema !== "metric");
  const leaves = Object.fromEntries(
    metrics
      .filter(({ type }) => type !== "count")
      .map(({ id, type, params }) => [id, { [type]: { field: params.field } }]),
  );
  const aggs = buckets.reduceRight<Body>(
    (inner, bucket) => ({ ...nested(bucket, { ...leaves, ...inner }) }),
    {},
  );
  return { index, body: { size: 0, query: inOpenSearch(query), aggs } };
}

/** A way to divide documents, with what is measured in each part. */
function nested({ id, type, params }: Aggregation, aggs: Body): Body {
  const { field } = params;
  switch (type) {
    case "date_histogram": {
      const { min_doc_count } = params;
      return { [id]: { date_histogram: { field, fixed_interval: "1h", min_doc_count }, aggs } };
    }
    case "geohash_grid": {
      const { precision } = params;
      const centre = { geo_centroid: { field } };
      return { [id]: { geohash_grid: { field, precision }, aggs: { ...aggs, centre } } };
    }
    case "terms": {
      const { size, order, orderBy } = params;
      // A count is ordered by under another name.
      const by = Object.hasOwn(aggs, String(orderBy)) ? String(orderBy) : "_count";
      return { [id]: { terms: { field, size, order: { [by]: order } }, aggs } };
    }
    default:
      throw new Error(`The aggregation ${type} is not known here`);
  }
}

/** Of Dashboards' query language what the visuals use: everything, or one field that is true or false. */
function inOpenSearch(query: string): object {
  if (query === "") return { match_all: {} };
  const [, field, value] = /^(\w+): (true|false)$/.exec(query) ?? [];
  if (field === undefined) throw new Error(`The query ${query} is not known here`);
  return { term: { [field]: value === "true" } };
}

function vegaQuery(spec: unknown): VisualQuery {
  const { data } = spec as { data: VegaData | readonly [VegaData] };
  const { index, body } = ("url" in data ? data : data[0]).url;
  // Dashboards puts the times of its clock in place of these.
  const text = JSON.stringify(body)
    .replaceAll('{"%timefilter%":true}', '{"gte":"1970-01-01","lte":"2100-01-01"}')
    .replaceAll('{"%autointerval%":true}', '"1h"');
  return { index, body: JSON.parse(text) as object };
}

interface VegaData {
  readonly url: { readonly index: string; readonly body: object };
}
