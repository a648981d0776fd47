import * as v from "valibot";
import { ALL_ZONES, windowDemand, ZONES_INDEX } from "./demand-history";
import {
  aggregations,
  buckets,
  complete,
  documents,
  groupSearch,
  groupsOf,
  topHits,
  value,
  type Answer,
  type ResultReader,
  type Search,
  type SearchSource,
} from "./multi-search";
import {
  airportStatus,
  originStatus,
  zoneDocument,
  type DemandStatus,
  type OriginStatus,
} from "./result-status";
import type { Schema } from "./http";

const totalsOf = v.object({
  newest: value,
  newestComplete: v.object({ start: value }),
  peak: value,
  zones: buckets({ trips: value }),
});

const demandTotals: Search = {
  index: [ZONES_INDEX],
  body: {
    size: 0,
    query: complete(zoneDocument.entries),
    aggs: {
      newest: { max: { field: "windowStart" } },
      newestComplete: {
        filter: { term: { complete: true } },
        aggs: { start: { max: { field: "windowStart" } } },
      },
      peak: { max: { field: "trips" } },
      zones: {
        terms: { field: "zone", size: ALL_ZONES },
        aggs: { trips: { sum: { field: "trips" } } },
      },
    },
  },
};

const ORIGINS = 3;

export const taxiResults: ResultReader = {
  finest: ({ slideMinutes }) => ({ index: ZONES_INDEX, stepSeconds: 60 * slideMinutes }),
  searches: [
    demandTotals,
    byAirport("taxi-airport-durations", airportStatus, 1, [{ windowStart: "desc" }]),
    byAirport("taxi-airport-origins", originStatus, ORIGINS, [
      { windowStart: "desc" },
      { trips: "desc" },
      { zone: "asc" },
    ]),
  ],
  read: async (source, [zones, durations, origins]) => ({
    demand: await demandOf(source, zones),
    airports: newestByAirport(durations, airportStatus),
    origins: newestWindowOnly(newestByAirport(origins, originStatus)),
  }),
};

function byAirport(
  index: string,
  { entries }: { readonly entries: v.ObjectEntries },
  size: number,
  sort: readonly object[],
): Search {
  return groupSearch(
    [index],
    { field: "airport", order: { _key: "asc" } },
    { query: complete(entries), aggs: { newest: { top_hits: { size, sort } } } },
  );
}

function newestByAirport<Result>(
  answer: Answer | undefined,
  schema: Schema<Result>,
): readonly Result[] {
  const airports = groupsOf(answer, buckets({ newest: topHits }));
  return airports.flatMap(({ newest }) => documents(newest, schema));
}

/** A window with fewer zones than were asked for is followed by those of the window before. */
function newestWindowOnly(origins: readonly OriginStatus[]): readonly OriginStatus[] {
  const newest = new Map<string, string>();
  for (const { airport, windowStart } of origins) {
    if (!newest.has(airport)) newest.set(airport, windowStart);
  }
  return origins.filter(({ airport, windowStart }) => newest.get(airport) === windowStart);
}

async function demandOf(
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
    })),
    peak: totals.peak.value ?? 0,
  };
}
