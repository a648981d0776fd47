/**
 * Throttle of API Gateway: a bucket of `burst` tokens that fills at `rate` per second; each request takes one.
 * @param now - milliseconds of a clock that never goes back
 * @returns takes a token; false where the bucket is empty
 */
export function tokenBucket(rate: number, burst: number, now: () => number): () => boolean {
  let tokens = burst;
  let filled = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filled) / 1000) * rate);
    filled = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
