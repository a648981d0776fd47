import * as v from "valibot";

import { aggregations, buckets, type ResultReader } from "./multi-search";
import type { IndexResults } from "./result-status";

const NEWEST = 5;
const INDICES = 20;

const found = v.object({
  indices: buckets({
    newest: v.object({
      hits: v.object({
        hits: v.array(v.object({ _id: v.string(), _source: v.record(v.string(), v.unknown()) })),
      }),
    }),
  }),
});

/** Counts and the newest documents of indices that nothing is known of. */
export function indexResults(patterns: readonly string[]): ResultReader<IndexResults> {
  // In the order of writing, the only one that every document has.
  const newest = { top_hits: { size: NEWEST, sort: [{ _seq_no: "desc" }] } };
  return {
    // Without a pattern a search would be one in all indices.
    searches:
      patterns.length === 0
        ? []
        : [
            {
              index: patterns,
              body: {
                size: 0,
                aggs: {
                  indices: {
                    terms: { field: "_index", size: INDICES, order: { _key: "desc" } },
                    aggs: { newest },
                  },
                },
              },
            },
          ],
    read: (_source, [answer]) =>
      Promise.resolve({
        indices: (aggregations(answer, found)?.indices.buckets ?? []).map((bucket) => ({
          index: String(bucket.key),
          documents: bucket.doc_count,
          newest: bucket.newest.hits.hits.map(({ _id, _source }) => ({ id: _id, source: _source })),
        })),
      }),
  };
}
