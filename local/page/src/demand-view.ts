import type { DemandStatus } from "../../status/pipeline-status";
import { count, newYorkDate, newYorkTime } from "./format";

/** What the map shows: the newest window, or everything so far. */
export type Period = "window" | "all";

/** Demand by zone, ready to be drawn. */
export interface DemandView {
  readonly trips: ReadonlyMap<number, number>;
  /** Trips a window on average over all windows; known for the newest window only, to compare it with. */
  readonly averages: ReadonlyMap<number, number>;
  /** The top of the colour scale. It only grows while windows pass, so that colours can be compared over time. */
  readonly max: number;
  readonly caption: string;
}

/** A zone must have had this many trips in one window before the newest window says much by itself. */
const DENSE = 10;

/** What the map shows until somebody chooses: the newest window or, of a sparse replay, everything so far. */
export function defaultPeriod(demand: DemandStatus | null): Period {
  return demand !== null && demand.peak < DENSE ? "all" : "window";
}

/** The demand of a period. */
export function viewOf(demand: DemandStatus | null, period: Period): DemandView {
  if (demand === null) {
    return { trips: new Map(), averages: new Map(), max: 0, caption: "No results yet" };
  }
  const { window, zones, peak } = demand;
  if (period === "window") {
    const from = `${newYorkDate(window.start)}, ${newYorkTime(window.start)}`;
    const state = window.complete ? "" : ", still open";
    return {
      trips: new Map(window.zones.map(({ zone, trips }) => [zone, trips])),
      averages: new Map(zones.map(({ zone, tripsPerWindow }) => [zone, tripsPerWindow])),
      max: peak,
      caption: `Trips that ended ${from} to ${newYorkTime(window.end)}${state}`,
    };
  }
  const total = zones.reduce((sum, { trips }) => sum + trips, 0);
  return {
    trips: new Map(zones.map(({ zone, trips }) => [zone, trips])),
    averages: new Map(),
    max: Math.max(0, ...zones.map(({ trips }) => trips)),
    caption: `${count(total)} trips counted so far`,
  };
}
