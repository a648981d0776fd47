import type { DocumentSource } from "./result-document";

/** What the pipeline's indices must hold once its input has been replayed to the end. */
export interface Expected {
  /** Index, then id, then the document without `complete`. */
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
