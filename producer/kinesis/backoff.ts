import type { Runtime } from "../replay/runtime";

const baseMs = 50;
const capMs = 5000;

/**
 * Full jitter: a random delay up to an exponentially growing bound, so that producers that failed
 * together do not come back together.
 *
 * @param attempts - how many attempts have failed, 1 or more
 * @param random - from 0 (inclusive) to 1 (exclusive)
 * @returns milliseconds, below 50 after the first attempt and never above 5000
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempts: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** (attempts - 1));
}

/**
 * Calls until there is a result.
 *
 * @param maxAttempts - calls at most, 1 or more
 * @throws the error of a call that `mayPass` denies, or of the last one
 */
export async function retrying<T>(
  call: () => Promise<T>,
  mayPass: (error: unknown) => boolean,
  maxAttempts: number,
  runtime: Runtime,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempts === maxAttempts || !mayPass(error)) {
        throw error;
      }
      await runtime.sleep(backoffMs(attempts, runtime.random()));
    }
  }
}
