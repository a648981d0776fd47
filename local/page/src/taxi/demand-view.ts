import type { AreaDemand, DemandStatus, PastWindow } from "../../../status/result-status";
import {
  demandClasses,
  demandLegend,
  demandLevel,
  scoreLegend,
  scoreLevel,
  type LegendEntry,
} from "./demand-scale";
import { count, plural } from "../../../status/figures";
import { decimal, newYorkDate, newYorkTime } from "../format";

/** What colours the map: the trips of a window, how far they are above normal, or all trips so far. */
export type Measure = "trips" | "score" | "total";

export type AreaKind = "zones" | "cells";

/** The demand of an area; compared with what is normal where it is that of one window. */
export type AreaFigures = Pick<AreaDemand, "trips"> & Partial<AreaDemand>;

export interface DemandView {
  readonly kind: AreaKind;
  /** By zone number or cell. */
  readonly areas: ReadonlyMap<string, AreaFigures>;
  /** Colours by zone number or cell, 0 to 6; an area without one has 0. */
  readonly levels: ReadonlyMap<string, number>;
  readonly legendTitle: string;
  readonly legend: readonly LegendEntry[];
  readonly caption: string;
}

/** What shows areas and lets one be selected. */
export interface AreaSelection {
  readonly view: DemandView;
  /** Zone number or cell. */
  readonly selected: string | undefined;
  readonly onSelect: (area: string | undefined) => void;
}

/** A zone must have had this many trips in one window before the newest window says much on its own. */
const DENSE = 10;

/** What the map shows until a choice is made: the newest window or, of a sparse replay, everything so far. */
export function defaultMeasure(demand: DemandStatus | null): Measure {
  return demand !== null && demand.peak < DENSE ? "total" : "trips";
}

/**
 * What the map shows. The top of the scale is that of all windows, so that colours can be compared over time.
 * @param shown.window - the window, where it is another than the newest or cells are shown
 */
export function viewOf(
  demand: DemandStatus | null,
  shown: {
    readonly measure: Measure;
    readonly kind: AreaKind;
    readonly window?: PastWindow | undefined;
  },
): DemandView {
  const { measure, kind, window } = shown;
  if (demand === null) return { kind, ...byTrips(new Map(), 0), caption: "No results yet" };
  if (measure === "total") {
    const areas = new Map(demand.zones.map(({ zone, trips }) => [String(zone), { trips }]));
    const total = demand.zones.reduce((sum, { trips }) => sum + trips, 0);
    const caption = `${count(total)} trips counted so far`;
    return { kind: "zones", ...byTrips(areas, mostTrips(areas)), caption };
  }
  const { start, end, complete, zones } = window ?? demand.window;
  const state = complete ? "" : ", still open";
  // Trips that ended Fri, Mar 1, 2019, 18:45 to 19:00.
  const caption = `Trips that ended ${newYorkDate(start)}, ${newYorkTime(start)} to ${newYorkTime(end)}${state}`;
  const areas: ReadonlyMap<string, AreaFigures> =
    kind === "zones"
      ? new Map(zones.map((zone) => [String(zone.zone), zone]))
      : new Map((window?.cells ?? []).map((cell) => [cell.cell, cell]));
  if (measure === "score") {
    const levels = mapped(areas, ({ score = 0 }) => scoreLevel(score));
    return {
      kind,
      areas,
      caption,
      levels,
      legend: scoreLegend,
      legendTitle: "Above normal, by score",
    };
  }
  // A cell is part of a zone or of a few; its own top is that of the window.
  const top = kind === "zones" ? demand.peak : mostTrips(areas);
  return { kind, ...byTrips(areas, top), caption };
}

type Areas = DemandView["areas"];

function byTrips(areas: Areas, top: number) {
  const classes = demandClasses(top);
  const levels = mapped(areas, ({ trips }) => demandLevel(trips, classes));
  return { areas, legend: demandLegend(classes), legendTitle: "Trips", levels };
}

function mostTrips(areas: Areas): number {
  return Math.max(0, ...[...areas.values()].map(({ trips }) => trips));
}

function mapped(areas: Areas, of: (figures: AreaFigures) => number): ReadonlyMap<string, number> {
  return new Map([...areas].map(([area, figures]) => [area, of(figures)]));
}

/** 116 trips, 48 are normal (score 15.1). */
export function describeArea(figures: AreaFigures | undefined): string {
  if (figures === undefined) return "No trips";
  const { trips, normal, score } = figures;
  if (normal === undefined || score === undefined) return plural(trips, "trip");
  return `${plural(trips, "trip")}, ${decimal(normal)} would be normal (score ${decimal(score)})`;
}
