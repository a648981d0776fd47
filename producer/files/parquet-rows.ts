import type { DecodedArray, SchemaElement } from "hyparquet";
import type { InputFile } from "./input-file";
import type { InputRow, RowDecoder } from "./rows";

/** Rows that are handed on at a time. */
const rowsPerBlock = 10_000;

/**
 * The rows of a Parquet file, a row group at a time. Times without a zone are text, as in a CSV file.
 * @throws StartError when it lacks columns; Error when it is no Parquet file
 */
export async function* parquetRows(
  file: InputFile,
  decoder: RowDecoder,
): AsyncGenerator<InputRow[]> {
  if (file.randomAccess === undefined) {
    throw new Error("Parquet is read from its end; give a file, or another format");
  }
  const [{ parquetMetadataAsync, parquetRead, parquetSchema }, { compressors }, content] =
    await Promise.all([import("hyparquet"), import("hyparquet-compressors"), file.randomAccess()]);
  const metadata = await parquetMetadataAsync(content);
  const elements = parquetSchema(metadata).children.map(({ element }) => element);
  const header = elements.map(({ name }) => name);
  const read = decoder.columns(header, file.name, true);
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows);
    const columns = new Map<string, { rowStart: number; values: DecodedArray }[]>();
    await parquetRead({
      file: content,
      metadata,
      compressors,
      rowStart: groupStart,
      rowEnd: groupEnd,
      parsers: {
        // Numbers take a fraction of the memory of dates.
        timestampFromMilliseconds: Number,
        timestampFromMicroseconds: (us) => Number(us / 1000n),
        timestampFromNanoseconds: (ns) => Number(ns / 1_000_000n),
      },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const chunks = columns.get(columnName) ?? [];
        columns.set(columnName, [...chunks, { rowStart, values: columnData }]);
      },
    });
    const ordered = elements.map((element) => ({
      cellOf: isTimestamp(element) ? timeText(isInstant(element)) : (value: unknown) => value,
      values: new Cursor(columns.get(element.name) ?? []),
    }));
    for (let from = groupStart; from < groupEnd; from += rowsPerBlock) {
      const rows: InputRow[] = [];
      for (let row = from; row < Math.min(from + rowsPerBlock, groupEnd); row += 1) {
        const cells = ordered.map((column) => column.cellOf(column.values.at(row)));
        const line = row + 1;
        rows.push({ line, text: cells.map(textOf).join(","), event: () => read(cells) });
      }
      yield rows;
    }
    groupStart = groupEnd;
  }
}

/** Reads the values of a column from the chunks in which it came. */
class Cursor {
  readonly #chunks: readonly { readonly rowStart: number; readonly values: DecodedArray }[];
  #current = 0;

  constructor(chunks: readonly { readonly rowStart: number; readonly values: DecodedArray }[]) {
    this.#chunks = chunks.toSorted((a, b) => a.rowStart - b.rowStart);
  }

  /** @param row - of the file, counted from 0; not below that of the call before */
  at(row: number): unknown {
    let chunk = this.#chunks[this.#current];
    while (chunk !== undefined && row >= chunk.rowStart + chunk.values.length) {
      this.#current += 1;
      chunk = this.#chunks[this.#current];
    }
    const values: ArrayLike<unknown> = chunk?.values ?? [];
    return values[row - (chunk?.rowStart ?? 0)];
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
    const text = date.toISOString().replace(".000", "");
    return isUtc ? text : text.slice(0, -1).replace("T", " ");
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
      return "";
  }
}
