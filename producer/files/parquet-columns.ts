import type { AsyncBuffer, ColumnMetaData, FileMetaData, PageHeader, SchemaTree } from "hyparquet";
import { numbersOfTimes, textsOfTimes } from "./parquet-cells";

/** Pages of a column that stay decoded: two, as a part of the rows may begin in one and end in the next. */
const mostKept = 2;
/** Bytes that are read ahead: pages follow on each other, each after a header whose length is not known. */
const readAheadBytes = 1024 * 1024;
const longestHeader = 64 * 1024;

/** Values of consecutive rows of a column; rows are counted from 0 in the file. */
interface Page {
  readonly start: number;
  readonly end: number;
  at(index: number): unknown;
}

/** A column within a row group. */
interface ColumnChunk {
  readonly start: number;
  readonly end: number;
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
 */
export class ParquetColumn {
  readonly #chunks: readonly ColumnChunk[];
  #kept: readonly Page[] = [];

  /** @param column - of the first level of the schema */
  constructor(
    modules: ParquetModules,
    file: AsyncBuffer,
    metadata: FileMetaData,
    column: SchemaTree,
  ) {
    const slice = readAhead(file);
    const { name, repetition_type } = column.element;
    // A list or a struct is several columns, whose pages end at different rows.
    const isFlat = column.children.length === 0 && repetition_type !== "REPEATED";
    let end = 0;
    this.#chunks = metadata.row_groups.map(({ num_rows, columns }) => {
      const start = end;
      end += Number(num_rows);
      const own = columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name);
      return isFlat && own?.meta_data !== undefined
        ? new FlatChunk(modules, slice, own.meta_data, column, start, end)
        : new NestedChunk(modules, file, metadata, column, start, end);
    });
  }

  /** The values of rows, the last of which is the one before `end`. Times are milliseconds since the epoch. */
  async values(start: number, end: number): Promise<unknown[]> {
    const values: unknown[] = [];
    for (let row = start; row < end;) {
      const page = await this.#page(row);
      for (const last = Math.min(end, page.end); row < last; row += 1) {
        values.push(page.at(row - page.start));
      }
    }
    return values;
  }

  async #page(row: number): Promise<Page> {
    const holds = ({ start, end }: Pick<Page, "start" | "end">) => start <= row && row < end;
    const kept = this.#kept.find(holds);
    if (kept !== undefined) return kept;
    const chunk = this.#chunks.find(holds);
    if (chunk === undefined) throw new RangeError(`there is no row ${row}`);
    const page = await chunk.page(row);
    this.#kept = [page, ...this.#kept].slice(0, mostKept);
    return page;
  }
}

/** Reads at least `readAheadBytes` of what is before `limit`, and keeps what follows on the wanted bytes. */
function readAhead(file: AsyncBuffer) {
  let window = new Uint8Array();
  let from = 0;
  return async (start: number, end: number, limit: number): Promise<Uint8Array> => {
    if (start < from || end > from + window.length) {
      const last = Math.max(end, Math.min(start + readAheadBytes, limit));
      window = new Uint8Array(await file.slice(start, last));
      from = start;
    }
    return window.subarray(start - from, end - from);
  };
}

interface FoundPage {
  readonly start: number;
  readonly end: number;
  readonly header: PageHeader;
  readonly offset: number;
}

class FlatChunk implements ColumnChunk {
  readonly start: number;
  readonly end: number;
  readonly #modules: ParquetModules;
  readonly #slice: ReturnType<typeof readAhead>;
  readonly #decoder;
  /** Offset of the first header that was not read yet. */
  #next: number;
  readonly #limit: number;
  readonly #found: FoundPage[] = [];
  #dictionary: ArrayLike<unknown> = [];

