import { type Pace, ReplayClock } from "../replay/clock";
import { isoSeconds } from "../events/event-time";
import type { OutgoingRecord, RecordSource } from "../events/record";
import type { ReplayOutcome, ReplayState } from "../replay/replay";
import type { ProgressReport } from "./progress-report";
import { StartError } from "../../cli/command";
import type { Rejections, RowCounts } from "../events/workload";

/** A key may be one of a few hundred, or of one record only: no more are remembered. */
export const mostCountedKeys = 100_000;

/** What a replay has done; see ProgressReport for the names they share. */
export interface ReplayReport {
  readonly type: "report";
  /** Data rows of the input; of the workload trades, the trades made. */
  readonly tripsRead: number;
  readonly tripsRejected: Rejections;
  readonly tripsOutOfRange: number;
  readonly recordsSkipped: number;
  readonly recordsPut: number;
  readonly recordsLost: number;
  readonly bytesPut: number;
  readonly throttled: number;
  readonly retries: number;
  /** Of the records put; null when there are none. */
  readonly firstEventTime: string | null;
  readonly lastEventTime: string | null;
  readonly errors: Readonly<Record<string, number>>;
  /** From the first record to the last answer. */
  readonly seconds: number;
  /** Stopped by a signal or an error before all records were sent. */
  readonly interrupted: boolean;
}

/** What a replay would do; written instead of a ReplayReport by a dry run. */
export interface DryRunReport extends Pick<
  ReplayReport,
  "tripsRead" | "tripsRejected" | "tripsOutOfRange"
> {
  readonly type: "dry-run";
  readonly recordsTotal: number;
  readonly bytesTotal: number;
  /** Null when there are more than are counted. */
  readonly partitionKeys: number | null;
  readonly firstEventTime: string;
  readonly lastEventTime: string;
  readonly seconds: number;
  /** The longest wait for an event, in seconds of the schedule, and the time of that event. */
  readonly longestGap: { readonly seconds: number; readonly eventTime: string };
  readonly firstEvent: unknown;
}

export function progressReport(
  state: ReplayState,
  recordsTotal: number | undefined,
  advice: string | undefined,
): ProgressReport {
  const { progress, waiting } = state;
  const { lastError } = progress;
  return {
    type: "progress",
    at: new Date(state.now).toISOString(),
    eventTime: isoOrNull(state.sentUpTo),
    recordsPut: progress.recordsPut,
    recordsPerSecond: state.recordsPerSecond,
    bytesPut: progress.bytesPut,
    replayLagSeconds: state.lagSeconds ?? null,
    throttled: progress.throttled,
    retries: progress.retries,
    shards: state.shards,
    recordsTotal: recordsTotal ?? null,
    waiting:
      waiting === undefined
        ? null
        : { eventTime: isoSeconds(waiting.eventTime), until: isoSeconds(waiting.until) },
    lastError:
      lastError === undefined
        ? null
        : { ...lastError, since: new Date(lastError.since).toISOString() },
    errors: Object.fromEntries(progress.errors),
    advice: advice ?? null,
  };
}

export function replayReport(
  reading: RowCounts,
  recordsSkipped: number,
  { progress, seconds, exhausted }: ReplayOutcome,
): ReplayReport {
  const { recordsPut, recordsLost } = progress;
  const settled = recordsSkipped + recordsPut + recordsLost;
  return {
    type: "report",
    tripsRead: reading.rowsRead ?? settled,
    tripsRejected: reading.rejected,
    tripsOutOfRange: reading.outOfRange,
    recordsSkipped,
    recordsPut,
    recordsLost,
    bytesPut: progress.bytesPut,
    throttled: progress.throttled,
    retries: progress.retries,
    firstEventTime: isoOrNull(progress.firstEventTime),
    lastEventTime: isoOrNull(progress.lastEventTime),
    errors: Object.fromEntries(progress.errors),
    seconds,
    interrupted: !exhausted,
  };
}

/** What a replay would send; builds every record. @throws StartError without records */
export function dryRunReport(reading: RowCounts, records: RecordSource, pace: Pace): DryRunReport {
  const keys = new Set<string>();
  let count = 0;
  let bytes = 0;
  let first: OutgoingRecord | undefined;
  let last: OutgoingRecord | undefined;
  let clock: ReplayClock | undefined;
  let sentAt = 0;
  let longestGap = { seconds: 0, eventTime: 0 };
  for (const record of records.records(0)) {
    first ??= record;
    last = record;
    clock ??= new ReplayClock(record.eventTime, 0, pace);
    const at = clock.nextAt(record.eventTime);
    if (at - sentAt > longestGap.seconds * 1000) {
      longestGap = { seconds: (at - sentAt) / 1000, eventTime: record.eventTime };
    }
    sentAt = at;
    if (keys.size <= mostCountedKeys) {
      keys.add(record.partitionKey);
    }
    count += 1;
    bytes += record.bytes;
  }
  if (first === undefined || last === undefined) {
    throw new StartError(["there is no event to send; look at --seek, --until and --duration"]);
  }
  return {
    type: "dry-run",
    tripsRead: reading.rowsRead ?? count,
    tripsRejected: reading.rejected,
    tripsOutOfRange: reading.outOfRange,
    recordsTotal: count,
    bytesTotal: bytes,
    partitionKeys: keys.size > mostCountedKeys ? null : keys.size,
    firstEventTime: isoSeconds(first.eventTime),
    lastEventTime: isoSeconds(last.eventTime),
    seconds: sentAt / 1000,
    longestGap: { ...longestGap, eventTime: isoSeconds(longestGap.eventTime) },
    firstEvent: JSON.parse(Buffer.from(first.data).toString()),
  };
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : isoSeconds(ms);
}
