export interface Sample {
  readonly milliseconds: number;
  readonly count: number;
}

/**
 * Counts per second from the first sample that is not zero to the end; repeated counts are left out as outdated.
 *
 * @param warmUp milliseconds after the first count that are left out
 * @throws Error when fewer than two samples can be compared
 */
export function rate(samples: readonly Sample[], end: number, warmUp = 0): number {
  const window = measured(samples, end, warmUp);
  const [first, final] = [window[0], window.at(-1)];
  if (first === undefined || final === undefined || first === final) {
    throw new Error(
      `The ${end} records were read before there were two looks to compare; ` +
        "measure with more of them (--events) or a shorter --warm-up.",
    );
  }
  return perSecond(first, final);
}

/** The lowest rate over at least so many milliseconds on end; that of the whole when it is shorter. */
export function lowestRate(
  samples: readonly Sample[],
  end: number,
  warmUp: number,
  milliseconds: number,
): number {
  const window = measured(samples, end, warmUp);
  const rates = window.flatMap((first) => {
    const later = window.find((sample) => sample.milliseconds >= first.milliseconds + milliseconds);
    return later === undefined ? [] : [perSecond(first, later)];
  });
  return rates.length === 0 ? rate(samples, end, warmUp) : Math.min(...rates);
}

/** Samples with a new count, from the warm-up to the first that has reached the end. */
export function measured<Of extends Sample>(
  samples: readonly Of[],
  end: number,
  warmUp: number,
): readonly Of[] {
  const changes = samples.filter(
    ({ count }, index) => count > 0 && count !== samples[index - 1]?.count,
  );
  const last = changes.findIndex(({ count }) => count >= end);
  const from = (changes[0]?.milliseconds ?? 0) + warmUp;
  return changes
    .slice(0, last < 0 ? changes.length : last + 1)
    .filter(({ milliseconds }) => milliseconds >= from);
}

function perSecond(from: Sample, to: Sample): number {
  return ((to.count - from.count) / (to.milliseconds - from.milliseconds)) * 1000;
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). @param share over 0, up to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
