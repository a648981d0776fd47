/** The indices that hold the results of the workloads with a computed expectation: one document for each id. */
export const resultIndices = {
  taxi: [
    "taxi-demand-zones",
    "taxi-demand-cells",
    "taxi-top-areas",
    "taxi-airport-durations",
    "taxi-airport-origins",
  ],
  trades: ["trade-statistics"],
} as const;

export type ResultIndex = (typeof resultIndices)[keyof typeof resultIndices][number];

/** The index of records that the job could not count: malformed or late. */
export const DEAD_LETTERS_INDEX = "dead-letters";

/** Whether one of the patterns, such as trips-*, is that of an index. */
export function isMatched(index: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    new RegExp(`^${pattern.replaceAll(".", String.raw`\.`).replaceAll("*", ".*")}$`).test(index),
  );
}

/** The fields of a document as they appear in OpenSearch's `_source`. */
export type DocumentSource = Readonly<Record<string, unknown>>;

export interface StoredDocument {
  readonly index: string;
  readonly id: string;
  readonly source: DocumentSource;
}
