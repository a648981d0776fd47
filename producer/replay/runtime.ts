import { setTimeout } from "node:timers/promises";

/** What the replay needs from its surroundings; tests bring their own. */
export interface Runtime {
  /** Milliseconds since the epoch, never going backwards. */
  now(): number;
  /** Resolves after `ms` milliseconds, or immediately when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  random(): number;
}

/** setTimeout takes no longer delay and fires immediately when given one; callers look at the time again. */
const maxTimerMs = 2 ** 31 - 1;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(Math.min(ms, maxTimerMs), undefined, { signal }).catch(() => undefined);
}

export const systemRuntime: Runtime = {
  // The wall clock may be set back while a replay runs; this one is read once and then only advances.
  now: () => performance.timeOrigin + performance.now(),
  sleep,
  random: Math.random,
};
