import { type Pace, ReplayClock } from "../replay/clock";
import { isoSeconds } from "../events/event-time";
import type { OutgoingRecord, RecordSource } from "../events/record";
import type { ReplayOutcome, ReplayState } from "../replay/replay";
import type { ProgressReport } from "./progress-report";
import { StartError } from "../../cli/command";
import type { RowCounts } from "../events/workload";

/** A key may be one of a few hundred, or of one record only: no more are remembered. */
export const mostCountedKeys = 100_000;

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

export type ReplayReport = ReturnType<typeof replayReport>;

/** What a replay has done; see ProgressReport for the names they share. */
export function replayReport(
  reading: RowCounts,
  recordsSkipped: number,
  { progress, seconds, exhausted }: ReplayOutcome,
) {
  const { recordsPut, recordsLost } = progress;
  const settled = recordsSkipped + recordsPut + recordsLost;
  return {
    type: "report" as const,
    ...rowsReport(reading, settled),
    recordsSkipped,
    recordsPut,
    recordsLost,
    bytesPut: progress.bytesPut,
    throttled: progress.throttled,
    retries: progress.retries,
    /** Of the records put; null when there are none. */
    firstEventTime: isoOrNull(progress.firstEventTime),
    lastEventTime: isoOrNull(progress.lastEventTime),
    errors: Object.fromEntries(progress.errors),
    /** From the first record to the last answer. */
    seconds,
    /** Stopped by a signal or an error before all records were sent. */
    interrupted: !exhausted,
  };
}

/** @param made - records where no rows are read, as of synthetic trades */
function rowsReport({ rowsRead, rejected, outOfRange }: RowCounts, made: number) {
  return {
    tripsRead: rowsRead ?? made,
    tripsRejected: rejected,
    tripsOutOfRange: outOfRange,
  };
}

export type DryRunReport = ReturnType<typeof dryRunReport>;

/** What a replay would send; builds every record. @throws StartError without records */
export function dryRunReport(reading: RowCounts, records: RecordSource, pace: Pace) {
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
    type: "dry-run" as const,
    ...rowsReport(reading, count),
    recordsTotal: count,
    bytesTotal: bytes,
    /** Null when there are more than are counted. */
    partitionKeys: keys.size > mostCountedKeys ? null : keys.size,
    firstEventTime: isoSeconds(first.eventTime),
    lastEventTime: isoSeconds(last.eventTime),
    seconds: sentAt / 1000,
    /** The longest wait for an event, in seconds of the schedule, and the time of that event. */
    longestGap: { ...longestGap, eventTime: isoSeconds(longestGap.eventTime) },
    firstEvent: JSON.parse(Buffer.from(first.data).toString()) as unknown,
  };
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : isoSeconds(ms);
}
