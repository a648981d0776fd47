import type { WindowDemand } from "../../../status/result-status";
import type { DemandView } from "./demand-view";

const SHOWN = 8;

export interface ZoneProperties {
  readonly locationId: number;
  readonly zone: string;
  readonly borough: string;
}

export type ZoneNames = ReadonlyMap<string, ZoneProperties>;

/**
 * The view's areas with most trips, the most first; equal ones in the order of zone number or cell. The trend is of the
 * trips in the windows up to this one, empty where they are not known.
 */
export function topAreas(
  { areas, kind }: DemandView,
  window: WindowDemand | undefined,
  zones: ZoneNames,
) {
  const trends = new Map(window?.top.map(({ zone, trend }) => [String(zone), trend]));
  return [...areas]
    .sort(
      ([a, { trips }], [b, other]) =>
        other.trips - trips || a.localeCompare(b, "en", { numeric: true }),
    )
    .slice(0, SHOWN)
    .map(([area, { trips, score }]) => ({
      area,
      name: kind === "cells" ? area : (zones.get(area)?.zone ?? `Zone ${area}`),
      borough: zones.get(area)?.borough ?? "",
      trips,
      score,
      trend: score === undefined ? [] : (trends.get(area) ?? []),
    }));
}
