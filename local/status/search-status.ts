import { DEAD_LETTERS_INDEX, resultIndices, type Workload } from "../verify/result-document";
import { demandOf, demandTotals, type DemandTotals } from "./demand-status";
import { fetchJson } from "./http";
import {
  multiSearch,
  sources,
  type Answer,
  type Buckets,
  type Hits,
  type Search,
  type SearchSource,
} from "./multi-search";
import type {
  AirportStatus,
  DeadLetter,
  OriginStatus,
  SearchStatus,
  TradeWindow,
} from "./result-status";

/** Dead letters that are told in full. */
const LATEST = 5;
/** Zones told for each airport. */
const ORIGINS = 3;
/** Windows told for each symbol; top_hits allows 100. */
const TRADE_WINDOWS = 60;
const SYMBOLS = 12;

/**
 * Counts and newest results of the domain; indices that do not exist yet hold nothing.
 *
 * @throws Error when the domain does not answer.
 */
export async function searchStatus(
  source: SearchSource,
  workload: Workload,
): Promise<SearchStatus> {
  const { endpoint } = source;
  const indices = [...resultIndices[workload], DEAD_LETTERS_INDEX];
  const [[counts, deadLetters, ...results], stats] = await Promise.all([
    multiSearch<Answers>(endpoint, [
      aggregation(indices, { indices: { terms: { field: "_index", size: indices.length } } }),
      deadLetterSearch,
      ...(workload === "taxi" ? taxiSearches : [symbolSearch]),
    ]),
    fetchJson<{ _all: { primaries: { indexing?: { index_total: number } } } }>(
      endpoint,
      `/${indices.join(",")}/_stats/indexing?ignore_unavailable=true`,
    ),
  ]);
  return {
    documents: countsOf(counts.aggregations?.indices),
    writes: stats._all.primaries.indexing?.index_total ?? 0,
    deadLetters: countsOf(deadLetters.aggregations?.reasons),
    latestDeadLetters: sources(deadLetters),
    ...(await resultsOf(source, workload, results)),
  };
}

type Answers = readonly [
  Answer<{ readonly indices: Buckets }>,
  Answer<{ readonly reasons: Buckets }, DeadLetter>,
  ...Answer[],
];
type TaxiAnswers = readonly [
  Answer<DemandTotals>,
  Answer<{ readonly airports: Buckets<{ readonly newest: Hits<AirportStatus> }> }>,
  Answer<{ readonly airports: Buckets<{ readonly newest: Hits<OriginStatus> }> }>,
];
type TradeAnswers = readonly [
  Answer<{ readonly symbols: Buckets<{ readonly newest: Hits<TradeWindow> }> }>,
];

async function resultsOf(
  source: SearchSource,
  workload: Workload,
  results: readonly Answer[],
): Promise<Pick<SearchStatus, "demand" | "airports" | "origins" | "symbols">> {
  if (workload === "trades") {
    const [symbols] = results as TradeAnswers;
    return {
      ...{ demand: null, airports: [], origins: [] },
      symbols: (symbols.aggregations?.symbols.buckets ?? []).map(({ key, newest }) => ({
        symbol: String(key),
        windows: [...sources(newest)].reverse(),
      })),
    };
  }
  const [zones, airports, origins] = results as TaxiAnswers;
  return {
    demand: await demandOf(source, zones.aggregations),
    airports: newestByAirport(airports),
    origins: newestWindowOnly(newestByAirport(origins)),
    symbols: [],
  };
}

function aggregation(index: readonly string[], aggs: object): Search {
  return { index, body: { size: 0, aggs } };
}

const deadLetterSearch: Search = {
  index: [DEAD_LETTERS_INDEX],
  body: {
    size: LATEST,
    // Sequence numbers have one length and grow with time.
    sort: [{ sequenceNumber: "desc" }],
    _source: ["reason", "detail", "shardId", "sequenceNumber", "eventTime"],
    aggs: { reasons: { terms: { field: "reason" } } },
  },
};

const taxiSearches: readonly Search[] = [
  demandTotals,
  aggregation(["taxi-airport-durations"], byAirport(1, [{ windowStart: "desc" }])),
  aggregation(
    ["taxi-airport-origins"],
    byAirport(ORIGINS, [{ windowStart: "desc" }, { trips: "desc" }, { zone: "asc" }]),
  ),
];

const symbolSearch: Search = aggregation(["trade-statistics"], {
  symbols: {
    terms: { field: "symbol", size: SYMBOLS, order: { _key: "asc" } },
    aggs: { newest: { top_hits: { size: TRADE_WINDOWS, sort: [{ windowStart: "desc" }] } } },
  },
});

function byAirport(size: number, sort: readonly object[]): object {
  return {
    airports: {
      terms: { field: "airport", order: { _key: "asc" } },
      aggs: { newest: { top_hits: { size, sort } } },
    },
  };
}

function newestByAirport<Result>(
  answer: Answer<{ readonly airports: Buckets<{ readonly newest: Hits<Result> }> }>,
): readonly Result[] {
  return (answer.aggregations?.airports.buckets ?? []).flatMap(({ newest }) => sources(newest));
}

/** A window with fewer zones than were asked for is followed by those of the window before. */
function newestWindowOnly(origins: readonly OriginStatus[]): readonly OriginStatus[] {
  const newest = new Map<string, string>();
  for (const { airport, windowStart } of origins) {
    if (!newest.has(airport)) newest.set(airport, windowStart);
  }
  return origins.filter(({ airport, windowStart }) => newest.get(airport) === windowStart);
}

function countsOf(buckets: Buckets | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries((buckets?.buckets ?? []).map(({ key, doc_count }) => [key, doc_count]));
}
