import * as v from "valibot";
import {
  buckets,
  complete,
  documents,
  groupSearch,
  groupsOf,
  multiSearch,
  value,
  type Search,
  type SearchSource,
} from "./multi-search";
import {
  cellDemand,
  topAreasDocument,
  zoneDemand,
  zoneDocument,
  type PastWindow,
  type WindowDemand,
  type WindowList,
} from "./result-status";

/** OpenSearch returns so many documents per answer, and that is more than the city has cells. */
const ALL_CELLS = 10_000;
/** More windows than a month has, five minutes apart; OpenSearch allows 65,535 buckets. */
const ALL_WINDOWS = 20_000;

export type DemandHistory = ReturnType<typeof demandHistory>;

export function demandHistory(source: SearchSource) {
  return {
    async windows(): Promise<WindowList> {
      const [answer] = await multiSearch(source.endpoint, [
        groupSearch(
          [ZONES_INDEX],
          { field: "windowStart", size: ALL_WINDOWS, order: { _key: "asc" } },
          {
            query: complete(zoneDocument.entries),
            aggs: { trips: { sum: { field: "trips" } } },
          },
        ),
      ]);
      return groupsOf(answer, buckets({ trips: value })).map(({ key, trips }) => [
        Number(key) / 1000,
        trips.value ?? 0,
      ]);
    },
    /** @returns undefined when nothing is known of the window that starts then, in epoch seconds */
    async window(start: number): Promise<PastWindow | undefined> {
      const [demand, [cells]] = await Promise.all([
        windowDemand(source, start * 1000),
        multiSearch(source.endpoint, [
          windowSearch("taxi-demand-cells", start * 1000, ALL_CELLS, "cell"),
        ]),
      ]);
      return demand && { ...demand, cells: documents(cells, cellDemand) };
    },
  };
}

export const ZONES_INDEX = "taxi-demand-zones";
/** More than there are taxi zones. */
export const ALL_ZONES = 300;
const TREND_WINDOWS = 24;

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
  const [top] = documents(topAnswer, topAreasDocument);
  const areas = top?.areas.map(({ area }) => area) ?? [];
  const trends = await trendsOf(source, start, areas);
  return {
    start: first.windowStart,
    end: first.windowEnd,
    complete: zones.every(({ complete }) => complete),
    zones: documents(zoneAnswer, v.object(zoneDemand)),
    top: areas.map((area) => ({ zone: Number(area), trend: trends.get(area) ?? [] })),
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
  const windowStart = { gte: starts[0], lte: start, format: "epoch_millis" };
  const [answer] = await multiSearch(endpoint, [
    groupSearch(
      [ZONES_INDEX],
      { field: "zone", size: ALL_ZONES },
      {
        query: { bool: { filter: [{ terms: { zone: zones } }, { range: { windowStart } }] } },
        aggs: {
          windows: {
            terms: { field: "windowStart", size: TREND_WINDOWS },
            aggs: { trips: { max: { field: "trips" } } },
          },
        },
      },
    ),
  ]);
  return new Map(
    groupsOf(answer, buckets({ windows: buckets({ trips: value }) })).map(({ key, windows }) => {
      const trips = new Map(windows.buckets.map((window) => [Number(window.key), window.trips]));
      return [String(key), starts.map((at) => trips.get(at)?.value ?? 0)];
    }),
  );
}

function windowSearch(index: string, start: number, size: number, key: string): Search {
  return {
    index: [index],
    body: { size, query: at(start), sort: [{ trips: "desc" }, { [key]: "asc" }] },
  };
}

function at(start: number): object {
  return { term: { windowStart: { value: new Date(start).toISOString() } } };
}
