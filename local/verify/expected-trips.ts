import { createHash } from "node:crypto";
import { checkedRows, REJECTIONS, type Rejection, type Trip } from "./checked-rows";
import { cellOf } from "./geohash";
import type { DocumentSource, Expected, ResultIndex } from "./result-document";
import { bounds, windowStarts } from "./windows";
import { folded, readZones } from "./zones";

/** Parameters of the job's computation; the same figures as its property groups `demand` and `airports`. */
export interface TripSettings {
  /** Length of a demand window in minutes; a multiple of demandSlideMinutes. */
  readonly demandWindowMinutes: number;
  readonly demandSlideMinutes: number;
  readonly geohashPrecision: number;
  readonly topAreas: number;
  /** How many windows before make an area's normal. */
  readonly normalWindows: number;
  readonly airportWindowMinutes: number;
}

/** Trips of a key in the window that starts then. */
interface Sum<Key> {
  readonly key: Key;
  readonly start: number;
  trips: number;
  /** Durations of the trips, where they are wanted. */
  readonly seconds: number[];
}

class Tally<Key extends string | number> {
  readonly #sums = new Map<string, Sum<Key>>();

  add(key: Key, start: number, seconds?: number): void {
    const id = `${key}-${start}`;
    const sum = this.#sums.get(id) ?? { key, start, trips: 0, seconds: [] };
    if (sum.trips === 0) this.#sums.set(id, sum);
    sum.trips++;
    if (seconds !== undefined) sum.seconds.push(seconds);
  }

  trips(key: Key, start: number): number {
    return this.#sums.get(`${key}-${start}`)?.trips ?? 0;
  }

  get sums(): Iterable<Sum<Key>> {
    return this.#sums.values();
  }
}

const AIRPORTS: ReadonlyMap<number, string> = new Map([
  [1, "EWR"],
  [132, "JFK"],
  [138, "LGA"],
]);

/**
 * Documents that a replay of `file` must lead to, from the rows alone: no code is shared with producer or job.
 * @throws Error when the file cannot be read or is not a TLC trip file
 */
export async function expectedTrips(file: string, settings: TripSettings): Promise<Expected> {
  const zones = readZones();
  const cells = new Map(
    [...zones.values()].map(({ zone, location }) => [
      zone,
      cellOf(location.lat, location.lon, settings.geohashPrecision),
    ]),
  );
  const centres = new Map([...cells.values()].map((cell) => [cell.name, cell.centre]));
  const length = settings.demandWindowMinutes * 60;
  const slide = settings.demandSlideMinutes * 60;
  const airportLength = settings.airportWindowMinutes * 60;
  const byZone = new Tally<number>();
  const byCell = new Tally<string>();
  const toAirport = new Tally<string>();
  const fromZone = new Tally<`${string}-${number}`>();

  const count = ({ pickup, dropoff, pickupZone, dropoffZone }: Trip): void => {
    const zone = folded(pickupZone);
    const cell = cells.get(zone);
    if (cell !== undefined) {
      for (const start of windowStarts(dropoff, length, slide)) {
        byZone.add(zone, start);
        byCell.add(cell.name, start);
      }
    }
    const airport = AIRPORTS.get(dropoffZone);
    if (airport !== undefined) {
      const [start = 0] = windowStarts(dropoff, airportLength, airportLength);
      toAirport.add(airport, start, dropoff - pickup);
      if (zones.has(zone)) fromZone.add(`${airport}-${zone}`, start, dropoff - pickup);
    }
  };

  const rejected = Object.fromEntries(REJECTIONS.map((reason) => [reason, 0])) as Record<
    Rejection,
    number
  >;
  const seen = new Set<string>();
  let [read, good] = [0, 0];
  for await (const { values, result } of checkedRows(file)) {
    read++;
    if (typeof result === "string") {
      rejected[result]++;
      continue;
    }
    good++;
    // A digest, not the row: a month holds millions of them.
    const digest = createHash("md5").update(JSON.stringify(values)).digest().toString("latin1");
    if (seen.has(digest)) continue;
    seen.add(digest);
    count(result);
  }

  const demand = <Key extends string | number>(
    tally: Tally<Key>,
    describe: (key: Key) => DocumentSource,
  ): ReadonlyMap<string, DocumentSource> =>
    documents(tally.sums, length, ({ key, start, trips }) => {
      let before = 0;
      for (let k = 1; k <= settings.normalWindows; k++)
        before += tally.trips(key, start - k * length);
      const normal = before / settings.normalWindows;
      const score = (trips - normal) / Math.sqrt(Math.max(normal, 1));
      return { ...describe(key), trips, normal, score };
    });
  /** The areas of each window with the most trips; among equals zones go by number and cells by name. */
  const ranked = <Key extends string | number>(
    kind: "zones" | "cells",
    tally: Tally<Key>,
    nameOf: (key: Key) => string | undefined,
  ): ReadonlyMap<string, DocumentSource> => {
    const byStart = new Map<number, Sum<Key>[]>();
    for (const sum of tally.sums) {
      const sums = byStart.get(sum.start) ?? [];
      sums.push(sum);
      byStart.set(sum.start, sums);
    }
    return new Map(
      [...byStart].map(([start, sums]) => {
        const areas = sums
          .sort((a, b) => b.trips - a.trips || (a.key < b.key ? -1 : 1))
          .slice(0, settings.topAreas)
          .map(({ key, trips }, at) => {
            return { rank: at + 1, area: String(key), name: nameOf(key), trips };
          });
        return [`${kind}-${start}`, { kind, ...bounds(start, length), areas }];
      }),
    );
  };
  return {
    documents: new Map<ResultIndex, ReadonlyMap<string, DocumentSource>>([
      ["taxi-demand-zones", demand(byZone, (zone) => ({ ...zones.get(zone) }))],
      ["taxi-demand-cells", demand(byCell, (cell) => ({ cell, location: centres.get(cell) }))],
      [
        "taxi-top-areas",
        new Map([
          ...ranked("zones", byZone, (zone) => zones.get(zone)?.zoneName),
          ...ranked("cells", byCell, (cell) => cell),
        ]),
      ],
      [
        "taxi-airport-durations",
        documents(toAirport.sums, airportLength, (sum) => ({
          airport: sum.key,
          ...durations(sum),
        })),
      ],
      [
        "taxi-airport-origins",
        documents(fromZone.sums, airportLength, (sum) => {
          const [airport, zone] = sum.key.split("-");
          return { airport, ...zones.get(Number(zone)), ...durations(sum) };
        }),
      ],
    ]),
    events: { read, good, duplicates: good - seen.size, rejected },
  };
}

/** Percentiles by nearest rank: the smallest duration that at least this share of the trips does not exceed. */
function durations({ trips, seconds }: Sum<string>): DocumentSource {
  const sorted = Float64Array.from(seconds).sort();
  const rank = (percent: number) => sorted[Math.ceil((percent * trips) / 100) - 1] ?? 0;
  return {
    trips,
    averageSeconds: sorted.reduce((sum, each) => sum + each, 0) / trips,
    p50Seconds: rank(50),
    p95Seconds: rank(95),
  };
}

function documents<Key extends string | number>(
  sums: Iterable<Sum<Key>>,
  length: number,
  describe: (sum: Sum<Key>) => DocumentSource,
): ReadonlyMap<string, DocumentSource> {
  return new Map(
    [...sums].map((sum) => [
      `${sum.key}-${sum.start}`,
      { ...describe(sum), ...bounds(sum.start, length) },
    ]),
  );
}
