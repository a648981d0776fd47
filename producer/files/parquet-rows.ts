import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { SchemaElement } from "hyparquet";
import { isoSeconds } from "../events/event-time";
import type { SourceEvent } from "../events/record";
import type { InputFile } from "./input-file";
import { ParquetColumn, parquetModules } from "./parquet-columns";
import {
  type Cell,
  type FileIndex,
  type FilePart,
  type InputRow,
  type RowDecoder,
  type RowReader,
  rowsPerPart,
  timesOfPart,
} from "./rows";

/** Rows that are handed on at a time: few enough to be collected while they are young. */
const rowsPerBlock = 500;
const chunkBytes = 1024 * 1024;

/**
 * The rows of a Parquet file. Times without a zone are text, as in a CSV file.
 * @throws StartError when it lacks columns; Error when it is no Parquet file
 */
export async function* parquetRows(
  file: InputFile,
  decoder: RowDecoder,
): AsyncGenerator<InputRow[]> {
  const table = await openTable(file, decoder);
  for (const { start, end } of table.groups) yield* table.rows(start, end);
}

/** Finds the event times of a local Parquet file. @returns undefined when they are in no column */
export async function parquetIndex(
  file: InputFile,
  decoder: RowDecoder,
): Promise<FileIndex | undefined> {
  const { path } = file;
  if (path === undefined) return undefined;
  const table = await openTable(file, decoder);
  const { groups, timesOf } = table;
  if (timesOf === undefined) return undefined;
  const parts: FilePart[] = [];
  for (const group of groups) {
    const strays: { readonly row: number; readonly time: number }[] = [];
    for (let start = group.start; start < group.end; start += rowsPerPart) {
      const end = Math.min(start + rowsPerPart, group.end);
      const part = timesOfPart(await timesOf(start, end));
      const apart = new Set(part.strays.map(({ at }) => start + at + 1));
      strays.push(...part.strays.map(({ at, time }) => ({ row: start + at, time })));
      const rows = async function* () {
        for await (const block of table.rows(start, end)) {
          yield block.filter(({ line }) => !apart.has(line));
        }
      };
      parts.push({ from: part.from, rows });
    }
    if (strays.length === 0) continue;
    // Together and in their order: pages that hold several of them are decoded once.
    const rows = async function* () {
      for (const { row } of strays) yield* table.rows(row, row + 1);
    };
    parts.push({ from: strays.reduce((from, { time }) => Math.min(from, time), Infinity), rows });
  }
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    digest.update(chunk as Buffer);
  }
  return { parts, digest: digest.digest("hex") };
}

class ParquetRow implements InputRow {
  readonly line: number;
  readonly #cells: readonly Cell[];
  readonly #read: RowReader["read"];

  constructor(row: number, cells: readonly Cell[], read: RowReader["read"]) {
    this.line = row + 1;
    this.#cells = cells;
    this.#read = read;
  }

  get text(): string {
    return this.#cells.map(textOf).join(",");
  }

  event(): SourceEvent {
    return this.#read(this.#cells);
  }
}

async function openTable(file: InputFile, decoder: RowDecoder) {
  if (file.randomAccess === undefined) {
    throw new Error("Parquet is read from its end; give a file, or another format");
  }
  const [modules, content] = await Promise.all([parquetModules(), file.randomAccess()]);
  const metadata = await modules.parquetMetadataAsync(content);
  const columns = modules.parquetSchema(metadata).children.map((column) => ({
    name: column.element.name,
    cellOf: isTimestamp(column.element) ? timeText(isInstant(column.element)) : identity,
    isTime: isTimestamp(column.element),
    values: new ParquetColumn(modules, content, metadata, column),
  }));
  const reader = decoder.columns(
    columns.map(({ name }) => name),
    file.name,
    true,
  );
  let end = 0;
  const groups = metadata.row_groups.map(({ num_rows: rows }) => {
    const start = end;
    end += Number(rows);
    return { start, end };
  });
  const { time, read } = reader;
  const timed = time && columns[time.column];
  const earliest = time && timed && earliestTime(time, timed.cellOf, timed.isTime);
  return {
    groups,
    /** Not later than the event times of rows, NaN where a row has none. */
    timesOf:
      earliest &&
      (async (start: number, end: number) =>
        (await timed.values.values(start, end)).map((value) => earliest(value) ?? NaN)),
    async *rows(start: number, end: number): AsyncGenerator<InputRow[]> {
      for (let from = start; from < end; from += rowsPerBlock) {
        const length = Math.min(rowsPerBlock, end - from);
        const block: (readonly Cell[])[] = [];
        for (const { values, cellOf } of columns) {
          block.push((await values.values(from, from + length)).map(cellOf));
        }
        yield Array.from({ length }, (_, at) => {
          const cells = block.map((cellsOfColumn) => cellsOfColumn[at]);
          return new ParquetRow(from + at, cells, read);
        });
      }
    },
  };
}

const quarterHour = 900_000;

/**
 * A time that is not later than that of a row. Clocks change on the quarter hour at most, so one text that is read serves a
 * quarter hour of timestamps.
 */
function earliestTime(
  time: NonNullable<RowReader["time"]>,
  cellOf: (value: unknown) => Cell,
  isTime: boolean,
): (value: unknown) => number | undefined {
  const starts = new Map<number, number | undefined>();
  const startOf = (quarter: number) => {
    const known = starts.get(quarter);
    if (known !== undefined) return known;
    const start = time.of(cellOf(quarter * quarterHour));
    starts.set(quarter, start);
    return start;
  };
  return (value) => {
    const quarter = isTime && typeof value === "number" ? Math.floor(value / quarterHour) : NaN;
    const start = Number.isNaN(quarter) ? undefined : startOf(quarter);
    if (start === undefined) return time.of(cellOf(value));
    const seconds = Math.floor((Number(value) - quarter * quarterHour) / 1000);
    return start + seconds * 1000;
  };
}

function identity(value: unknown): Cell {
  return value;
}

function isTimestamp({ type, logical_type, converted_type }: SchemaElement): boolean {
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
    const date = ms instanceof Date ? ms : new Date(typeof ms === "number" ? ms : NaN);
    if (Number.isNaN(date.getTime())) {
      return ms;
    }
    const time = date.getTime();
    const text = time % 1000 === 0 ? isoSeconds(time) : date.toISOString();
    return isUtc ? text : `${text.slice(0, 10)} ${text.slice(11, -1)}`;
  };
}

/** The text of a cell in a CSV file; empty where it has none. */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      // Times are text; what is left is a date without one.
      return value instanceof Date ? value.toISOString().slice(0, 10) : "";
  }
}
