import * as v from "valibot";
import { fetchJson, parsed, type Schema } from "./http";
import type { SearchStatus } from "./result-status";

export const value = v.object({ value: v.nullable(v.number()) });

/** A search in one index or several; those that do not exist yet hold nothing. */
export interface Search {
  readonly index: readonly string[];
  readonly body: object;
}

/** What a search answers; without any of its indices it has neither hits nor aggregations. */
export interface Answer {
  readonly hits?: unknown;
  readonly aggregations?: unknown;
}

export interface SearchSource {
  readonly endpoint: string;
  /** Length of a sliding window of the demand, in minutes. */
  readonly windowMinutes: number;
  /** Minutes from the start of a window to that of the next. */
  readonly slideMinutes: number;
  /** Length of a window of the workload trades, in seconds. */
  readonly tradeWindowSeconds: number;
}

export interface ResultReader {
  /** Index with a document for each of the finest windows, and the seconds from one to the next. @default unknown */
  readonly finest?: (source: SearchSource) => {
    readonly index: string;
    readonly stepSeconds: number;
  };
  readonly searches: readonly Search[];
  /** @param answers one for each of the searches */
  readonly read: (
    source: SearchSource,
    answers: readonly Answer[],
  ) => Partial<SearchStatus> | Promise<Partial<SearchStatus>>;
}

const responses = v.object({
  responses: v.array(
    v.object({
      hits: v.optional(v.unknown()),
      aggregations: v.optional(v.unknown()),
      error: v.optional(v.object({ type: v.string(), reason: v.nullish(v.string()) })),
    }),
  ),
});

/** Answers to all searches, by one request. @throws Error when the domain does not answer, or refuses a search */
export async function multiSearch(
  endpoint: string,
  searches: readonly Search[],
): Promise<readonly Answer[]> {
  const lines = searches.flatMap(({ index, body }) => [{ index, ignore_unavailable: true }, body]);
  const { responses: answers } = await fetchJson(
    endpoint,
    "/_msearch",
    responses,
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  const refused = answers.find(({ error }) => error !== undefined)?.error;
  if (refused) {
    throw new Error(`${endpoint} refuses a search: ${refused.type}: ${refused.reason ?? ""}`);
  }
  return answers;
}

/** Query of the documents of windows that have these fields: others could be the newest, and cannot be shown. */
export function complete(fields: v.ObjectEntries): object {
  const expressible = { range: { windowStart: { gte: "1970-01-01", lte: "9999-12-31" } } };
  const present = Object.keys(fields).map((field) => ({ exists: { field } }));
  return { bool: { filter: [expressible, ...present] } };
}

/** Buckets of an aggregation, with their properties besides key and count. */
export function buckets<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object({
    buckets: v.array(
      v.object({
        key: v.union([v.string(), v.number()]),
        doc_count: v.number(),
        ...entries,
      }),
    ),
  });
}

/** The aggregations of an answer; undefined without any index. */
export function aggregations<T>(answer: Answer | undefined, schema: Schema<T>): T | undefined {
  return answer?.aggregations === undefined
    ? undefined
    : parsed(schema, answer.aggregations, "An aggregation of OpenSearch");
}

/** Search that groups documents by a field, without the documents; {@link groupsOf} reads its answer. */
export function groupSearch(
  index: readonly string[],
  terms: object,
  { aggs, query }: { readonly aggs?: object; readonly query?: object },
): Search {
  const groups = { terms, ...(aggs && { aggs }) };
  return { index, body: { size: 0, ...(query && { query }), aggs: { groups } } };
}

/** The groups of an answer; none without any index. */
export function groupsOf<Group>(
  answer: Answer | undefined,
  groups: Schema<{ readonly buckets: readonly Group[] }>,
): readonly Group[] {
  return aggregations(answer, v.object({ groups }))?.groups.buckets ?? [];
}

export const topHits = v.object({
  hits: v.object({ hits: v.array(v.object({ _source: v.unknown() })) }),
});

/** The documents of an answer, without those that are not as they must be: anybody can write to the domain. */
export function documents<T>(answer: unknown, schema: Schema<T>): readonly T[] {
  const found = v.safeParse(topHits, answer);
  return (found.success ? found.output.hits.hits : []).flatMap(({ _source }) => {
    const document = v.safeParse(schema, _source);
    return document.success ? [document.output] : [];
  });
}
