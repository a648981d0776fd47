import { isUtf8 } from "node:buffer";
import type { ParquetParsers, SchemaElement, SchemaTree } from "hyparquet";
import { isoSeconds } from "../events/event-time";
import { type Cell, ExactNumber } from "./rows";

/** Timestamps as milliseconds since the epoch, which take a fraction of the memory of dates, and days as text. */
export const numbersOfTimes: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (us: bigint) => Number(us / 1000n),
  timestampFromNanoseconds: (ns: bigint) => Number(ns / 1_000_000n),
  dateFromDays: (days: number) => (textOfInstant(days * 86_400_000) ?? String(days)).slice(0, 10),
};

/** The same for what is within lists and structs, where a time is the text of its cell. */
export function textsOfTimes(column: SchemaTree): Partial<ParquetParsers> {
  const isUtc = leavesOf(column).filter(isTimestamp).every(isInstant);
  const text = timeText(isUtc);
  return {
    ...numbersOfTimes,
    timestampFromMilliseconds: (ms) => text(Number(ms)),
    timestampFromMicroseconds: (us: bigint) => text(Number(us / 1000n)),
    timestampFromNanoseconds: (ns: bigint) => text(Number(ns / 1_000_000n)),
  };
}

function leavesOf({ element, children }: SchemaTree): SchemaElement[] {
  return children.length === 0 ? [element] : children.flatMap(leavesOf);
}

/** The column whose decimals are read as the integers of which they are made: as floating point they would not be exact. */
export function withExactDecimals(column: SchemaTree): SchemaTree {
  if (!isDecimal(column.element)) return column;
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

/** The text of a time in milliseconds since 1970; of what is no time, its text: it is rejected as such. */
function timeText(isUtc: boolean): (ms: unknown) => unknown {
  return (ms) => {
    const text = typeof ms === "number" ? textOfInstant(ms) : undefined;
    if (text === undefined || isUtc) return text ?? ms;
    return `${text.slice(0, 10)} ${text.slice(11, -1)}`;
  };
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
  return new ExactNumber(`${unscaled < 0n ? "-" : ""}${all.slice(0, point)}${fraction}`);
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
