import * as v from "valibot";

import { DEAD_LETTERS_INDEX, resultIndices, type Workload } from "../verify/result-document";
import { fetchJson } from "./http";
import {
  aggregations,
  buckets,
  documents,
  multiSearch,
  value,
  type Answer,
  type ResultReader,
  type Search,
  type SearchSource,
} from "./multi-search";
import { deadLetter, type SearchStatus } from "./result-status";
import { taxiResults } from "./taxi-results";
import { tradesResults } from "./trades-results";

/** Dead letters that are told in full. */
const LATEST = 5;

/** The results of each workload. */
const readers = { taxi: taxiResults, trades: tradesResults } as const satisfies Record<
  Workload,
  ResultReader<Partial<SearchStatus>>
>;

const indexing = v.object({
  _all: v.object({
    primaries: v.object({ indexing: v.optional(v.object({ index_total: v.number() })) }),
  }),
});
const counts = v.object({ counts: buckets({}) });
const newestWindow = v.object({ newest: value });

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
  const reader: ResultReader<Partial<SearchStatus>> = readers[workload];
  const { index: finest, stepSeconds } = reader.finest(source);
  const indices = [...resultIndices[workload], DEAD_LETTERS_INDEX];
  const [[all, dead, window, ...results], stats] = await Promise.all([
    multiSearch(endpoint, [
      {
        index: indices,
        body: {
          size: 0,
          aggs: { counts: { terms: { field: "_index", size: indices.length } } },
        },
      },
      deadLetterSearch,
      { index: [finest], body: { size: 0, aggs: { newest: { max: { field: "windowStart" } } } } },
      ...reader.searches,
    ]),
    fetchJson(endpoint, `/${indices.join(",")}/_stats/indexing?ignore_unavailable=true`, indexing),
  ]);
  const newest = aggregations(window, newestWindow)?.newest.value ?? null;
  return {
    documents: countsOf(all),
    writes: stats._all.primaries.indexing?.index_total ?? 0,
    deadLetters: countsOf(dead),
    latestDeadLetters: documents(dead, deadLetter),
    newest: newest === null ? null : { start: new Date(newest).toISOString(), stepSeconds },
    ...(await reader.read(source, results)),
  };
}

const deadLetterSearch: Search = {
  index: [DEAD_LETTERS_INDEX],
  body: {
    size: LATEST,
    // Sequence numbers have one length and grow with time.
    sort: [{ sequenceNumber: { order: "desc", unmapped_type: "keyword" } }],
    _source: ["reason", "detail", "shardId", "sequenceNumber", "eventTime"],
    aggs: { counts: { terms: { field: "reason" } } },
  },
};

function countsOf(answer: Answer | undefined): Readonly<Record<string, number>> {
  const found = aggregations(answer, counts)?.counts.buckets ?? [];
  return Object.fromEntries(found.map(({ key, doc_count }) => [String(key), doc_count]));
}
