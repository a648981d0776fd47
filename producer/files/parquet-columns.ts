import type { AsyncBuffer, ColumnMetaData, FileMetaData, PageHeader, SchemaTree } from "hyparquet";
import { numbersOfTimes, textsOfTimes } from "./parquet-cells";

/** Pages of a column that stay decoded: two, as a part of the rows may begin in one and end in the next. */
const mostKept = 2;
/** Bytes that are read ahead: pages follow on each other, each after a header whose length is not known. */
const readAheadBytes = 256 * 1024;
const longestHeader = 64 * 1024;

/** Consecutive rows, counted from 0 in the file; the last of them is the one before `end`. */
export interface Rows {
  readonly start: number;
  readonly end: number;
}

/** Values of rows of a column, or the places of their values in a dictionary. */
interface Page extends Rows {
  readonly values: ArrayLike<unknown>;
  readonly codes?: ArrayLike<number>;
}

/** A column within a row group. */
interface ColumnChunk extends Rows {
  /** Reads the page with a row. */
  page(row: number): Promise<Page>;
}

export type ParquetModules = Awaited<ReturnType<typeof parquetModules>>;

/** What reads Parquet, loaded when the first file is opened. */
export async function parquetModules() {
  const [files, columns, pages, values, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/column.js"),
    import("hyparquet/src/datapage.js"),
    import("hyparquet/src/convert.js"),
    import("hyparquet-compressors"),
  ]);
  return { ...files, ...columns, ...pages, ...values, compressors };
}

/**
 * A column of a Parquet file, of which single pages are decoded as their rows are wanted: all values of a group of a million
 * rows would take hundreds of megabytes, and seconds before the first of them is there.
 * @param groups - rows of the row groups
 * @param column - of the first level of the schema
 * @returns a function that reads the values of rows; times are milliseconds since the epoch
 */
export function parquetColumn(
  modules: ParquetModules,
  file: AsyncBuffer,
  metadata: FileMetaData,
  groups: readonly Rows[],
  column: SchemaTree,
): (rows: Rows) => Promise<unknown[]> {
  const slice = readAhead(file);
  const { name, repetition_type } = column.element;
  // A list or a struct is several columns, whose pages end at different rows.
  const isFlat = column.children.length === 0 && repetition_type !== "REPEATED";
  const open = (group: Rows) => {
    const { columns } = metadata.row_groups[groups.indexOf(group)] ?? { columns: [] };
    const own = columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name);
    return isFlat && own?.meta_data
      ? flatChunk(modules, slice, own.meta_data, column, group)
      : nestedChunk(modules, file, metadata, column, group);
  };
  let opened: readonly ColumnChunk[] = [];
  let kept: readonly Page[] = [];
  const pageWith = async (row: number): Promise<Page> => {
    const holds = ({ start, end }: Rows) => start <= row && row < end;
    const known = kept.find(holds);
    if (known !== undefined) return known;
    const group = groups.find(holds);
    const chunk = opened.find(holds) ?? (group && open(group));
    if (chunk === undefined) throw new RangeError(`there is no row ${row}`);
    opened = [chunk, ...opened.filter((each) => each !== chunk)].slice(0, mostKept);
    const page = await chunk.page(row);
    kept = [page, ...kept].slice(0, mostKept);
    return page;
  };
  return async ({ start, end }) => {
    const values: unknown[] = [];
    for (let row = start; row < end;) {
      const page = await pageWith(row);
      for (const last = Math.min(end, page.end); row < last; row += 1) {
        const at = row - page.start;
        values.push(page.values[page.codes ? (page.codes[at] ?? NaN) : at]);
      }
    }
    return values;
  };
}

/** Reads more than the wanted bytes, up to `limit`, and keeps them unless that is a large page alone. */
function readAhead(file: AsyncBuffer) {
  let window = new Uint8Array();
  let from = 0;
  return async (start: number, end: number, limit: number): Promise<Uint8Array> => {
    if (end - start > readAheadBytes) return new Uint8Array(await file.slice(start, end));
    if (start < from || end > from + window.length) {
      const last = Math.max(end, Math.min(start + readAheadBytes, limit));
      window = new Uint8Array(await file.slice(start, last));
      from = start;
    }
    return window.subarray(start - from, end - from);
  };
}

interface FoundPage extends Rows {
  readonly header: PageHeader;
  readonly offset: number;
}

