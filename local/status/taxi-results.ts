import * as v from "valibot";

import { demandOf, demandTotals } from "./demand-status";
import {
  aggregations,
  buckets,
  documents,
  topHits,
  type Answer,
  type ResultReader,
  type Search,
} from "./multi-search";
import { airportStatus, originStatus, type OriginStatus, type TaxiResults } from "./result-status";
import type { Schema } from "./http";
import { ZONES_INDEX } from "./window-demand";

/** Zones told for each airport. */
const ORIGINS = 3;

const airports = v.object({ airports: buckets({ newest: topHits }) });

/** Demand, and durations of trips to the airports. */
export const taxiResults: ResultReader<TaxiResults> = {
  finest: ({ slideMinutes }) => ({ index: ZONES_INDEX, stepSeconds: 60 * slideMinutes }),
  searches: [
    demandTotals,
    byAirport("taxi-airport-durations", 1, [{ windowStart: "desc" }]),
    byAirport("taxi-airport-origins", ORIGINS, [
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

function byAirport(index: string, size: number, sort: readonly object[]): Search {
  const newest = { top_hits: { size, sort } };
  return {
    index: [index],
    body: {
      size: 0,
      aggs: {
        airports: { terms: { field: "airport", order: { _key: "asc" } }, aggs: { newest } },
      },
    },
  };
}

function newestByAirport<Result>(
  answer: Answer | undefined,
  schema: Schema<Result>,
): readonly Result[] {
  const found = aggregations(answer, airports)?.airports.buckets ?? [];
  return found.flatMap(({ newest }) => documents(newest, schema));
}

/** A window with fewer zones than were asked for is followed by those of the window before. */
function newestWindowOnly(origins: readonly OriginStatus[]): readonly OriginStatus[] {
  const newest = new Map<string, string>();
  for (const { airport, windowStart } of origins) {
    if (!newest.has(airport)) newest.set(airport, windowStart);
  }
  return origins.filter(({ airport, windowStart }) => newest.get(airport) === windowStart);
}
