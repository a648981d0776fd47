import { isUtf8 } from "node:buffer";
import type { ParquetParsers, SchemaElement, SchemaTree } from "hyparquet";
import { isoSeconds } from "../events/event-time";
import { type Cell, JsonText } from "./rows";

const nanosPerMs = 1_000_000n;

/** Whole milliseconds take a fraction of the memory of dates; a time with more digits is its nanoseconds. */
function timeOf(nanos: bigint): number | bigint {
  return nanos % nanosPerMs === 0n ? Number(nanos / nanosPerMs) : nanos;
}

/** Whole milliseconds since 1970 of a timestamp as it was parsed, not later than it; undefined for what is none. */
export function msOf(time: unknown): number | undefined {
  if (typeof time !== "bigint") return typeof time === "number" ? time : undefined;
  return Number(time / nanosPerMs) - (time % nanosPerMs < 0n ? 1 : 0);
}

/** Timestamps as milliseconds or nanoseconds since the epoch, and days as text. */
export const numbersOfTimes: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (us: bigint) => timeOf(us * 1000n),
  timestampFromNanoseconds: timeOf,
  dateFromDays: (days: number) => (textOfInstant(days * 86_400_000) ?? String(days)).slice(0, 10),
};

/** The same for what is within lists and structs, where a time is the text of its cell. */
export function textsOfTimes(column: SchemaTree): Partial<ParquetParsers> {
  const isUtc = leavesOf(column).filter(isTimestamp).every(isInstant);
  const text = timeText(isUtc);
  return {
    ...numbersOfTimes,
    timestampFromMilliseconds: (ms) => text(Number(ms)),
    timestampFromMicroseconds: (us: bigint) => text(timeOf(us * 1000n)),
    timestampFromNanoseconds: (ns: bigint) => text(timeOf(ns)),
  };
}

function leavesOf({ element, children }: SchemaTree): SchemaElement[] {
  return children.length === 0 ? [element] : children.flatMap(leavesOf);
}

/**
 * The column whose decimals are read as the integers of which they are made: as floating point they would not be exact.
 * Intervals, JSON and BSON are read as their bytes.
 */
export function withExactDecimals(column: SchemaTree): SchemaTree {
  const isBytes = /^(INTERVAL|JSON|BSON)$/.test(column.element.converted_type ?? "");
  if (!isBytes && !isDecimal(column.element)) return column;
  const element = { ...column.element };
  delete element.converted_type;
  delete element.logical_type;
  return { ...column, element };
}

/** How the values of a column become cells. */
export function cellReader({ element }: SchemaTree): (value: unknown) => Cell {
  const { type, converted_type, logical_type, scale = 0 } = element;
  if (isTimestamp(element)) return timeText(isInstant(element));
  if (isDecimal(element)) return (value) => decimal(value, scale);
  if (type === "FLOAT") return (value) => (typeof value === "number" ? shortest(value) : value);
  if (logical_type?.type === "TIME" || converted_type?.startsWith("TIME_") === true) {
    const unit = logical_type?.type === "TIME" ? logical_type.unit : converted_type?.slice(5);
    return (value) => timeOfDay(value, digits[unit ?? ""] ?? 3);
  }
  if (type !== "BYTE_ARRAY") return (value) => value;
  if (converted_type === "JSON") {
    return (value) =>
      value instanceof Uint8Array ? new JsonText(Buffer.from(value).toString()) : value;
  }
  // Old programs do not mark texts as such.
  return (value) =>
    value instanceof Uint8Array && isUtf8(value) ? Buffer.from(value).toString() : value;
}

export function isTimestamp({ type, logical_type, converted_type }: SchemaElement): boolean {
  return (
    type === "INT96" ||
    logical_type?.type === "TIMESTAMP" ||
    (converted_type ?? "").startsWith("TIMESTAMP")
  );
}

/** Whether the file says that its times are instants; others are taken for wall-clock times. */
function isInstant({ logical_type }: SchemaElement): boolean {
  return logical_type?.type === "TIMESTAMP" && logical_type.isAdjustedToUTC;
}

/** The text of a time, as `numbersOfTimes` has it; of what is no time, its text: it is rejected as such. */
function timeText(isUtc: boolean): (time: unknown) => unknown {
  return (time) => {
    const ms = msOf(time);
    const whole = ms === undefined ? undefined : textOfInstant(ms);
    const text = whole && typeof time === "bigint" ? withNanos(whole, time) : whole;
    if (text === undefined || isUtc) return text ?? time;
    return `${text.slice(0, 10)} ${text.slice(11, -1)}`;
  };
}

/** The text of an instant with six or nine digits below the second. */
function withNanos(text: string, nanos: bigint): string {
  const fraction = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${text.slice(0, 19)}.${String(fraction).padStart(9, "0").replace(/000$/, "")}Z`;
}

function textOfInstant(ms: number): string | undefined {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return undefined;
  return ms % 1000 === 0 ? isoSeconds(ms) : date.toISOString();
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === "DECIMAL" || logical_type?.type === "DECIMAL";
}

/** @param value - the digits as an integer, or its bytes as two's complement, the highest first */
function decimal(value: unknown, scale: number): Cell {
  if (value === undefined || value === null) return value;
  const unscaled =
    value instanceof Uint8Array
      ? BigInt.asIntN(8 * value.length, BigInt(`0x0${Buffer.from(value).toString("hex")}`))
      : BigInt(value as number | bigint);
  const all = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = all.length - scale;
  const fraction = scale > 0 ? `.${all.slice(point)}` : "";
  return new JsonText(`${unscaled < 0n ? "-" : ""}${all.slice(0, point)}${fraction}`);
}

/** The number with the fewest digits that is the same in 32 bits: 6.55, not 6.550000190734863. */
function shortest(value: number): number {
  for (let precision = 6; precision < 9; precision += 1) {
    const rounded = Number(value.toPrecision(precision));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

const digits: Readonly<Record<string, number>> = { MILLIS: 3, MICROS: 6, NANOS: 9 };

/** @param value - since midnight, in a unit of so many digits below a second */
function timeOfDay(value: unknown, fractionDigits: number): Cell {
  if (typeof value !== "number" && typeof value !== "bigint") return value;
  const perSecond = 10n ** BigInt(fractionDigits);
  const seconds = isoSeconds(Number(BigInt(value) / perSecond) * 1000).slice(11, 19);
  const fraction = BigInt(value) % perSecond;
  return fraction === 0n
    ? seconds
    : `${seconds}.${String(fraction).padStart(fractionDigits, "0").replace(/0+$/, "")}`;
}
