import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { DecodedArray, SchemaElement } from "hyparquet";
import { isoSeconds } from "../events/event-time";
import type { InputFile } from "./input-file";
import {
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
/** Different values of a chunk that are kept once; their places take two bytes each. */
const mostDistinct = 2 ** 16;
/** Values of a chunk after which it is kept as it is when most of them are different. */
const fewDistinct = 1000;
/** Groups whose columns are kept: two where rows at the end of one are as late as those of the next. */
const mostOpenGroups = 2;
/** Rows of a group that are read one by one: for more of them the whole group takes less time. */
const mostReadAlone = 4;

/**
 * The rows of a Parquet file, a row group at a time. Times without a zone are text, as in a CSV file.
 * @throws StartError when it lacks columns; Error when it is no Parquet file
 */
export async function* parquetRows(
  file: InputFile,
  decoder: RowDecoder,
): AsyncGenerator<InputRow[]> {
  const table = await openTable(file, decoder);
  for (const group of table.groups) {
    yield* table.rowsBetween(await table.columnsOf(group), group.start, group.end);
  }
}

/** Finds the event times of a local Parquet file. @returns undefined when they are in no column */
export async function parquetIndex(
  file: InputFile,
  decoder: RowDecoder,
): Promise<FileIndex | undefined> {
  const { path } = file;
  if (path === undefined) return undefined;
  const table = await openTable(file, decoder);
  const { groups, elements } = table;
  const { time } = table.reader;
  const element = time && elements[time.column];
  if (time === undefined || element === undefined) return undefined;
  const opened = new Map<Group, Promise<Column[]>>();
  const columnsOnce = (group: Group) => {
    const columns = opened.get(group) ?? table.columnsOf(group);
    opened.delete(group);
    opened.set(group, columns);
    for (const oldest of [...opened.keys()].slice(0, -mostOpenGroups)) opened.delete(oldest);
    return columns;
  };
  const parts: FilePart[] = [];
  for (const group of groups) {
    const cells = await table.column(element, group);
    const allStrays: { readonly row: number; readonly from: number }[] = [];
    for (let start = group.start; start < group.end; start += rowsPerPart) {
      const end = Math.min(start + rowsPerPart, group.end);
      const { from, strays } = timesOfPart(timesBetween(cells, time, start, end));
      const apart = new Set(strays.map(({ at }) => start + at + 1));
      allStrays.push(...strays.map((stray) => ({ row: start + stray.at, from: stray.time })));
      const rows = async function* () {
        for (const block of table.rowsBetween(await columnsOnce(group), start, end)) {
          yield block.filter(({ line }) => !apart.has(line));
        }
      };
      parts.push({ from, rows });
    }
    if (allStrays.length <= mostReadAlone) {
      parts.push(...allStrays.map(({ row, from }) => ({ from, rows: () => table.rowAt(row) })));
    } else {
      const from = Math.min(...allStrays.map((stray) => stray.from));
      const rows = async function* () {
        const columns = await columnsOnce(group);
        for (const { row } of allStrays) yield* table.rowsBetween(columns, row, row + 1);
      };
      parts.push({ from, rows });
    }
  }
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return { parts, digest: digest.digest("hex") };
}

/** Apart from the functions that read rows later: those would keep the times in memory. */
function timesBetween(
  cells: Column,
  time: NonNullable<RowReader["time"]>,
  start: number,
  end: number,
): number[] {
  return Array.from({ length: end - start }, (_, at) => time.of(cells.at(start + at)) ?? NaN);
}

interface Group {
  readonly start: number;
  readonly end: number;
}

interface Column {
  at(row: number): unknown;
}

async function openTable(file: InputFile, decoder: RowDecoder) {
  if (file.randomAccess === undefined) {
    throw new Error("Parquet is read from its end; give a file, or another format");
  }
  const [{ parquetMetadataAsync, parquetRead, parquetSchema }, { compressors }, content] =
    await Promise.all([import("hyparquet"), import("hyparquet-compressors"), file.randomAccess()]);
  const metadata = await parquetMetadataAsync(content);
  const elements = parquetSchema(metadata).children.map(({ element }) => element);
  const header = elements.map(({ name }) => name);
  const reader = decoder.columns(header, file.name, true);
  let end = 0;
  const groups = metadata.row_groups.map(({ num_rows: rows }): Group => {
    const start = end;
    end += Number(rows);
    return { start, end };
  });
  const column = async (element: SchemaElement, { start, end }: Group): Promise<Column> => {
    const chunks: Chunk[] = [];
    await parquetRead({
      file: content,
      metadata,
      compressors,
      columns: [element.name],
      rowStart: start,
      rowEnd: end,
      parsers: {
        // Numbers take a fraction of the memory of dates.
        timestampFromMilliseconds: Number,
        timestampFromMicroseconds: (us) => Number(us / 1000n),
        timestampFromNanoseconds: (ns) => Number(ns / 1_000_000n),
      },
      onChunk: ({ columnData, rowStart }) => chunks.push({ rowStart, ...compact(columnData) }),
    });
    const values = new Cursor(chunks);
    const text = isTimestamp(element) ? timeText(isInstant(element)) : undefined;
    return { at: (row) => (text === undefined ? values.at(row) : text(values.at(row))) };
  };
  const rowOf = (row: number, cells: readonly unknown[]): InputRow => ({
    line: row + 1,
    text: cells.map(textOf).join(","),
    event: () => reader.read(cells),
  });
  return {
    groups,
    elements,
    reader,
    column,
    /** One column after the other: values of all as they are decoded would take some hundred bytes per row. */
    async columnsOf(group: Group): Promise<Column[]> {
      const columns: Column[] = [];
      for (const element of elements) columns.push(await column(element, group));
      return columns;
    },
    *rowsBetween(columns: readonly Column[], start: number, end: number): Generator<InputRow[]> {
      for (let from = start; from < end; from += rowsPerBlock) {
        const length = Math.min(rowsPerBlock, end - from);
        yield Array.from({ length }, (_, at) => {
          const cells = columns.map((each) => each.at(from + at));
          return rowOf(from + at, cells);
        });
      }
    },
    /** One row alone: of each column only the page with it is decoded. */
    async *rowAt(row: number): AsyncGenerator<InputRow[]> {
      const cells: unknown[] = [];
      for (const element of elements) {
        const values = await column(element, { start: row, end: row + 1 });
        cells.push(values.at(row));
      }
      yield [rowOf(row, cells)];
    },
  };
}

interface Chunk {
  readonly rowStart: number;
  readonly length: number;
  readonly at: (index: number) => unknown;
}

/** The same values in less memory, where few are different or all are numbers. */
function compact(values: DecodedArray): Pick<Chunk, "length" | "at"> {
  const { length } = values;
  const codes = new Uint16Array(length);
  const distinct: unknown[] = [];
  const codeOf = new Map<unknown, number>();
  for (let index = 0; index < length; index += 1) {
    const value: unknown = values[index];
    let code = codeOf.get(value);
    if (code === undefined) {
      const isVaried = distinct.length > fewDistinct && distinct.length > index / 2;
      if (isVaried || distinct.length === mostDistinct) {
        const numbers = Array.prototype.every.call(values, (each) => typeof each === "number")
          ? Float64Array.from(values as ArrayLike<number>)
          : values;
        return { length, at: (at) => numbers[at] as unknown };
      }
      code = distinct.push(value) - 1;
      codeOf.set(value, code);
    }
    codes[index] = code;
  }
  return { length, at: (at) => distinct[codes[at] ?? 0] };
}

/** The values of a column, from the chunks in which it came. */
class Cursor implements Column {
  readonly #chunks: readonly Chunk[];
  #current = 0;

  constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks.toSorted((a, b) => a.rowStart - b.rowStart);
  }

  /** @param row - of the file, counted from 0; fastest in their order */
  at(row: number): unknown {
    if (row < (this.#chunks[this.#current]?.rowStart ?? 0)) this.#current = 0;
    let chunk = this.#chunks[this.#current];
    while (chunk !== undefined && row >= chunk.rowStart + chunk.length) {
      this.#current += 1;
      chunk = this.#chunks[this.#current];
    }
    return chunk?.at(row - chunk.rowStart);
  }
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
