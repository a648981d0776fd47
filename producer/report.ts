import { ReplayClock } from "./clock";
import type { ReplayOutcome, ReplayState } from "./replay";
import { isoSeconds } from "./trip";
import type { TripFile } from "./trip-file";
import type { RejectionReason } from "./trip-row";

/** The state of a running replay, written once a second. */
export interface ProgressReport {
  readonly type: "progress";
  /** When this was written. */
  readonly at: string;
  /** Every event up to this time is sent; null before the first one. */
  readonly eventTime: string | null;
  readonly recordsPut: number;
  /** Since the progress report before. */
  readonly recordsPerSecond: number;
  /** Partition keys and data. */
  readonly bytesPut: number;
  /** How long the oldest record that is due has been due. */
  readonly replayLagSeconds: number;
  /** How often a record was refused for want of throughput. */
  readonly throttled: number;
  /** How often a record was sent again. */
  readonly retries: number;
  /** Open shards of the stream. */
  readonly shards: number;
  /** Records of the whole replay, also those that an earlier run has sent. */
  readonly recordsTotal: number;
}

/** What a replay has done; see ProgressReport for the names they share. */
export interface ReplayReport {
  readonly type: "report";
  /** Data rows of the input: rejected rows and records. */
  readonly tripsRead: number;
  readonly tripsRejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Sent by an earlier run, according to the resume file. */
  readonly recordsSkipped: number;
  readonly recordsPut: number;
  /** Given up after the last attempt. */
  readonly recordsLost: number;
  readonly bytesPut: number;
  readonly throttled: number;
  readonly retries: number;
  /** Of the records put; null when there are none. */
  readonly firstEventTime: string | null;
  readonly lastEventTime: string | null;
  /** From the first record to the last answer. */
  readonly seconds: number;
  /** Stopped by a signal or an error before all records were sent. */
  readonly interrupted: boolean;
}

/** What a replay would do; written instead of a ReplayReport by a dry run. */
export interface DryRunReport {
  readonly type: "dry-run";
  readonly tripsRead: number;
  readonly tripsRejected: Readonly<Partial<Record<RejectionReason, number>>>;
  readonly recordsTotal: number;
  readonly bytesTotal: number;
  readonly partitionKeys: number;
  readonly firstEventTime: string;
  readonly lastEventTime: string;
  /** Of the schedule; 0 at full speed. */
  readonly seconds: number;
  /** The first event as the stream would carry it. */
  readonly firstEvent: unknown;
}

export function progressReport(state: ReplayState, recordsTotal: number): ProgressReport {
  const { progress } = state;
  return {
    type: "progress",
    at: new Date(state.now).toISOString(),
    eventTime: isoOrNull(state.sentUpTo),
    recordsPut: progress.recordsPut,
    recordsPerSecond: state.recordsPerSecond,
    bytesPut: progress.bytesPut,
    replayLagSeconds: state.lagSeconds,
    throttled: progress.throttled,
    retries: progress.retries,
    shards: state.shards,
    recordsTotal,
  };
}

/** @param recordsSkipped - sent by an earlier run */
export function replayReport(
  { trips, rowsRead, rejected }: TripFile,
  recordsSkipped: number,
  { progress, seconds }: ReplayOutcome,
): ReplayReport {
  return {
    type: "report",
    tripsRead: rowsRead,
    tripsRejected: rejected,
    recordsSkipped,
    recordsPut: progress.recordsPut,
    recordsLost: progress.recordsLost,
    bytesPut: progress.bytesPut,
    throttled: progress.throttled,
    retries: progress.retries,
    firstEventTime: isoOrNull(progress.firstEventTime),
    lastEventTime: isoOrNull(progress.lastEventTime),
    seconds,
    interrupted: recordsSkipped + progress.recordsPut + progress.recordsLost < trips.count,
  };
}

/** What a replay of the file would send; every record is built, none is sent. */
export function dryRunReport(
  { trips, rowsRead, rejected }: TripFile,
  speedup: number,
): DryRunReport {
  const first = trips.recordAt(0);
  const lastEventTime = trips.eventTimeAt(trips.count - 1);
  const keys = new Set<string>();
  let bytes = 0;
  for (let position = 0; position < trips.count; position += 1) {
    const record = trips.recordAt(position);
    keys.add(record.partitionKey);
    bytes += record.bytes;
  }
  return {
    type: "dry-run",
    tripsRead: rowsRead,
    tripsRejected: rejected,
    recordsTotal: trips.count,
    bytesTotal: bytes,
    partitionKeys: keys.size,
    firstEventTime: isoSeconds(first.eventTime),
    lastEventTime: isoSeconds(lastEventTime),
    seconds: new ReplayClock(first.eventTime, 0, speedup).dueAt(lastEventTime) / 1000,
    firstEvent: JSON.parse(Buffer.from(first.data).toString()),
  };
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : isoSeconds(ms);
}
