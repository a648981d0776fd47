import { fetchJson } from "./http";

export interface Buckets<T = unknown> {
  readonly buckets: readonly ({ readonly key: string | number; readonly doc_count: number } & T)[];
}
export interface Hits<Source> {
  readonly hits: { readonly hits: readonly { readonly _source: Source }[] };
}
/** A figure of an aggregation; null over no document. */
export interface Value {
  readonly value: number | null;
}

/** A search in one index or several; those that do not exist yet hold nothing. */
export interface Search {
  readonly index: readonly string[];
  readonly body: object;
}

/** What a search answers; without any of its indices it has no aggregations. */
export type Answer<Aggregations = unknown, Source = unknown> = Partial<Hits<Source>> & {
  readonly aggregations?: Aggregations;
  readonly error?: { readonly type: string; readonly reason: string };
};

export interface SearchSource {
  /** URL of the domain, such as http://127.0.0.1:9200. */
  readonly endpoint: string;
  /** Length of a sliding window of the demand, in minutes. */
  readonly windowMinutes: number;
  /** Minutes from the start of a window to that of the next. */
  readonly slideMinutes: number;
}

/**
 * Asks all searches in one request.
 *
 * @throws Error when the domain does not answer, or refuses a search.
 */
export async function multiSearch<Answers extends readonly Answer[]>(
  endpoint: string,
  searches: readonly Search[],
): Promise<Answers> {
  const lines = searches.flatMap(({ index, body }) => [{ index, ignore_unavailable: true }, body]);
  const { responses } = await fetchJson<{ readonly responses: Answers }>(
    endpoint,
    "/_msearch",
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  const refused = responses.find(({ error }) => error !== undefined)?.error;
  if (refused) throw new Error(`${endpoint} refuses a search: ${refused.type}: ${refused.reason}`);
  return responses;
}

/** The documents of an answer. */
export function sources<Source>(answer: Partial<Hits<Source>> | undefined): readonly Source[] {
  return (answer?.hits?.hits ?? []).map((hit) => hit._source);
}
