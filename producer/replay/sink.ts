import type { OutgoingRecord } from "../events/record";

/** Where the records of a replay go. It reports the outcome of each to the progress. */
export interface Sink {
  readonly hasRoom: boolean;
  /** Aborts when further offering is pointless; its reason is the error. */
  readonly failed: AbortSignal;
  readonly shardCount: number;
  room(): Promise<void>;
  offer(record: OutgoingRecord): void;
  /** Resolves when every record is acknowledged or given up. @throws the reason of `failed` */
  drained(): Promise<void>;
  /** What stands in the way is not waited out any more: the replay has been asked to end. */
  endSoon(): void;
  /** Sends nothing more; resolves when nothing is under way. */
  close(): Promise<void>;
}
