import { createHash } from "node:crypto";
import { RowRejection } from "../files/rows";
import { DateTime } from "luxon";
import { isoSeconds, isWritable } from "../events/event-time";
import { parseInstant } from "../events/instant";
import type { SourceEvent } from "../events/record";
import { firstInstant, newYorkZone, type WallClock, wallClock } from "../events/wall-clock";
import { outsideZone, taxiZoneAt } from "./taxi-zones";
import { type Column, tripColumns } from "./trip-columns";

const hourMs = 3_600_000;
/** How databases and programs write that a value is missing. */
const nothing = /^(null|\\n|nan|none|nil|nat|#?n\/a|na|<na>|-)$/i;
const date = String.raw`(?:(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{1,2})\/(\d{1,2})\/(\d{4}))`;
const clock = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s?([AP])\.?M\.?)?`;
const offset = String.raw`(?:\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?:\[[\w/+-]+\])?)?`;
const anyTime = new RegExp(`^${date}(?:T|,?\\s+)${clock}${offset}$`, "i");

/** A time as 3/1/2019 1:05 PM or 2019/3/1 9:05 -05 with all that YYYY-MM-DD HH:MM:SS has; anything else as it is. */
function usual(text: string): string {
  const [, isoYear, isoMonth, isoDay, usMonth, usDay, usYear, ...rest] = anyTime.exec(text) ?? [];
  const [hour = "", minute, second = "00", fraction = "0", half, zone = ""] = rest;
  if (minute === undefined) return text;
  const two = (part: string | number = "") => String(part).padStart(2, "0");
  const day = `${isoYear ?? usYear ?? ""}-${two(isoMonth ?? usMonth)}-${two(isoDay ?? usDay)}`;
  const hours =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  const instant = /^[a-z]/i.test(zone) ? "Z" : zone.length === 3 ? `${zone}:00` : zone;
  return `${day} ${two(hours)}:${minute}:${second}.${fraction}${instant}`;
}

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads the rows of one file into trips, finding columns by the names in the file's header. */
export class TripRowReader {
  readonly #fields: number;
  readonly #indexes: ReadonlyMap<Column, number>;
  /** What is wrong with the header; a reader with problems must not be used. */
  readonly problems: readonly string[];

  readonly #zoneName: string;
  readonly #local: WallClock;

  constructor(header: readonly string[], zone: string = newYorkZone) {
    this.#zoneName = zone;
    this.#local = wallClock(zone);
    this.#fields = header.length;
    const { indexes, problems } = tripColumns(header);
    this.#indexes = indexes;
    this.problems = problems;
  }

  /** Reads the values of a row. @throws RowRejection with the first thing that is wrong */
  read(values: readonly string[]): Trip {
    // Files of 2013 to 2016 have empty fields at the end of a row that their headers do not know.
    const isLonger = values.length > this.#fields && values.slice(this.#fields).every(isBlank);
    if (values.length !== this.#fields && !isLonger) {
      const detail = `${values.length} fields; the header has ${this.#fields}`;
      throw new RowRejection("unparsable-row", detail);
    }
    const pickupTime = this.#time(values, "pickupTime");
    const dropoffTime = this.#endTime(this.#time(values, "dropoffTime"), pickupTime);
    const pickupZone = this.#zone(values, "pickup");
    const dropoffZone = this.#zone(values, "dropoff");
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
    const text = index === undefined ? "" : (values[index] ?? "").trim();
    return nothing.test(text) ? "" : text;
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
    const instant = this.timeOf(text);
    if (instant === undefined) {
      const detail = `${column} is ${text}; expected YYYY-MM-DD HH:MM:SS`;
      throw new RowRejection("invalid-time", detail);
    }
    return instant;
  }

  /** Column of the event time, counted from 0. */
  get timeColumn(): number {
    return this.#indexes.get("dropoffTime") ?? NaN;
  }

  /** Milliseconds since the epoch, in whole seconds; undefined for what is no time. */
  timeOf(text: string): number | undefined {
    const trimmed = text.trim();
    const instant =
      this.#local(trimmed) ?? parseInstant(trimmed) ?? this.#unusual(trimmed, usual(trimmed));
    return instant === undefined || !isWritable(instant)
      ? undefined
      : Math.floor(instant / 1000) * 1000;
  }

  /** Weeks, days of the year and times without hyphens and colons are left to ISO 8601. */
  #unusual(text: string, usualText: string): number | undefined {
    const known = this.#local(usualText) ?? parseInstant(usualText);
    if (known !== undefined || !/\dT\d{4}|W\d|^\d{4}-\d{3}T/i.test(text)) return known;
    return firstInstant(DateTime.fromISO(text, { zone: this.#zoneName }));
  }

  /** In the hour that is repeated in autumn the second instant is meant where the first one is before the pick-up. */
  #endTime(dropoff: number, pickup: number): number {
    const offset = (ms: number) => DateTime.fromMillis(ms, { zone: this.#zoneName }).offset;
    const later = dropoff + hourMs;
    const isRepeated =
      dropoff <= pickup && later > pickup && offset(dropoff) - offset(later) === 60;
    return isRepeated ? later : dropoff;
  }

  #zone(values: readonly string[], end: "pickup" | "dropoff"): number {
    const column = `${end}Zone` as const;
    if (!this.#indexes.has(column)) {
      return taxiZoneAt(
        this.#degrees(values, `${end}Longitude`),
        this.#degrees(values, `${end}Latitude`),
      );
    }
    const zone = parseNumber(this.#requiredText(values, column), column);
    if (!Number.isInteger(zone) || zone < 1 || zone > outsideZone) {
      const detail = `${column} is ${zone}; expected an integer from 1 to ${outsideZone}`;
      throw new RowRejection("invalid-zone", detail);
    }
    return zone;
  }

  /** NaN where the row does not say. */
  #degrees(values: readonly string[], column: Column): number {
    const text = this.#text(values, column);
    return text === "" ? NaN : parseNumber(text, column);
  }

  #passengers(values: readonly string[]): number | undefined {
    const count = this.#quantity(values, "passengers", "invalid-number");
    if (count !== undefined && !Number.isInteger(count)) {
      throw new RowRejection("invalid-number", `passengers is ${count}; expected an integer`);
    }
    return count;
  }

  /** Optional columns: what the row does not say, the event does not say either. */
  #quantity(values: readonly string[], column: Column, whenNegative: string): number | undefined {
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

function isBlank(text: string): boolean {
  return text.trim() === "";
}

function parseNumber(text: string, column: Column): number {
  const value = numberPattern.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) {
    throw new RowRejection("invalid-number", `${column} is ${text}; expected a number`);
  }
  return value;
}

/** Id of a row, the same in every replay; the separator keeps values that run into each other apart. */
function tripId(values: readonly string[]): string {
  return createHash("sha256").update(values.join("\u001f")).digest("hex").slice(0, 32);
}

/** A completed taxi trip; schemas/trip.schema.json says what each property means. */
export interface Trip {
  readonly id: string;
  readonly pickupTime: number;
  /** Milliseconds since the epoch: the event time. */
  readonly dropoffTime: number;
  readonly pickupZone: number;
  readonly dropoffZone: number;
  /** Undefined, and left out of the event, where the file does not say; so are those below. */
  readonly passengers: number | undefined;
  readonly distanceMiles: number | undefined;
  readonly fareUsd: number | undefined;
  readonly totalUsd: number | undefined;
}

export function tripEvent(trip: Trip): SourceEvent {
  const event = {
    ...trip,
    pickupTime: isoSeconds(trip.pickupTime),
    dropoffTime: isoSeconds(trip.dropoffTime),
  };
  return {
    eventTime: trip.dropoffTime,
    partitionKey: String(trip.pickupZone),
    data: Buffer.from(JSON.stringify(event)),
  };
}
