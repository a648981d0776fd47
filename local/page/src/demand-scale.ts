/** Classes of the colour scale; class 0 means no trips. */
export const LEVELS = 6;

/** A class of the scale: the whole numbers from `from` to `to`. */
export interface DemandClass {
  /** 1 to LEVELS, the colour. */
  readonly level: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Classes that cover 1 to `max`. Demand is very uneven, so the classes grow with the square: a quiet zone can still be told
 * from a very quiet one. With few trips there are fewer classes, spread over the colours.
 */
export function demandClasses(max: number): readonly DemandClass[] {
  const ends = new Set<number>();
  for (let step = 1; step <= LEVELS; step++) ends.add(Math.ceil(max * (step / LEVELS) ** 2));
  const sorted = [...ends].filter((end) => end > 0);
  return sorted.map((to, at) => ({
    level: LEVELS - Math.floor(((sorted.length - 1 - at) * LEVELS) / sorted.length),
    from: (sorted[at - 1] ?? 0) + 1,
    to,
  }));
}

/** The colour of a number of trips: 0 for none, the highest for more than the scale covers. */
export function demandLevel(trips: number, classes: readonly DemandClass[]): number {
  if (trips <= 0) return 0;
  return classes.find(({ to }) => trips <= to)?.level ?? LEVELS;
}
