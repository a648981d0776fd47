import type {
  AreaDemand,
  DemandStatus,
  PastWindow,
  WindowDemand,
} from "../../../status/result-status";
import {
  demandClasses,
  demandLegend,
  demandLevel,
  scoreLegend,
  scoreLevel,
  type LegendEntry,
} from "./demand-scale";
import { count } from "../../../status/figures";
import { newYorkDate, newYorkTime } from "../format";

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

/** A zone must have had this many trips in one window before the newest window says much by itself. */
const DENSE = 10;

/** What the map shows until somebody chooses: the newest window or, of a sparse replay, everything so far. */
export function defaultMeasure(demand: DemandStatus | null): Measure {
  return demand !== null && demand.peak < DENSE ? "total" : "trips";
}

export interface Shown {
  readonly measure: Measure;
  readonly kind: AreaKind;
  /** The window, where it is another than the newest or cells are shown. */
  readonly window?: PastWindow | undefined;
}

/** What the map shows. The top of the scale is that of all windows, so that colours can be compared over time. */
export function viewOf(demand: DemandStatus | null, { measure, kind, window }: Shown): DemandView {
  const none = { kind, areas: new Map(), levels: new Map() };
  if (demand === null) {
    const legend = demandLegend([]);
    return { ...none, legendTitle: "Trips", legend, caption: "No results yet" };
  }
  if (measure === "total") return totalView(demand);
  const shown = window ?? demand.window;
  const areas = areasOf(shown, window, kind);
  const caption = captionOf(shown);
  if (measure === "score") {
    return {
      kind,
      areas,
      caption,
      legend: scoreLegend,
      legendTitle: "Above normal, by score",
      levels: mapped(areas, ({ score = 0 }) => scoreLevel(score)),
    };
  }
  // A cell is part of a zone or of a few; its own top is that of the window.
  const classes = demandClasses(
    kind === "zones" ? demand.peak : Math.max(0, ...[...areas.values()].map(({ trips }) => trips)),
  );
  return {
    kind,
    areas,
    caption,
    legend: demandLegend(classes),
    legendTitle: "Trips",
    levels: mapped(areas, ({ trips }) => demandLevel(trips, classes)),
  };
}

function totalView({ zones }: DemandStatus): DemandView {
  const areas = new Map(zones.map(({ zone, trips }) => [String(zone), { trips }]));
  const classes = demandClasses(Math.max(0, ...zones.map(({ trips }) => trips)));
  const total = zones.reduce((sum, { trips }) => sum + trips, 0);
  return {
    kind: "zones",
    areas,
    legend: demandLegend(classes),
    legendTitle: "Trips",
    levels: mapped(areas, ({ trips }) => demandLevel(trips, classes)),
    caption: `${count(total)} trips counted so far`,
  };
}

function areasOf(
  { zones }: WindowDemand,
  window: PastWindow | undefined,
  kind: AreaKind,
): ReadonlyMap<string, AreaFigures> {
  return kind === "zones"
    ? new Map(zones.map((zone) => [String(zone.zone), zone]))
    : new Map((window?.cells ?? []).map((cell) => [cell.cell, cell]));
}

/** Trips that ended Fri, Mar 1, 2019, 18:45 to 19:00. */
function captionOf({ start, end, complete }: WindowDemand): string {
  const state = complete ? "" : ", still open";
  return `Trips that ended ${newYorkDate(start)}, ${newYorkTime(start)} to ${newYorkTime(end)}${state}`;
}

function mapped<From, To>(
  map: ReadonlyMap<string, From>,
  of: (value: From) => To,
): ReadonlyMap<string, To> {
  return new Map([...map].map(([key, value]) => [key, of(value)]));
}
