import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { DemandHistory } from "../../../local/status/demand-history";
import type { WindowDemand } from "../../../local/status/result-status";
import { cellOf } from "../../../local/verify/geohash";

interface Outlines {
  readonly features: readonly {
    readonly properties: {
      readonly locationId: number;
      readonly zone: string;
      readonly borough: string;
    };
  }[];
}

const outlines = JSON.parse(
  readFileSync(join(__dirname, "../../../local/data/taxi-zones.geojson"), "utf8"),
) as Outlines;
export const manhattan = outlines.features
  .map(({ properties }) => properties)
  .filter(({ borough }) => borough === "Manhattan")
  .map(({ locationId, zone, borough }, at) => ({
    zone: locationId,
    zoneName: zone,
    borough,
    trips: 1 + ((at * 37) % 120),
    normal: 20,
    score: (1 + ((at * 37) % 120) - 20) / Math.sqrt(20),
  }))
  .sort((a, b) => b.trips - a.trips);

const FIRST_WINDOW = Date.parse("2019-03-01T18:45:00Z") / 1000;
const SLIDE = 300;
const WINDOWS = 61;

const top = manhattan.slice(0, 8).map(({ zone, trips }) => ({
  zone,
  trend: Array.from({ length: 24 }, (_, back) => Math.round(trips * Math.abs(Math.sin(back / 4)))),
}));

const window = (start: number, zones = manhattan): WindowDemand => ({
  start: new Date(start * 1000).toISOString(),
  end: new Date((start + 900) * 1000).toISOString(),
  complete: true,
  zones,
  top,
});

const cells = Array.from({ length: 40 }, (_, at) => ({
  cell: cellOf(40.7 + (at % 8) / 100, -74 + Math.floor(at / 8) / 50, 6).name,
  trips: 1 + ((at * 7) % 30),
  normal: 4,
  score: (((at * 7) % 30) - 3) / 2,
}));

/** Five hours of windows, a slide of five minutes apart. */
export const fakeHistory: DemandHistory = {
  windows: () =>
    Promise.resolve(
      Array.from({ length: WINDOWS }, (_, at) => [
        FIRST_WINDOW + at * SLIDE,
        2000 + Math.round(1500 * Math.sin(at / 9)),
      ]),
    ),
  window: (start) =>
    Promise.resolve(
      start < FIRST_WINDOW
        ? undefined
        : { ...window(start, manhattan.slice(0, zonesAt(start))), cells },
    ),
};

/** Zones that have demand in a past window of the fake: more of them the later it is. */
export function zonesAt(start: number): number {
  return Math.min(manhattan.length, 1 + (start - FIRST_WINDOW) / SLIDE);
}

export const liveWindow = window(Date.parse("2019-03-01T23:45:00Z") / 1000);
