import type { LastError } from "../replay/last-error";

export interface ProgressReport {
  readonly type: "progress";
  readonly at: string;
  /** Every event up to this time is sent; null before the first one. */
  readonly eventTime: string | null;
  readonly recordsPut: number;
  readonly recordsPerSecond: number;
  readonly bytesPut: number;
  /** How long the oldest record that is due has been due; null before the first one and without a schedule. */
  readonly replayLagSeconds: number | null;
  readonly throttled: number;
  readonly retries: number;
  readonly shards: number;
  /** Records of the whole replay, also those that an earlier run has sent; null while that is not known. */
  readonly recordsTotal: number | null;
  /** The next event and when it is due, where that is more than 10 s ahead; else null. */
  readonly waiting: { readonly eventTime: string; readonly until: string } | null;
  readonly lastError: (Omit<LastError, "since"> & { readonly since: string }) | null;
  readonly errors: Readonly<Record<string, number>>;
  /** What would let a growing lag shrink, in words; null while it does not grow. */
  readonly advice: string | null;
}
