import * as v from "valibot";

import {
  aggregations,
  buckets,
  documents,
  multiSearch,
  value,
  type Search,
  type SearchSource,
} from "./multi-search";
import { topAreasDocument, zoneDocument, type TopArea, type WindowDemand } from "./result-status";

export const ZONES_INDEX = "taxi-demand-zones";
/** More than there are taxi zones. */
export const ALL_ZONES = 300;
/** Windows that a trend looks back. */
const TREND_WINDOWS = 24;

const trendsByZone = v.object({
  zones: buckets({ windows: buckets({ trips: value }) }),
});

/** The demand of the window that starts then, in epoch milliseconds; undefined without a document. */
export async function windowDemand(
  source: SearchSource,
  start: number,
): Promise<WindowDemand | undefined> {
  const [zoneAnswer, topAnswer] = await multiSearch(source.endpoint, [
    windowSearch(ZONES_INDEX, start, ALL_ZONES, "zone"),
    {
      index: ["taxi-top-areas"],
      body: { size: 1, query: { bool: { filter: [at(start), { term: { kind: "zones" } }] } } },
    },
  ]);
  const zones = documents(zoneAnswer, zoneDocument);
  const [first] = zones;
  if (first === undefined) return undefined;
  const areas = documents(topAnswer, topAreasDocument)[0]?.areas ?? [];
  const trends = await trendsOf(
    source,
    start,
    areas.map(({ area }) => area),
  );
  return {
    start: first.windowStart,
    end: first.windowEnd,
    complete: zones.every(({ complete }) => complete),
    zones: zones.map(({ zone, zoneName, borough, trips, normal, score }) => ({
      zone,
      zoneName,
      borough,
      trips,
      normal,
      score,
    })),
    top: areas.map(({ rank, area, name, trips }): TopArea => ({
      rank,
      zone: Number(area),
      name,
      trips,
      trend: trends.get(area) ?? [],
    })),
  };
}

/** Trips of each zone in the windows up to one; a window without a document has none. */
async function trendsOf(
  { endpoint, slideMinutes }: SearchSource,
  start: number,
  zones: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const slide = slideMinutes * 60_000;
  const starts = Array.from(
    { length: TREND_WINDOWS },
    (_, at) => start - (TREND_WINDOWS - 1 - at) * slide,
  );
  const [answer] = await multiSearch(endpoint, [
    {
      index: [ZONES_INDEX],
      body: {
        size: 0,
        query: {
          bool: {
            filter: [
              { terms: { zone: zones } },
              { range: { windowStart: { gte: starts[0], lte: start, format: "epoch_millis" } } },
            ],
          },
        },
        aggs: {
          zones: {
            terms: { field: "zone", size: ALL_ZONES },
            aggs: {
              windows: {
                terms: { field: "windowStart", size: TREND_WINDOWS },
                aggs: { trips: { max: { field: "trips" } } },
              },
            },
          },
        },
      },
    },
  ]);
  return new Map(
    (aggregations(answer, trendsByZone)?.zones.buckets ?? []).map(({ key, windows }) => {
      const trips = new Map(windows.buckets.map((window) => [Number(window.key), window.trips]));
      return [String(key), starts.map((at) => trips.get(at)?.value ?? 0)];
    }),
  );
}

/** All documents of a window, the one with most trips first. */
export function windowSearch(index: string, start: number, size: number, key: string): Search {
  return {
    index: [index],
    body: { size, query: at(start), sort: [{ trips: "desc" }, { [key]: "asc" }] },
  };
}

function at(start: number): object {
  return { term: { windowStart: { value: new Date(start).toISOString() } } };
}
