import { setTimeout as delay } from "node:timers/promises";
import type { Comparison } from "./compare";

/** Between comparisons while the job is at work, which they slow down: each of them reads every document. */
const BUSY_SECONDS = 5;

const POLL_SECONDS = 1;

interface SettledOptions {
  readonly compare: () => Promise<Comparison>;
  readonly jobHasReadEverything: () => Promise<boolean>;
  /** Seconds without any change, once the job has read everything, after which the results are final. @default 10 */
  readonly quietSeconds?: number;
  /** Seconds without any change after which waiting has no point, whatever the job has read. @default 120 */
  readonly stalledSeconds?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

export interface Settled {
  /**
   * - `equal`: every document is as expected.
   * - `quiet`: the job has read everything and nothing changes any more; documents differ, or nothing is compared.
   * - `stalled`: nothing changes although the job has not read everything.
   */
  readonly outcome: "equal" | "quiet" | "stalled";
  readonly comparison: Comparison;
}

/** Waits until the results are as expected, or final. @throws the signal's reason, and what `compare` throws */
export async function settled(options: SettledOptions): Promise<Settled> {
  const { quietSeconds = 10, stalledSeconds = 120, signal } = options;
  const now = options.now ?? (() => performance.now());
  const sleep =
    options.sleep ?? ((milliseconds) => delay(milliseconds, undefined, signal && { signal }));
  let last = { fingerprint: -1, readEverything: false, since: now(), compared: -Infinity };
  for (;;) {
    signal?.throwIfAborted();
    // Asked before the comparison: what is read afterwards cannot be in the documents compared.
    const readEverything = await options.jobHasReadEverything();
    if (readEverything || now() - last.compared >= BUSY_SECONDS * 1000) {
      last.compared = now();
      const comparison = await options.compare();
      if (comparison.expected !== null && comparison.mismatches === 0)
        return { outcome: "equal", comparison };
      const { fingerprint } = comparison;
      if (fingerprint !== last.fingerprint || readEverything !== last.readEverything) {
        last = { ...last, fingerprint, readEverything, since: now() };
      }
      const unchangedSeconds = (now() - last.since) / 1000;
      if (readEverything && unchangedSeconds >= quietSeconds)
        return { outcome: "quiet", comparison };
      if (unchangedSeconds >= stalledSeconds) return { outcome: "stalled", comparison };
    }
    await sleep(POLL_SECONDS * 1000);
  }
}
