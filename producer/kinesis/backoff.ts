import type { Runtime } from "../replay/runtime";

const baseMs = 50;
const capMs = 5000;

/**
 * Full jitter: a random delay below 50 ms after the first failed attempt and never above 5000 ms.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempts: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** (attempts - 1));
}

/** Calls until there is a result, or an error after so many attempts that `mayPass` denies, or the signal. */
export async function retrying<T>(
  call: () => Promise<T>,
  mayPass: (error: unknown, attempts: number) => boolean,
  runtime: Runtime,
  stop?: AbortSignal,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await call();
    } catch (error) {
      if (stop?.aborted || !mayPass(error, attempts)) {
        throw error;
      }
    }
    await runtime.sleep(backoffMs(attempts, runtime.random()), stop);
  }
}
