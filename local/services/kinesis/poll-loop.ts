import { setTimeout as delay } from "node:timers/promises";

/**
 * As Firehose and Lambda do: https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
const POLL_MILLISECONDS = 1_000;
const RETRY_MILLISECONDS = 5_000;

/**
 * Polls once a second until the signal, and later after a failure.
 * @param note - takes why a poll failed, and undefined after one that did not
 */
export async function pollUntil(
  signal: AbortSignal,
  poll: () => Promise<void>,
  note: (problem: string | undefined) => void,
): Promise<void> {
  while (!signal.aborted) {
    let pause = POLL_MILLISECONDS;
    try {
      await poll();
      note(undefined);
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
      pause = RETRY_MILLISECONDS;
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
