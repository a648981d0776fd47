import { type Pace, ReplayClock } from "./clock";
import { Progress } from "./progress";
import type { LiveRecordSource, OutgoingRecord, RecordSource } from "../events/record";
import type { Runtime } from "./runtime";
import type { Sink } from "./sink";

const tickMs = 1000;
/** A wait for the next event that is worth a word. */
export const longWaitMs = 10_000;

export interface ReplayOptions extends Pace {
  readonly from: number;
  /** Event time that is due when the real clock shows it; undefined makes the first event due at the start. */
  readonly liveFrom?: number | undefined;
}

export interface ReplayState {
  readonly progress: Progress;
  readonly now: number;
  /** Event time up to which every record is sent; undefined before the first one. */
  readonly sentUpTo: number | undefined;
  readonly recordsPerSecond: number;
  /** How long the oldest record that is due has been due; undefined before the first one and without a schedule. */
  readonly lagSeconds: number | undefined;
  readonly shards: number;
  /** The next event and when it is due, where that is far ahead. */
  readonly waiting?: { readonly eventTime: number; readonly until: number } | undefined;
}

export interface ReplayOutcome {
  readonly progress: Progress;
  readonly seconds: number;
  /** Whether the source has no record left that was not offered. */
  readonly exhausted: boolean;
  readonly error: unknown;
}

/**
 * Sends the records of a source as their time comes; after `stop` only what is due and under way.
 * `onTick` is called once per second and at the end; an error in it ends the replay.
 */
export async function replay(
  source: RecordSource | LiveRecordSource,
  open: (progress: Progress) => Sink,
  options: ReplayOptions,
  runtime: Runtime,
  stop: AbortSignal,
  onTick: (state: ReplayState) => void,
): Promise<ReplayOutcome> {
  const progress = new Progress(options.from);
  const sink = open(progress);
  const start = runtime.now();
  const ended = new AbortController();
  const tickFailed = new AbortController();
  const stopFeeding = AbortSignal.any([stop, tickFailed.signal, sink.failed]);
  const errors: unknown[] = [];
  const onStop = () => {
    sink.endSoon();
  };
  stop.addEventListener("abort", onStop);
  if (stop.aborted) {
    onStop();
  }
  let clock: ReplayClock | undefined;
  let next: OutgoingRecord | undefined;
  let waiting: ReplayState["waiting"];
  let exhausted = false;

  const feed = async () => {
    const records = source.records(options.from, stopFeeding);
    const iterator: Iterator<OutgoingRecord, unknown> | AsyncIterator<OutgoingRecord, unknown> =
      Symbol.iterator in records ? records[Symbol.iterator]() : records[Symbol.asyncIterator]();
    const hasStopped = () => stopFeeding.aborted;
    try {
      for (;;) {
        const pulled = iterator.next();
        // A promise for each of millions of recorded events would take its time.
        const result = pulled instanceof Promise ? await pulled : pulled;
        if (result.done) {
          exhausted = !hasStopped();
          return;
        }
        const record = result.value;
        next = record;
        const { liveFrom } = options;
        clock ??= new ReplayClock(liveFrom ?? record.eventTime, liveFrom ?? runtime.now(), options);
        const at = clock.nextAt(record.eventTime);
        waiting = { eventTime: record.eventTime, until: at };
        for (let now = runtime.now(); now < at && !stopFeeding.aborted; now = runtime.now()) {
          await runtime.sleep(at - now, stopFeeding);
        }
        waiting = undefined;
        if (!sink.hasRoom) {
          await sink.room();
        }
        if (hasStopped()) {
          return;
        }
        sink.offer(record);
        next = undefined;
      }
    } finally {
      await iterator.return?.(undefined);
    }
  };
  let previous = { at: start, recordsPut: 0 };
  const tick = () => {
    const now = runtime.now();
    const oldest = progress.oldestUnsettledTime ?? next?.eventTime;
    const { recordsPut } = progress;
    onTick({
      progress,
      now,
      sentUpTo: progress.sentUpTo,
      recordsPerSecond:
        now > previous.at ? ((recordsPut - previous.recordsPut) / (now - previous.at)) * 1000 : 0,
      lagSeconds:
        clock === undefined || options.speedup === Infinity
          ? undefined
          : oldest === undefined
            ? 0
            : clock.lagSeconds(oldest, now),
      shards: sink.shardCount,
      waiting: waiting !== undefined && waiting.until > now + longWaitMs ? waiting : undefined,
    });
    previous = { at: now, recordsPut };
  };
  const tickWhileRunning = async () => {
    try {
      while (!ended.signal.aborted) {
        await runtime.sleep(tickMs, ended.signal);
        tick();
      }
    } catch (error) {
      errors.push(error);
      tickFailed.abort();
    }
  };

  const ticking = tickWhileRunning();
  try {
    await feed();
    await sink.drained();
  } catch (error) {
    errors.push(error);
  }
  stop.removeEventListener("abort", onStop);
  await sink.close();
  ended.abort();
  await ticking;
  return { progress, seconds: (runtime.now() - start) / 1000, exhausted, error: errors[0] };
}
