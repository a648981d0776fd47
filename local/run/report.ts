import type { JournalEntry, PolicyResult } from "../status/pipeline-status";

export interface ReplayReport {
  readonly tripsRead: number;
  readonly tripsRejected: Readonly<Record<string, number>>;
  readonly recordsPut: number;
  readonly recordsLost: number;
  readonly throttled: number;
  readonly retries: number;
}

export interface RunReport extends ReplayReport {
  readonly result: "passed" | "failed";
  readonly workload: string;
  readonly input: string;
  readonly speedup: number;
  readonly fault?: string;
  /** Whether producer and verification agree on how many good events there are. */
  readonly counted: boolean;
  /** Documents that the input must lead to; null where none are expected. */
  readonly windowsExpected: number | null;
  readonly documents: number;
  readonly mismatches: number;
  readonly examples: readonly string[];
  /** Rows of the archive's views, and those of them and of the documents that the other side does not have. */
  readonly views: { readonly rows: number; readonly mismatches: number };
  readonly deadLetters: number;
  /** Records put without an outcome in the job's counters; null after a restart, and for a job without counters. */
  readonly unaccounted: number | null;
  readonly policies: readonly PolicyResult[];
  readonly journal: readonly JournalEntry[];
  /** Seconds of each step, by its name. */
  readonly seconds: Readonly<Record<string, number>>;
}
