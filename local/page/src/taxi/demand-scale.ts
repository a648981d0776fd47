import { count } from "../../../status/figures";

/** Classes of the colour scale; class 0 means nothing. */
export const LEVELS = 6;

/** A class of the scale: the whole numbers from `from` to `to`. */
export interface DemandClass {
  /** 1 to LEVELS, the colour. */
  readonly level: number;
  readonly from: number;
  readonly to: number;
}

export interface LegendEntry {
  readonly level: number;
  readonly label: string;
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

/** Scores from which each colour above the first stands: a score of 3 is rare by chance alone. */
const SCORES = [0.5, 1, 2, 3, 5, 8] as const;

/** The colour of a score: 0 for what is normal or less. */
export function scoreLevel(score: number): number {
  return SCORES.filter((from) => score >= from).length;
}

export function demandLegend(classes: readonly DemandClass[]): readonly LegendEntry[] {
  return [
    { level: 0, label: "none" },
    ...classes.map(({ level, from, to }) => ({
      level,
      label: from === to ? count(from) : `${count(from)}–${count(to)}`,
    })),
  ];
}

export const scoreLegend: readonly LegendEntry[] = [
  { level: 0, label: "normal or less" },
  ...SCORES.map((from, at) => {
    const to = SCORES[at + 1];
    return { level: at + 1, label: to === undefined ? `${from} or more` : `${from}–${to}` };
  }),
];
