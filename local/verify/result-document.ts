/** The indices that hold results: one expected document for each id. */
export const RESULT_INDICES = [
  "taxi-demand-zones",
  "taxi-demand-cells",
  "taxi-airport-durations",
] as const;

export type ResultIndex = (typeof RESULT_INDICES)[number];

/** The index of records that the job could not count: malformed or late. */
export const DEAD_LETTERS_INDEX = "dead-letters";

/** The fields of a document as they appear in OpenSearch's `_source`. */
export type DocumentSource = Readonly<Record<string, unknown>>;

/** A document as it is stored: where it is, and what it holds. */
export interface StoredDocument {
  readonly index: string;
  readonly id: string;
  readonly source: DocumentSource;
}
