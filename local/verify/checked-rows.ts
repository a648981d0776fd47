import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse/sync";
import { newYorkSeconds } from "./new-york-time";

/** Why a row of the file is no trip; of a row with several faults the first in this order is reported. */
export const REJECTIONS = [
  "unparsable-row",
  "missing-field",
  "invalid-time",
  "invalid-number",
  "invalid-zone",
  "dropoff-not-after-pickup",
  "negative-amount",
] as const;

export type Rejection = (typeof REJECTIONS)[number];

export interface Trip {
  readonly pickup: number;
  readonly dropoff: number;
  readonly pickupZone: number;
  readonly dropoffZone: number;
}

/** A row of the file: its values in header order, and what they come to. */
interface CheckedRow {
  readonly values: readonly string[];
  readonly result: Trip | Rejection;
}

const LAST_ZONE = 265;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const REQUIRED = {
  pickup: ["pickup_datetime", "tpep_pickup_datetime", "lpep_pickup_datetime"],
  dropoff: ["dropoff_datetime", "tpep_dropoff_datetime", "lpep_dropoff_datetime"],
  pickupZone: ["pickup_location_id", "pulocationid"],
  dropoffZone: ["dropoff_location_id", "dolocationid"],
} as const;
const OPTIONAL = {
  fare: ["fare_amount"],
  total: ["total_amount"],
  passengers: ["passenger_count"],
  distance: ["trip_distance"],
} as const;

type Field = keyof typeof REQUIRED | keyof typeof OPTIONAL;
type Columns = Readonly<Record<Field, number>>;

function columnsOf(file: string, header: readonly string[]): Columns {
  const found = header.map((name) => name.trim().toLowerCase());
  const columns = { ...REQUIRED, ...OPTIONAL };
  const positions = Object.entries(columns).map(([field, names]) => [
    field,
    found.findIndex((name) => (names as readonly string[]).includes(name)),
  ]) as [Field, number][];
  const missing = positions.filter(([field, at]) => at < 0 && field in REQUIRED);
  if (missing.length > 0) {
    const wanted = missing.map(([field]) => columns[field].join(" or ")).join(", ");
    throw new Error(`${file} has no column ${wanted}; its columns are: ${header.join(", ")}`);
  }
  return Object.fromEntries(positions) as Columns;
}

function check(values: readonly string[], columns: Columns): Trip | Rejection {
  const text = (field: Field) => values[columns[field]]?.trim() ?? "";
  const number = (field: Field) => {
    // A figure that is left out spoils nothing.
    if (text(field) === "") return 0;
    return DECIMAL.test(text(field)) ? Number(text(field)) : NaN;
  };
  const required = Object.keys(REQUIRED) as (keyof typeof REQUIRED)[];
  if (required.some((field) => text(field) === "")) return "missing-field";

  const pickup = newYorkSeconds(text("pickup"));
  const dropoff = newYorkSeconds(text("dropoff"));
  if (pickup === undefined || dropoff === undefined) return "invalid-time";

  const [pickupZone, dropoffZone] = [number("pickupZone"), number("dropoffZone")];
  const [passengers, distance] = [number("passengers"), number("distance")];
  const amounts = [number("fare"), number("total")];
  const numbers = [pickupZone, dropoffZone, passengers, distance, ...amounts];
  if (!numbers.every(Number.isFinite)) return "invalid-number";
  if (!Number.isInteger(passengers) || passengers < 0 || distance < 0) return "invalid-number";

  const isZone = (value: number) => Number.isInteger(value) && value >= 1 && value <= LAST_ZONE;
  if (!isZone(pickupZone) || !isZone(dropoffZone)) return "invalid-zone";
  if (dropoff <= pickup) return "dropoff-not-after-pickup";
  if (amounts.some((amount) => amount < 0)) return "negative-amount";
  return { pickup, dropoff, pickupZone, dropoffZone };
}

function valuesOf(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(",");
  try {
    return parse(line, { relax_column_count: true })[0];
  } catch {
    return undefined;
  }
}

/** Whether the rows of a file can be checked here: CSV, or trips as the stream carries them in JSON lines, each also .gz. */
export function isCheckable(file: string): boolean {
  return !/\.(parquet|json(\.gz)?)$/i.test(file);
}

/** A trip as the stream carries it, which was checked before it got there. */
function eventOf(line: string): CheckedRow {
  try {
    const { id, pickupTime, dropoffTime, pickupZone, dropoffZone } = JSON.parse(line) as {
      readonly [field: string]: string | number;
    };
    const [pickup, dropoff] = [pickupTime, dropoffTime].map(
      (time) => Date.parse(String(time)) / 1000,
    );
    const trip = { pickup, dropoff, pickupZone, dropoffZone };
    const isTrip = Object.values(trip).every(Number.isInteger);
    return { values: [String(id)], result: isTrip ? (trip as Trip) : "missing-field" };
  } catch {
    return { values: [line], result: "unparsable-row" };
  }
}

/** The lines of a file, decompressed where its name ends in .gz. @throws Error when it cannot be read */
async function* linesOf(file: string): AsyncGenerator<string> {
  // Opened first: a stream would report its failure where the loop below does not hear it.
  const handle = await open(file);
  try {
    const bytes = handle.createReadStream();
    const input = file.endsWith(".gz") ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
    yield* createInterface({ input, crlfDelay: Infinity });
  } finally {
    await handle.close();
  }
}

/**
 * Checked rows of a TLC trip file, or of trips in JSON lines. A row is a line, so that a stray quotation mark spoils no
 * other row.
 * @throws Error when the file cannot be read, is empty, or lacks a column that a trip needs
 */
export async function* checkedRows(file: string): AsyncGenerator<CheckedRow> {
  const isJson = /\.(jsonl|ndjson)(\.gz)?$/i.test(file);
  let columns: Columns | undefined;
  let width = 0;
  for await (const line of linesOf(file)) {
    if (line === "") continue;
    if (isJson) {
      yield eventOf(line);
      continue;
    }
    const values = valuesOf(line);
    if (columns === undefined) {
      columns = columnsOf(file, values ?? []);
      width = values?.length ?? 0;
    } else if (values?.length !== width) {
      yield { values: [line], result: "unparsable-row" };
    } else {
      yield { values, result: check(values, columns) };
    }
  }
  if (columns === undefined && !isJson)
    throw new Error(`${file} is empty; it needs a header row and trips`);
}