function flatChunk(
  { compressors, DEFAULT_PARSERS, ...modules }: ParquetModules,
  slice: ReturnType<typeof readAhead>,
  metadata: ColumnMetaData,
  column: SchemaTree,
  group: Rows,
): ColumnChunk {
  const { type, codec, path_in_schema: pathInSchema } = metadata;
  const decoder = {
    pathInSchema,
    type,
    codec,
    element: column.element,
    // The first of a path is the root, of which nothing is used.
    schemaPath: [column, column],
    compressors,
    parsers: { ...DEFAULT_PARSERS, ...numbersOfTimes },
    utf8: false,
  };
  const found: FoundPage[] = [];
  let dictionary: readonly unknown[] = [];
  let next = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
  const limit = next + Number(metadata.total_compressed_size);

  const findNext = async () => {
    if (next >= limit) throw new Error(`column ${column.element.name} ends before its last row`);
    const head = await slice(next, Math.min(next + longestHeader, limit), limit);
    const reader = { view: viewOf(head), offset: 0 };
    const header = modules.parquetHeader(reader);
    const offset = next + reader.offset;
    next = offset + header.compressed_page_size;
    if (header.type === "DICTIONARY_PAGE") {
      const page = { view: viewOf(await slice(offset, next, limit)), offset: 0 };
      const { data = [] } = modules.readPage(page, header, decoder, undefined, undefined, 0);
      dictionary = Array.from<unknown>(modules.convert(data, decoder));
    } else {
      const { data_page_header: first, data_page_header_v2: second } = header;
      const rows = first?.num_values ?? second?.num_rows ?? 0;
      // They are views of what was read ahead, which would stay in memory with them.
      for (const head of [first, second]) delete head?.statistics;
      const from = found.at(-1)?.end ?? group.start;
      found.push({ start: from, end: from + rows, header, offset });
    }
  };

  const decoded = async ({ header, offset, ...rows }: FoundPage): Promise<Page> => {
    const bytes = await slice(offset, offset + header.compressed_page_size, limit);
    const { data_page_header: first, data_page_header_v2: second } = header;
    const size = header.uncompressed_page_size;
    const { dataPage, definitionLevels } =
      first === undefined
        ? modules.readDataPageV2(bytes, header, decoder)
        : modules.readDataPage(
            modules.decompressPage(bytes, size, codec, compressors),
            first,
            decoder,
          );
    const levels = definitionLevels?.length ? definitionLevels : undefined;
    const length = rows.end - rows.start;
    if ((first ?? second)?.encoding.endsWith("_DICTIONARY") === true) {
      const codes = codesOf(dataPage as ArrayLike<number>, levels, length);
      return { ...rows, values: dictionary, codes };
    }
    const given = modules.convert(dataPage, decoder) as ArrayLike<unknown>;
    return { ...rows, values: withNothing<unknown>(given, levels, Array<unknown>(length)) };
  };

  /** Places in the dictionary; the one after its last value stands for no value. Kept small: a page may have a million. */
  const codesOf = (
    codes: ArrayLike<number>,
    levels: ArrayLike<number> | undefined,
    length: number,
  ) => {
    for (let at = 0; at < codes.length; at += 1) {
      if (!(Number(codes[at]) < dictionary.length)) {
        throw new RangeError("a value is not in the dictionary");
      }
    }
    const Codes =
      [Uint8Array, Uint16Array].find((each) => dictionary.length < 256 ** each.BYTES_PER_ELEMENT) ??
      Uint32Array;
    return withNothing(codes, levels, new Codes(length).fill(dictionary.length));
  };

  return {
    ...group,
    page: async (row) => {
      for (;;) {
        const page = found.find((each) => each.start <= row && row < each.end);
        if (page !== undefined) return decoded(page);
        await findNext();
      }
    },
  };
}

/** Puts values into the places whose definition level is not 0. */
function withNothing<Value>(
  values: ArrayLike<Value>,
  levels: ArrayLike<number> | undefined,
  places: { [index: number]: Value; readonly length: number },
): ArrayLike<Value> {
  let next = 0;
  for (let place = 0; place < places.length; place += 1) {
    if (levels === undefined || levels[place] !== 0) {
      places[place] = values[next] as Value;
      next += 1;
    }
  }
  if (next !== values.length) throw new RangeError("a page has more or fewer values than rows");
  return places;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A column of lists or structs, which is decoded whole. */
function nestedChunk(
  { parquetRead, compressors }: ParquetModules,
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: SchemaTree,
  group: Rows,
): ColumnChunk {
  return {
    ...group,
    page: async () => {
      const values: unknown[] = Array(group.end - group.start);
      await parquetRead({
        file,
        metadata,
        compressors,
        parsers: textsOfTimes(column),
        columns: [column.element.name],
        rowStart: group.start,
        rowEnd: group.end,
        onChunk: ({ columnData, rowStart }) => {
          for (let at = 0; at < columnData.length; at += 1) {
            values[rowStart - group.start + at] = columnData[at];
          }
        },
      });
      return { ...group, values };
    },
  };
}
