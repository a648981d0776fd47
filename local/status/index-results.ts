import * as v from "valibot";
import { buckets, groupSearch, groupsOf, type ResultReader } from "./multi-search";
import type { IndexStatus } from "./result-status";

const NEWEST = 5;
/** Indices that are read: there is one per day and kind of result. */
const INDICES = 200;

const indices = buckets({
  newest: v.object({
    hits: v.object({
      hits: v.array(v.object({ _id: v.string(), _source: v.record(v.string(), v.unknown()) })),
    }),
  }),
});

/** Name of the results in an index, of which there is one per day. */
export function resultsOf(index: string): string {
  return index.replace(/-\d{4}-\d{2}-\d{2}$/, "");
}

export function indexResults(patterns: readonly string[]): ResultReader {
  // In the order of writing, the only one that every document has.
  const newest = { top_hits: { size: NEWEST, sort: [{ _seq_no: "desc" }] } };
  return {
    // Without a pattern a search would be one in all indices.
    searches:
      patterns.length === 0
        ? []
        : [
            groupSearch(
              patterns,
              { field: "_index", size: INDICES, order: { _key: "desc" } },
              { aggs: { newest } },
            ),
          ],
    read(_source, [answer]) {
      const results = new Map<string, IndexStatus>();
      // The newest day comes first.
      for (const { key, doc_count, newest } of groupsOf(answer, indices)) {
        const index = resultsOf(String(key));
        const later = results.get(index);
        const own = newest.hits.hits.map(({ _id, _source }) => ({ id: _id, source: _source }));
        results.set(index, {
          index,
          documents: (later?.documents ?? 0) + doc_count,
          newest: [...(later?.newest ?? []), ...own].slice(0, NEWEST),
        });
      }
      return { indices: [...results.values()] };
    },
  };
}
