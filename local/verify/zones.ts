import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

const ZONES_FILE = join(__dirname, "../../flink-job/src/main/resources/taxi-zones.csv");

const FOLDED: ReadonlyMap<number, number> = new Map([
  [57, 56],
  [104, 103],
  [105, 103],
]);

/** Zones by their number; those that count as a neighbour are not among them. */
export function readZones() {
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

export function folded(zone: number): number {
  return FOLDED.get(zone) ?? zone;
}
