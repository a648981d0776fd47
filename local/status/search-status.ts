import * as v from "valibot";
import { DEAD_LETTERS_INDEX } from "../verify/result-document";
import type { WorkloadSource } from "./pipeline-status";
import { fetchJson } from "./http";
import {
  aggregations,
  buckets,
  complete,
  documents,
  groupSearch,
  groupsOf,
  multiSearch,
  value,
  type Answer,
  type ResultReader,
  type Search,
  type SearchSource,
} from "./multi-search";
import { indexResults, resultsOf } from "./index-results";
import { deadLetter, type SearchStatus } from "./result-status";
import { taxiResults } from "./taxi-results";
import { tradesResults } from "./trades-results";

const LATEST = 5;
/** Indices that are counted: there is one per day. */
const MOST_INDICES = 10_000;

const readers: Readonly<Record<string, ResultReader>> = {
  taxi: taxiResults,
  trades: tradesResults,
};

const indexing = v.object({
  _all: v.object({
    primaries: v.object({ indexing: v.optional(v.object({ index_total: v.number() })) }),
  }),
});
const newestWindow = v.object({ newest: value });

/** Counts and newest results; missing indices hold nothing. @throws Error when the domain does not answer */
export async function searchStatus(
  source: SearchSource,
  workload: WorkloadSource,
): Promise<SearchStatus> {
  const { endpoint } = source;
  const reader = readers[workload.plugin ?? ""] ?? indexResults(workload.indices);
  const finest = reader.finest?.(source);
  const indices = [...new Set([...workload.indices, DEAD_LETTERS_INDEX])];
  const [[all, dead, ...answers], stats] = await Promise.all([
    multiSearch(endpoint, [
      groupSearch(indices, { field: "_index", size: MOST_INDICES }, {}),
      deadLetterSearch,
      ...reader.searches,
      ...(finest === undefined ? [] : [{ index: [finest.index], body: newestSearch }]),
    ]),
    fetchJson(endpoint, `/${indices.join(",")}/_stats/indexing?ignore_unavailable=true`, indexing),
  ]);
  const results = answers.slice(0, reader.searches.length);
  const newest = aggregations(answers[results.length], newestWindow)?.newest.value ?? null;
  return {
    documents: countsOf(all, resultsOf),
    writes: stats._all.primaries.indexing?.index_total ?? 0,
    deadLetters: countsOf(dead),
    latestDeadLetters: documents(dead, deadLetter),
    newest:
      finest && newest !== null
        ? { start: new Date(newest).toISOString(), stepSeconds: finest.stepSeconds }
        : null,
    ...(await reader.read(source, results)),
  };
}

const newestSearch = {
  size: 0,
  query: complete({}),
  aggs: { newest: { max: { field: "windowStart" } } },
};

const deadLetterSearch: Search = {
  index: [DEAD_LETTERS_INDEX],
  body: {
    size: LATEST,
    // Sequence numbers have one length and grow with time.
    sort: [{ sequenceNumber: { order: "desc", unmapped_type: "keyword" } }],
    _source: ["reason", "detail", "shardId", "sequenceNumber", "eventTime"],
    aggs: { groups: { terms: { field: "reason" } } },
  },
};

/** Documents by the key of their bucket, or by a name that several buckets share. */
function countsOf(
  answer: Answer | undefined,
  nameOf: (key: string) => string = (key) => key,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { key, doc_count } of groupsOf(answer, buckets({}))) {
    const name = nameOf(String(key));
    sums[name] = (sums[name] ?? 0) + doc_count;
  }
  return sums;
}
