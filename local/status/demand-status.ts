import * as v from "valibot";

import {
  aggregations,
  buckets,
  value,
  type Answer,
  type Search,
  type SearchSource,
} from "./multi-search";
import type { DemandStatus } from "./result-status";
import { ALL_ZONES, windowDemand, ZONES_INDEX } from "./window-demand";

const totalsOf = v.object({
  newest: value,
  newestComplete: v.object({ start: value }),
  windows: value,
  peak: value,
  zones: buckets({ trips: value }),
});

/** Figures over all windows. */
export const demandTotals: Search = {
  index: [ZONES_INDEX],
  body: {
    size: 0,
    aggs: {
      newest: { max: { field: "windowStart" } },
      newestComplete: {
        filter: { term: { complete: true } },
        aggs: { start: { max: { field: "windowStart" } } },
      },
      windows: { cardinality: { field: "windowStart", precision_threshold: 40_000 } },
      peak: { max: { field: "trips" } },
      zones: {
        terms: { field: "zone", size: ALL_ZONES },
        aggs: { trips: { sum: { field: "trips" } } },
      },
    },
  },
};

/** The newest window, and what all of them come to. */
export async function demandOf(
  source: SearchSource,
  answer: Answer | undefined,
): Promise<DemandStatus | null> {
  const totals = aggregations(answer, totalsOf);
  const start = totals?.newestComplete.start.value ?? totals?.newest.value;
  if (totals === undefined || start === null || start === undefined) return null;
  const window = await windowDemand(source, start);
  if (window === undefined) return null;
  const windowsPerTrip = source.windowMinutes / source.slideMinutes;
  return {
    window,
    zones: totals.zones.buckets.map(({ key, trips }) => ({
      zone: Number(key),
      trips: Math.round((trips.value ?? 0) / windowsPerTrip),
      tripsPerWindow: (trips.value ?? 0) / Math.max(1, totals.windows.value ?? 0),
    })),
    peak: totals.peak.value ?? 0,
  };
}