  constructor(
    modules: ParquetModules,
    slice: ReturnType<typeof readAhead>,
    metadata: ColumnMetaData,
    column: SchemaTree,
    start: number,
    end: number,
  ) {
    const { compressors, DEFAULT_PARSERS } = modules;
    this.start = start;
    this.end = end;
    this.#modules = modules;
    this.#slice = slice;
    this.#decoder = {
      pathInSchema: metadata.path_in_schema,
      type: metadata.type,
      codec: metadata.codec,
      element: column.element,
      // The first of a path is the root, of which nothing is used.
      schemaPath: [column, column],
      compressors,
      parsers: { ...DEFAULT_PARSERS, ...numbersOfTimes },
      utf8: false,
    };
    this.#next = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
    this.#limit = this.#next + Number(metadata.total_compressed_size);
  }

  async page(row: number): Promise<Page> {
    for (;;) {
      const found = this.#found.find(({ start, end }) => start <= row && row < end);
      if (found !== undefined) return this.#decoded(found);
      await this.#findNext();
    }
  }

  async #findNext(): Promise<void> {
    if (this.#next >= this.#limit) {
      throw new Error(`column ${this.#decoder.element.name} ends before its last row`);
    }
    const headerEnd = Math.min(this.#next + longestHeader, this.#limit);
    const reader = { view: viewOf(await this.#bytes(this.#next, headerEnd)), offset: 0 };
    const header = this.#modules.parquetHeader(reader);
    const offset = this.#next + reader.offset;
    this.#next = offset + header.compressed_page_size;
    if (header.type === "DICTIONARY_PAGE") {
      const page = { view: viewOf(await this.#bytes(offset, this.#next)), offset: 0 };
      const { readPage, convert } = this.#modules;
      const { data = [] } = readPage(page, header, this.#decoder, undefined, undefined, 0);
      this.#dictionary = Array.from<unknown>(convert(data, this.#decoder));
      return;
    }
    const rows = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_rows ?? 0;
    const start = this.#found.at(-1)?.end ?? this.start;
    this.#found.push({ start, end: start + rows, header, offset });
  }

  #bytes(start: number, end: number): Promise<Uint8Array> {
    return this.#slice(start, end, this.#limit);
  }

  async #decoded({ start, end, header, offset }: FoundPage): Promise<Page> {
    const bytes = await this.#bytes(offset, offset + header.compressed_page_size);
    const { readDataPage, readDataPageV2, decompressPage, convert } = this.#modules;
    const { codec, compressors } = this.#decoder;
    const first = header.data_page_header;
    const { dataPage, definitionLevels } =
      first === undefined
        ? readDataPageV2(bytes, header, this.#decoder)
        : readDataPage(
            decompressPage(bytes, header.uncompressed_page_size, codec, compressors),
            first,
            this.#decoder,
          );
    const encoding = first?.encoding ?? header.data_page_header_v2?.encoding;
    const levels = definitionLevels?.length ? definitionLevels : undefined;
    const length = end - start;
    if (encoding?.endsWith("_DICTIONARY") !== true) {
      const values = withNothing(convert(dataPage, this.#decoder), levels, Array(length));
      return { start, end, at: (index) => values[index] };
    }
    const dictionary = this.#dictionary;
    if ((dataPage as number[]).some((code) => code >= dictionary.length)) {
      throw new RangeError("a value is not in the dictionary");
    }
    // The place after the last value of the dictionary stands for no value.
    const codes = dictionary.length < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
    withNothing(dataPage as ArrayLike<number>, levels, codes.fill(dictionary.length));
    return { start, end, at: (index) => dictionary[codes[index] ?? NaN] };
  }
}

/** Puts values into the places whose definition level is not 0. */
function withNothing<Value>(
  values: ArrayLike<Value>,
  levels: readonly number[] | undefined,
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

/** A column of lists or structs, or one without a place in the file, which is decoded whole. */
class NestedChunk implements ColumnChunk {
  readonly start: number;
  readonly end: number;
  readonly #read: () => Promise<Page>;

  constructor(
    { parquetRead, compressors }: ParquetModules,
    file: AsyncBuffer,
    metadata: FileMetaData,
    column: SchemaTree,
    start: number,
    end: number,
  ) {
    this.start = start;
    this.end = end;
    this.#read = async () => {
      const values: unknown[] = Array(end - start);
      await parquetRead({
        file,
        metadata,
        compressors,
        parsers: textsOfTimes(column),
        columns: [column.element.name],
        rowStart: start,
        rowEnd: end,
        onChunk: ({ columnData, rowStart }) => {
          for (let at = 0; at < columnData.length; at += 1) {
            values[rowStart - start + at] = columnData[at];
          }
        },
      });
      return { start, end, at: (index) => values[index] };
    };
  }

  page(): Promise<Page> {
    return this.#read();
  }
}
