export interface Sample {
  readonly milliseconds: number;
  readonly count: number;
}

/**
 * Counts per second from the first sample that is not zero to the end; repeated counts are left out as outdated.
 *
 * @param share leaves out what comes before this share of the end
 * @throws Error when fewer than two samples can be compared
 */
export function rate(samples: readonly Sample[], end: number, share = 0): number {
  const changes = samples.filter(({ count }, index) => count !== samples[index - 1]?.count);
  const last = changes.findIndex(({ count }) => count >= end);
  const window = changes
    .slice(0, last < 0 ? changes.length : last + 1)
    .filter(({ count }) => count > 0 && count >= share * end);
  const [first, final] = [window[0], window.at(-1)];
  if (first === undefined || final === undefined || first === final) {
    throw new Error(
      `The ${end} records were read between two looks; measure with more of them (--events).`,
    );
  }
  return ((final.count - first.count) / (final.milliseconds - first.milliseconds)) * 1000;
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). @param share over 0, up to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/** The middle value, of two the lower one. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
