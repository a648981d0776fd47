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

/** What the pipeline's indices must hold once its input has been replayed to the end. */
export interface Expected {
  readonly documents: ReadonlyMap<string, ReadonlyMap<string, DocumentSource>>;
  readonly events: {
    readonly read: number;
    /** Those that are good, duplicates included: what the producer has to put. */
    readonly good: number;
    /** Good ones that repeat another; each event counts once. */
    readonly duplicates: number;
    readonly rejected: Readonly<Record<string, number>>;
  };
}
