export const WIDTH = 96;
export const HEIGHT = 24;
const MARGIN = 3;

/** Where the values lie: from the smallest, or zero if that is near, at the bottom to the largest at the top. */
export function sparklinePoints(values: readonly number[]): readonly (readonly [number, number])[] {
  const max = Math.max(...values);
  const least = Math.min(...values);
  const min = least < max / 2 ? Math.min(0, least) : least;
  const span = max - min || 1;
  return values.map((value, at) => [
    round(MARGIN + (at * (WIDTH - 2 * MARGIN)) / (values.length - 1)),
    round(HEIGHT - MARGIN - ((value - min) / span) * (HEIGHT - 2 * MARGIN)),
  ]);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
