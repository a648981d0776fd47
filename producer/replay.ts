import { ReplayClock } from "./clock";
import type { DeliveryOptions } from "./delivery";
import { Delivery } from "./delivery";
import { Progress } from "./progress";
import type { RecordSource } from "./record";
import type { Runtime } from "./runtime";
import type { ShardMap } from "./shard-map";
import type { Stream } from "./stream";

const tickMs = 1000;

/** How fast and how carefully records are sent. */
export interface ReplayOptions extends DeliveryOptions {
  /** How many times faster than they happened; Infinity sends without a schedule. */
  readonly speedup: number;
  /** Position of the first record to send. */
  readonly from: number;
}

/** A look at a running replay. */
export interface ReplayState {
  readonly progress: Progress;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Event time up to which every record is sent; undefined before the first one. */
  readonly sentUpTo: number | undefined;
  /** Since the state before. */
  readonly recordsPerSecond: number;
  /** How long the oldest record that is due has been due. */
  readonly lagSeconds: number;
  readonly shards: number;
}

/** How a replay ended. */
export interface ReplayOutcome {
  readonly progress: Progress;
  readonly seconds: number;
  /** What ended it early; undefined when nothing went wrong. */
  readonly error: unknown;
}

/**
 * Sends the records of a source as their time comes.
 *
 * @param stop - sends what is due and under way, and then ends
 * @param onTick - called once a second, and a last time at the end; an error in it ends the replay
 */
export async function replay(
  source: RecordSource,
  stream: Stream,
  shardMap: ShardMap,
  options: ReplayOptions,
  runtime: Runtime,
  stop: AbortSignal,
  onTick: (state: ReplayState) => void,
): Promise<ReplayOutcome> {
  const progress = new Progress(options.from);
  const delivery = new Delivery(stream, shardMap, options, progress, runtime);
  const start = runtime.now();
  const firstTime = options.from < source.count ? source.eventTimeAt(options.from) : 0;
  const clock = new ReplayClock(firstTime, start, options.speedup);
  const ended = new AbortController();
  const tickFailed = new AbortController();
  const stopFeeding = AbortSignal.any([stop, tickFailed.signal, delivery.failed]);
  const errors: unknown[] = [];

  const feed = async () => {
    for (let position = options.from; position < source.count; position += 1) {
      const dueAt = clock.dueAt(source.eventTimeAt(position));
      for (let now = runtime.now(); now < dueAt && !stopFeeding.aborted; now = runtime.now()) {
        await runtime.sleep(dueAt - now, stopFeeding);
      }
      if (!delivery.hasRoom) {
        await delivery.room();
      }
      if (stopFeeding.aborted) {
        return;
      }
      delivery.offer(source.recordAt(position));
    }
  };
  let previous = { at: start, recordsPut: 0 };
  const tick = () => {
    const now = runtime.now();
    const oldest = progress.oldestUnsettled;
    const { recordsPut } = progress;
    onTick({
      progress,
      now,
      sentUpTo: oldest > options.from ? source.eventTimeAt(oldest - 1) : undefined,
      recordsPerSecond:
        now > previous.at ? ((recordsPut - previous.recordsPut) / (now - previous.at)) * 1000 : 0,
      lagSeconds: oldest < source.count ? clock.lagSeconds(source.eventTimeAt(oldest), now) : 0,
      shards: delivery.shardCount,
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
    await delivery.drained();
  } catch (error) {
    errors.push(error);
  }
  await delivery.close();
  ended.abort();
  await ticking;
  return { progress, seconds: (runtime.now() - start) / 1000, error: errors[0] };
}
