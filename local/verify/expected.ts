import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "csv-parse/sync";

import { checkedRows, REJECTIONS, type Rejection, type Trip } from "./checked-rows";
import { cellOf } from "./geohash";
import type { DocumentSource, ResultIndex } from "./result-document";

/** How the job was told to compute; the same figures as its property groups `demand` and `airports`. */
export interface ExpectedSettings {
  /** Length of a demand window in minutes; a multiple of demandSlideMinutes. */
  readonly demandWindowMinutes: number;
  readonly demandSlideMinutes: number;
  /** Characters of a cell's geohash. */
  readonly geohashPrecision: number;
  readonly airportWindowMinutes: number;
}

export interface RowCounts {
  /** Data rows in the file. */
  readonly read: number;
  /** Rows that are trips, duplicates included. */
  readonly trips: number;
  /** Trips that repeat a row word for word; each counts once. */
  readonly duplicates: number;
  readonly rejected: Readonly<Record<Rejection, number>>;
}

/** What the pipeline's indices must hold once a file has been replayed to its end. */
export interface Expected {
  /** Index, then id, then the document without `complete`. */
  readonly documents: ReadonlyMap<ResultIndex, ReadonlyMap<string, DocumentSource>>;
  readonly rows: RowCounts;
  /** Number of windows that hold at least one trip. */
  readonly windows: { readonly demand: number; readonly airports: number };
}

interface Zone {
  readonly zone: number;
  readonly zoneName: string;
  readonly borough: string;
  readonly location: { readonly lat: number; readonly lon: number };
}

const ZONES_FILE = join(__dirname, "../../flink-job/src/main/resources/taxi-zones.csv");
const AIRPORTS: ReadonlyMap<number, string> = new Map([
  [1, "EWR"],
  [132, "JFK"],
  [138, "LGA"],
]);
/** Zones that the table of points folds into a neighbour. */
const FOLDED: ReadonlyMap<number, number> = new Map([
  [57, 56],
  [104, 103],
  [105, 103],
]);

function readZones(): ReadonlyMap<number, Zone> {
  const rows = parse(readFileSync(ZONES_FILE), { columns: true }) as unknown as Record<
    "LocationID" | "Zone" | "Borough" | "Latitude" | "Longitude",
    string
  >[];
  return new Map(
    rows.map((row) => [
      Number(row.LocationID),
      {
        zone: Number(row.LocationID),
        zoneName: row.Zone,
        borough: row.Borough,
        location: { lat: Number(row.Latitude), lon: Number(row.Longitude) },
      },
    ]),
  );
}

/** The windows, as starts in seconds, that contain an instant: start inclusive, end exclusive. */
function windowStarts(at: number, length: number, slide: number): number[] {
  const starts: number[] = [];
  for (let start = Math.floor(at / slide) * slide; start > at - length; start -= slide) {
    starts.push(start);
  }
  return starts;
}

const instant = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** Trips and seconds travelled for each key (zone, cell or airport) and window start. */
class Tally<Key extends string | number> {
  private readonly sums = new Map<
    string,
    { key: Key; start: number; trips: number; seconds: number }
  >();

  add(key: Key, start: number, seconds: number): void {
    const id = `${key}-${start}`;
    const sum = this.sums.get(id) ?? { key, start, trips: 0, seconds: 0 };
    sum.trips++;
    sum.seconds += seconds;
    this.sums.set(id, sum);
  }

  documents(
    lengthSeconds: number,
    describe: (key: Key, sum: { trips: number; seconds: number }) => DocumentSource,
  ): ReadonlyMap<string, DocumentSource> {
    return new Map(
      [...this.sums].map(([id, sum]) => [
        id,
        {
          ...describe(sum.key, sum),
          windowStart: instant(sum.start),
          windowEnd: instant(sum.start + lengthSeconds),
          trips: sum.trips,
        },
      ]),
    );
  }

  get windows(): number {
    return new Set([...this.sums.values()].map((sum) => sum.start)).size;
  }
}

/**
 * The documents that a replay of `file` must leave behind, computed from the rows alone: by design this shares no code with
 * the producer or the job, so that a mistake in them cannot repeat itself here.
 *
 * @throws Error when the file cannot be read or is not a TLC trip file.
 */
export async function expectedResult(file: string, settings: ExpectedSettings): Promise<Expected> {
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
  const byAirport = new Tally<string>();

  const count = ({ pickup, dropoff, pickupZone, dropoffZone }: Trip): void => {
    const zone = FOLDED.get(pickupZone) ?? pickupZone;
    const cell = cells.get(zone);
    if (cell !== undefined) {
      for (const start of windowStarts(dropoff, length, slide)) {
        byZone.add(zone, start, dropoff - pickup);
        byCell.add(cell.name, start, dropoff - pickup);
      }
    }
    const airport = AIRPORTS.get(dropoffZone);
    if (airport !== undefined) {
      const [start = 0] = windowStarts(dropoff, airportLength, airportLength);
      byAirport.add(airport, start, dropoff - pickup);
    }
  };

  const rejected = Object.fromEntries(REJECTIONS.map((reason) => [reason, 0])) as Record<
    Rejection,
    number
  >;
  const seen = new Set<string>();
  let [read, trips] = [0, 0];
  for await (const { values, result } of checkedRows(file)) {
    read++;
    if (typeof result === "string") {
      rejected[result]++;
      continue;
    }
    trips++;
    // A digest, not the row: a month holds millions of them.
    const digest = createHash("md5").update(JSON.stringify(values)).digest().toString("latin1");
    if (seen.has(digest)) continue;
    seen.add(digest);
    count(result);
  }

  return {
    documents: new Map<ResultIndex, ReadonlyMap<string, DocumentSource>>([
      ["taxi-demand-zones", byZone.documents(length, (zone) => ({ ...zones.get(zone) }))],
      [
        "taxi-demand-cells",
        byCell.documents(length, (cell) => ({ cell, location: centres.get(cell) })),
      ],
      [
        "taxi-airport-durations",
        byAirport.documents(airportLength, (airport, sum) => ({
          airport,
          averageSeconds: sum.seconds / sum.trips,
        })),
      ],
    ]),
    rows: { read, trips, duplicates: trips - seen.size, rejected },
    windows: { demand: byZone.windows, airports: byAirport.windows },
  };
}
