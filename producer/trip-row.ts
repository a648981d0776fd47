import { createHash } from "node:crypto";
import { newYorkInstant } from "./new-york-time";
import type { Trip } from "./trip";

/** Why a row is not sent. */
export type RejectionReason =
  | "unparsable-row"
  | "missing-field"
  | "invalid-time"
  | "invalid-number"
  | "invalid-zone"
  | "dropoff-not-after-pickup"
  | "negative-amount";

/** What is wrong with a row that is no trip. */
export class RowRejection extends Error {
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Lower-case names under which the files of the TLC, and extracts of them, know a column. */
const columnNames = {
  pickupTime: ["pickup_datetime", "tpep_pickup_datetime", "lpep_pickup_datetime"],
  dropoffTime: ["dropoff_datetime", "tpep_dropoff_datetime", "lpep_dropoff_datetime"],
  pickupZone: ["pickup_location_id", "pulocationid"],
  dropoffZone: ["dropoff_location_id", "dolocationid"],
  passengers: ["passenger_count"],
  distanceMiles: ["trip_distance"],
  fareUsd: ["fare_amount"],
  totalUsd: ["total_amount"],
};
type Column = keyof typeof columnNames;
const allColumns = Object.keys(columnNames) as Column[];
const requiredColumns: Column[] = ["pickupTime", "dropoffTime", "pickupZone", "dropoffZone"];

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const maxZone = 265;

/** Reads the rows of one file into trips, finding columns by the names in the file's header. */
export class TripRowReader {
  readonly #fields: number;
  readonly #indexes = new Map<Column, number>();
  /** What is wrong with the header; a reader with problems must not be used. */
  readonly problems: readonly string[];

  constructor(header: readonly string[]) {
    this.#fields = header.length;
    const names = header.map((name) => name.trim().toLowerCase());
    const problems: string[] = [];
    for (const column of allColumns) {
      const indexes = names.flatMap((name, i) => (columnNames[column].includes(name) ? [i] : []));
      if (indexes[0] !== undefined) {
        this.#indexes.set(column, indexes[0]);
      }
      if (indexes.length > 1) {
        const rivals = indexes.map((index) => header[index]).join(" and ");
        problems.push(`columns ${rivals} both hold the ${column}; keep one`);
      }
    }
    const missing = requiredColumns.filter((column) => !this.#indexes.has(column));
    if (missing.length > 0) {
      const wanted = missing.map((column) => columnNames[column].join(" or ")).join("; ");
      problems.push(`missing columns: ${wanted}; columns found: ${header.join(", ")}`);
    }
    this.problems = problems;
  }

  /**
   * @param values - the row's values in the order of the header
   * @throws RowRejection with the first thing that is wrong
   */
  read(values: readonly string[]): Trip {
    if (values.length !== this.#fields) {
      const detail = `${values.length} fields; the header has ${this.#fields}`;
      throw new RowRejection("unparsable-row", detail);
    }
    const pickupTime = this.#time(values, "pickupTime");
    const dropoffTime = this.#time(values, "dropoffTime");
    const pickupZone = this.#zone(values, "pickupZone");
    const dropoffZone = this.#zone(values, "dropoffZone");
    if (dropoffTime <= pickupTime) {
      const seconds = (pickupTime - dropoffTime) / 1000;
      const detail = `the drop-off is ${seconds} s before the pick-up; expected after it`;
      throw new RowRejection("dropoff-not-after-pickup", detail);
    }
    return {
      id: tripId(values),
      pickupTime,
      dropoffTime,
      pickupZone,
      dropoffZone,
      passengers: this.#passengers(values),
      distanceMiles: this.#quantity(values, "distanceMiles", "invalid-number"),
      fareUsd: this.#quantity(values, "fareUsd", "negative-amount"),
      totalUsd: this.#quantity(values, "totalUsd", "negative-amount"),
    };
  }

  #text(values: readonly string[], column: Column): string {
    const index = this.#indexes.get(column);
    return index === undefined ? "" : (values[index] ?? "").trim();
  }

  #requiredText(values: readonly string[], column: Column): string {
    const text = this.#text(values, column);
    if (text === "") {
      throw new RowRejection("missing-field", `${column} is empty`);
    }
    return text;
  }

  #time(values: readonly string[], column: Column): number {
    const text = this.#requiredText(values, column);
    const instant = newYorkInstant(text);
    if (instant === undefined) {
      const detail = `${column} is ${text}; expected YYYY-MM-DD HH:MM:SS`;
      throw new RowRejection("invalid-time", detail);
    }
    return instant;
  }

  #zone(values: readonly string[], column: Column): number {
    const zone = parseNumber(this.#requiredText(values, column), column);
    if (!Number.isInteger(zone) || zone < 1 || zone > maxZone) {
      const detail = `${column} is ${zone}; expected an integer from 1 to ${maxZone}`;
      throw new RowRejection("invalid-zone", detail);
    }
    return zone;
  }

  #passengers(values: readonly string[]): number | undefined {
    const count = this.#quantity(values, "passengers", "invalid-number");
    if (count !== undefined && !Number.isInteger(count)) {
      throw new RowRejection("invalid-number", `passengers is ${count}; expected an integer`);
    }
    return count;
  }

  /** Optional columns: what the row does not say, the event does not say either. */
  #quantity(
    values: readonly string[],
    column: Column,
    whenNegative: RejectionReason,
  ): number | undefined {
    const text = this.#text(values, column);
    if (text === "") {
      return undefined;
    }
    const value = parseNumber(text, column);
    if (value < 0) {
      throw new RowRejection(whenNegative, `${column} is ${value}; expected 0 or more`);
    }
    return value;
  }
}

function parseNumber(text: string, column: Column): number {
  const value = numberPattern.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) {
    throw new RowRejection("invalid-number", `${column} is ${text}; expected a number`);
  }
  return value;
}

/**
 * The same row has the same id in every replay: that is how a consumer recognises a trip sent twice.
 * The separator, a control character, keeps values that run into each other apart.
 */
function tripId(values: readonly string[]): string {
  return createHash("sha256").update(values.join("\u001f")).digest("hex").slice(0, 32);
}
