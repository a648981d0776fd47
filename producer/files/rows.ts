import type { ErrorObject } from "ajv";
import type { SourceEvent } from "../events/record";
import { messageOf } from "./input-place";

/** What a field of a row holds. Times are text, with a `T` and a `Z` when they are instants. */
export type Cell = unknown;

/** JSON that is taken as it is: a number with more digits than floating point has, or a document with such numbers. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The text of a cell in a CSV file; empty where it has none. */
export function textOf(value: Cell): string {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return value instanceof JsonText ? value.text : "";
  }
}

/** How the rows of a file become the events of a workload. */
export interface RowDecoder {
  readonly noun: string;
  /**
   * How the rows of a file with columns are read; `isTyped` unless cells are text, as in a CSV file.
   * @throws StartError when columns are missing
   */
  columns(header: readonly string[], file: string, isTyped: boolean): RowReader;
  /** For files of JSON. @throws RowRejection */
  json(text: string): SourceEvent;
}

export interface RowReader {
  /** @throws RowRejection */
  read(cells: readonly Cell[]): SourceEvent;
  /** Where event times are, if a column has them as they are. */
  readonly time?: {
    readonly column: number;
    /** Not later than the event time of the cell's row; undefined where the row is rejected. */
    of(cell: Cell): number | undefined;
  };
}

export class RowRejection extends Error {
  readonly reason: string;

  constructor(reason: string, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

export function parsedRow(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const hint = /\b(NaN|Infinity)\b/.test(text) ? "; JSON has no NaN or Infinity, write null" : "";
    throw new RowRejection("unparsable-row", `${messageOf(error)}${hint}`);
  }
}

/** Rejects a row for the first of the errors that a schema's validator found. */
export function invalidEvent(errors: readonly ErrorObject[] | null | undefined): RowRejection {
  const { instancePath = "", message } = errors?.[0] ?? {};
  return new RowRejection("invalid-event", `${instancePath.slice(1)} ${message ?? ""}`.trim());
}

export interface InputRow {
  /** Line of the file, counted from 1, or row where a file has no lines. */
  readonly line: number;
  /** The row as it is written, or as CSV where it is no text. */
  readonly text: string;
  event(): SourceEvent;
}

/** Rows of a file that are read when the first of them is due. */
export interface FilePart {
  /** Not later than the event time of any of its rows; Infinity where all are rejected. */
  readonly from: number;
  rows(): AsyncIterable<InputRow[]>;
}

export interface FileIndex {
  readonly parts: readonly FilePart[];
  /** SHA-256 of the file's content. */
  readonly digest: string;
}

/** Rows of a part: few enough to wait in memory, many enough to be read at a time. */
export const rowsPerPart = 2000;

/** A row that is older by this than half of the rows of its part is read apart from them. */
const strayMs = 36 * 3_600_000;

/**
 * The earliest event time of a part, and the rows before it, by index: single rows of another year would have all parts
 * read first. @param times - of the rows, NaN where a row has none
 */
export function timesOfPart(times: readonly number[]) {
  let [from, latest] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < from) from = time;
    if (time > latest) latest = time;
  }
  if (latest - from <= strayMs || latest < from) return { from, strays: [] };
  const sorted = Float64Array.from(times.filter((time) => !Number.isNaN(time))).sort();
  const limit = (sorted[sorted.length >> 1] ?? Infinity) - strayMs;
  const strays = times.flatMap((time, at) => (time < limit ? [{ at, time }] : []));
  return { from: sorted.find((time) => time >= limit) ?? Infinity, strays };
}
