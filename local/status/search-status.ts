import { DEAD_LETTERS_INDEX, RESULT_INDICES } from "../verify/result-document";
import { fetchJson } from "./http";
import type { AirportStatus, DemandStatus, SearchStatus } from "./pipeline-status";

const [ZONES_INDEX, , AIRPORTS_INDEX] = RESULT_INDICES;
const INDICES = [...RESULT_INDICES, DEAD_LETTERS_INDEX];
/** More than there are taxi zones. */
const ALL_ZONES = 300;

interface Buckets<T = unknown> {
  readonly buckets: readonly ({ readonly key: string | number; readonly doc_count: number } & T)[];
}
interface Hits<Source> {
  readonly hits: { readonly hits: readonly { readonly _source: Source }[] };
}
interface Zone {
  readonly zone: number;
  readonly zoneName: string;
  readonly borough: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly trips: number;
  readonly complete: boolean;
}
interface Value {
  readonly value: number | null;
}
interface ZoneAggregations {
  readonly newest: Value;
  readonly newestComplete: { readonly start: Value };
  readonly windows: Value;
  readonly peak: Value;
  readonly zones: Buckets<{ readonly trips: Value }>;
}
interface SearchResponse<Aggregations> {
  /** Absent when none of the indices exists yet. */
  readonly aggregations?: Aggregations;
}

export interface SearchSource {
  /** URL of the domain, such as http://127.0.0.1:9200. */
  readonly endpoint: string;
  /** How many sliding windows count one trip: demand.windowMinutes / demand.slideMinutes of the job's properties. */
  readonly windowsPerTrip: number;
}

/**
 * Counts and newest results of the domain; indices that do not exist yet hold nothing.
 *
 * @throws Error when the domain does not answer.
 */
export async function searchStatus({
  endpoint,
  windowsPerTrip,
}: SearchSource): Promise<SearchStatus> {
  const [{ responses }, stats] = await Promise.all([
    multiSearch(endpoint),
    fetchJson<{ _all: { primaries: { indexing?: { index_total: number } } } }>(
      endpoint,
      `/${INDICES.join(",")}/_stats/indexing?ignore_unavailable=true`,
    ),
  ]);
  const [counts, deadLetters, zones, airports] = responses;
  return {
    documents: countsOf(counts.aggregations?.indices),
    writes: stats._all.primaries.indexing?.index_total ?? 0,
    deadLetters: countsOf(deadLetters.aggregations?.reasons),
    demand: await demandOf(endpoint, windowsPerTrip, zones.aggregations),
    airports: (airports.aggregations?.airports.buckets ?? []).flatMap(({ newest }) =>
      newest.hits.hits.map((hit) => hit._source),
    ),
  };
}

interface MultiSearchResponse {
  readonly responses: readonly [
    SearchResponse<{ readonly indices: Buckets }>,
    SearchResponse<{ readonly reasons: Buckets }>,
    SearchResponse<ZoneAggregations>,
    SearchResponse<{ readonly airports: Buckets<{ readonly newest: Hits<AirportStatus> }> }>,
  ];
}

function multiSearch(endpoint: string): Promise<MultiSearchResponse> {
  const searches: [string, object][] = [
    [INDICES.join(","), { indices: { terms: { field: "_index" } } }],
    [DEAD_LETTERS_INDEX, { reasons: { terms: { field: "reason" } } }],
    [
      ZONES_INDEX,
      {
        newest: { max: { field: "windowStart" } },
        newestComplete: {
          filter: { term: { complete: true } },
          aggs: { start: { max: { field: "windowStart" } } },
        },
        windows: { cardinality: { field: "windowStart", precision_threshold: 40_000 } },
        peak: { max: { field: "trips" } },
        zones: {
          terms: { field: "zone", size: ALL_ZONES },
          aggs: { trips: { sum: { field: "trips" } } },
        },
      },
    ],
    [
      AIRPORTS_INDEX,
      {
        airports: {
          terms: { field: "airport", order: { _key: "asc" } },
          aggs: { newest: { top_hits: { size: 1, sort: [{ windowStart: "desc" }] } } },
        },
      },
    ],
  ];
  const lines = searches.flatMap(([index, aggs]) => [
    { index: index.split(","), ignore_unavailable: true },
    { size: 0, aggs },
  ]);
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  return fetchJson(endpoint, "/_msearch", body);
}

function countsOf(buckets: Buckets | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries((buckets?.buckets ?? []).map(({ key, doc_count }) => [key, doc_count]));
}

async function demandOf(
  endpoint: string,
  windowsPerTrip: number,
  totals: ZoneAggregations | undefined,
): Promise<DemandStatus | null> {
  const start = totals?.newestComplete.start.value ?? totals?.newest.value;
  if (totals === undefined || start === null || start === undefined) return null;
  const query = { term: { windowStart: { value: new Date(start).toISOString() } } };
  const { hits } = await fetchJson<Hits<Zone>>(
    endpoint,
    `/${ZONES_INDEX}/_search`,
    JSON.stringify({ size: ALL_ZONES, query, sort: [{ trips: "desc" }, { zone: "asc" }] }),
  );
  const zones = hits.hits.map((hit) => hit._source);
  const [first] = zones;
  if (first === undefined) return null;
  return {
    window: {
      start: first.windowStart,
      end: first.windowEnd,
      complete: totals.newestComplete.start.value !== null,
      zones: zones.map(({ zone, zoneName, borough, trips }) => ({
        zone,
        zoneName,
        borough,
        trips,
      })),
    },
    zones: totals.zones.buckets.map(({ key, trips }) => ({
      zone: Number(key),
      trips: Math.round((trips.value ?? 0) / windowsPerTrip),
      tripsPerWindow: (trips.value ?? 0) / Math.max(1, totals.windows.value ?? 0),
    })),
    peak: totals.peak.value ?? 0,
  };
}
