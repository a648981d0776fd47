import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { SourceEvent } from "../events/record";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-place";
import { cellReader, isTimestamp, msOf, withExactDecimals } from "./parquet-cells";
import { parquetColumn, parquetModules, type Rows } from "./parquet-columns";
import {
  type Cell,
  type FileIndex,
  type FilePart,
  type InputRow,
  type RowDecoder,
  type RowReader,
  rowsPerPart,
  textOf,
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
  for (const group of table.groups) yield* table.rows(group);
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
      const own = { start, end: Math.min(start + rowsPerPart, group.end) };
      const part = timesOfPart(await timesOf(own));
      const apart = new Set(part.strays.map(({ at }) => start + at + 1));
      strays.push(...part.strays.map(({ at, time }) => ({ row: start + at, time })));
      const rows = async function* () {
        for await (const block of table.rows(own)) {
          yield block.filter(({ line }) => !apart.has(line));
        }
      };
      parts.push({ from: part.from, rows });
    }
    if (strays.length === 0) continue;
    // Together and in their order: pages that hold several of them are decoded once.
    const rows = async function* () {
      for (const { row } of strays) yield* table.rows({ start: row, end: row + 1 });
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
  readonly #reader: RowReader;

  constructor(row: number, cells: readonly Cell[], reader: RowReader) {
    this.line = row + 1;
    this.#cells = cells;
    this.#reader = reader;
  }

  get text(): string {
    return this.#cells.map(textOf).join(",");
  }

  event(): SourceEvent {
    return this.#reader.read(this.#cells);
  }
}

async function openTable(file: InputFile, decoder: RowDecoder) {
  if (file.randomAccess === undefined) {
    throw new Error("Parquet is read from its end; give a file, or another format");
  }
  const [modules, content] = await Promise.all([parquetModules(), file.randomAccess()]);
  const metadata = await decoded(modules.parquetMetadataAsync(content));
  let rowsBefore = 0;
  const groups = metadata.row_groups.map(({ num_rows: rows }) => {
    const start = rowsBefore;
    rowsBefore += Number(rows);
    return { start, end: rowsBefore };
  });
  const columns = modules.parquetSchema(metadata).children.map((column) => ({
    name: column.element.name,
    cellOf: cellReader(column),
    isTime: isTimestamp(column.element),
    values: parquetColumn(modules, content, metadata, groups, withExactDecimals(column)),
  }));
  const reader = decoder.columns(
    columns.map(({ name }) => name),
    file.name,
    true,
  );
  const { time } = reader;
  const timed = time && columns[time.column];
  const earliest = time && timed && earliestTime(time, timed.cellOf, timed.isTime);
  return {
    groups,
    /** Not later than the event times of rows, NaN where a row has none. */
    timesOf:
      earliest &&
      (async (rows: Rows) =>
        (await decoded(timed.values(rows))).map((value) => earliest(value) ?? NaN)),
    async *rows({ start, end }: Rows): AsyncGenerator<InputRow[]> {
      for (let from = start; from < end; from += rowsPerBlock) {
        const length = Math.min(rowsPerBlock, end - from);
        const block: (readonly Cell[])[] = [];
        for (const { values, cellOf } of columns) {
          block.push((await decoded(values({ start: from, end: from + length }))).map(cellOf));
        }
        yield Array.from({ length }, (_, at) => {
          const cells = block.map((cellsOfColumn) => cellsOfColumn[at]);
          return new ParquetRow(from + at, cells, reader);
        });
      }
    },
  };
}

/** What is read of a file; an error that is not of the file system or the server has its cause in the content. */
async function decoded<Result>(reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "code" in error) throw error;
    throw new Error(
      `it is no Parquet file, or is damaged or encrypted (${messageOf(error)}); ` +
        "copy it again, or set --format",
      { cause: error },
    );
  }
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
    const ms = isTime ? msOf(value) : undefined;
    const quarter = Math.floor((ms ?? 0) / quarterHour);
    const start = ms === undefined ? undefined : startOf(quarter);
    if (ms === undefined || start === undefined) return time.of(cellOf(value));
    const seconds = Math.floor((ms - quarter * quarterHour) / 1000);
    return start + seconds * 1000;
  };
}
