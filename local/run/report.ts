import type { JournalEntry } from "../status/pipeline-status";

/** One policy of the pack and whether the program kept it. */
export interface PolicyResult {
  readonly name: string;
  readonly enforcementLevel: string;
  readonly result: "passed" | "violated";
}

export interface ReplayReport {
  readonly tripsRead: number;
  readonly tripsRejected: Readonly<Record<string, number>>;
  readonly recordsPut: number;
  readonly recordsLost: number;
  readonly throttled: number;
  readonly retries: number;
}

/** The summary of `--once`, as `--report` writes it. */
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
  /** The first mismatches in words. */
  readonly examples: readonly string[];
  readonly deadLetters: number;
  readonly policies: readonly PolicyResult[];
  /** What happened meanwhile, oldest first. */
  readonly journal: readonly JournalEntry[];
  /** Seconds of each step, by its name. */
  readonly seconds: Readonly<Record<string, number>>;
}
