import { isUtf8 } from "node:buffer";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** The largest record of a stream. A longer line is no row of a table: the file is something else. */
export const maxLineLength = 10 * 1024 * 1024;

/** A carriage return alone ends a line, too, as programs of the old Macintosh write it; at the end half of one may be there. */
export const lineBreak = /\r?\n|\r(?!$)/;

/** The lines of a content that has a character for each byte, some at a time. */
export async function* lineBlocks(content: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = "";
  for await (const text of content) {
    const lines = (rest + text).split(lineBreak);
    rest = lines.pop() ?? "";
    if (rest.length > maxLineLength) {
      throw new Error(`it has a line of more than ${maxLineLength} characters: not a text of rows`);
    }
    yield lines.map(decoded);
  }
  yield [decoded(rest.replace(/\r$/, ""))];
}

const western = new TextDecoder("windows-1252");

/** A line of bytes as UTF-8; one that is not UTF-8 is Windows-1252, a superset of Latin-1. */
export function decoded(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII, which needs no decoding
  if (/^[\x00-\x7f]*$/.test(bytes)) {
    return bytes;
  }
  const line = Buffer.from(bytes, "latin1");
  return isUtf8(line) ? line.toString() : western.decode(line);
}

/** Beginnings of UTF-16: a byte order mark, or an ASCII character; -1 is any byte but 0. */
const otherEncodings: readonly [mark: readonly number[], encoding: string][] = [
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
  [[-1, 0, -1, 0], "utf-16le"],
  [[0, -1, 0, -1], "utf-16be"],
];

const utf8Mark = [0xef, 0xbb, 0xbf];
const gzipMark = [0x1f, 0x8b];

const decompress = (tool: string) => `decompress it, such as by ${tool}`;
const convert = "convert it to CSV, JSON or Parquet";

/** What files begin with that are no text of rows, as it can be read here, and what to do with them. */
const otherFiles: readonly [start: string | readonly number[], name: string, fix: string][] = [
  [[0x28, 0xb5, 0x2f, 0xfd], "Zstandard", decompress("zstd -dc")],
  ["BZh", "bzip2", decompress("bzip2 -dc")],
  [[0xfd, 0x37, 0x7a, 0x58], "xz", decompress("xz -dc")],
  [[0x5d, 0, 0], "LZMA", decompress("xz --format=lzma -dc")],
  [[0x50, 0x4b, 3, 4], "a ZIP archive", decompress("unzip -p; export a workbook as CSV")],
  [[0x50, 0x4b, 5, 6], "a ZIP archive without files", "name another file"],
  [[0x04, 0x22, 0x4d, 0x18], "LZ4", decompress("lz4 -dc")],
  [[0x37, 0x7a, 0xbc, 0xaf], "7z", decompress("7z x -so")],
  [[0x1f, 0x9d], "Unix compress", decompress("gzip -dc")],
  [[0x78, 0x9c], "zlib", decompress("pigz -dc")],
  [gzipMark, "gzip within gzip", decompress("gzip -dc")],
  ["ORC", "ORC", convert],
  ["Obj\u0001", "Avro", convert],
  ["ARROW1", "Arrow", convert],
  ["SQLite format 3", "a database of SQLite", "export the table as CSV"],
  [[0xd0, 0xcf, 0x11, 0xe0], "a workbook of Excel", "export it as CSV"],
  [[0xff, 0xfe, 0, 0], "UTF-32", "convert it, such as by iconv -f UTF-32 -t UTF-8"],
  ["version https://git-lfs", "a pointer of Git LFS", "fetch the file by git lfs pull"],
  ["<", "HTML or XML", "name the file itself, not a page about it, or convert it to CSV or JSON"],
];
/** Bytes before a text that begins so; undefined for another encoding or what is no text. */
export function textStart(start: Buffer): number | undefined {
  const isOther =
    startsWith(start, gzipMark) ||
    encodingOf(start) !== undefined ||
    problemOf(start, false) !== undefined;
  if (isOther) return undefined;
  return startsWith(start, utf8Mark) ? utf8Mark.length : 0;
}

function startsWith(chunk: Uint8Array, mark: string | readonly number[]): boolean {
  const bytes = typeof mark === "string" ? [...Buffer.from(mark)] : mark;
  return bytes.every((byte, at) => (byte < 0 ? Number(chunk[at]) > 0 : chunk[at] === byte));
}

function encodingOf(start: Uint8Array): string | undefined {
  return otherEncodings.find(([mark]) => startsWith(start, mark))?.[1];
}

/** What is wrong with content that begins so, and what to do; undefined for text. */
function problemOf(start: Buffer, isZipped: boolean): string | undefined {
  if (startsWith(start, "PAR1")) {
    return `it is Parquet; ${isZipped ? decompress("gzip -dc") : "use --format parquet"}`;
  }
  const other = otherFiles.find(([mark]) => startsWith(start, mark));
  if (other !== undefined) return `it is ${other[1]}; ${other[2]}`;
  if (start.subarray(257, 262).equals(Buffer.from("ustar"))) {
    return "it is an archive of tar; extract its files, such as by tar -xf";
  }
  const looked = start.subarray(0, longestLook);
  const isText =
    encodingOf(start) !== undefined || looked.filter(isBinary).length * 20 <= looked.length;
  const bytes = start.toString("hex", 0, 4);
  return isText ? undefined : `it is no text but binary (it begins with 0x${bytes}); ${convert}`;
}

const longestLook = 4096;

/** Whether a byte is a control character of no use in a text; 1 separates the fields of Hive, 30 the values of JSON. */
function isBinary(byte: number): boolean {
  return (byte < 32 && ![1, 9, 10, 11, 12, 13, 26, 30].includes(byte)) || byte === 127;
}

/**
 * The content, a character for each byte of its UTF-8 or 8-bit text; gzip is recognised by its first bytes.
 * @param named - encoding of the text, where its bytes do not show it
 */
export async function* texts(input: Readable, named?: string): AsyncGenerator<string> {
  const raw = fromItsStart(input);
  const first = await raw.next();
  const whole = (async function* () {
    if (!first.done) yield first.value;
    yield* raw;
  })();
  const isZipped = !first.done && startsWith(first.value, gzipMark);
  let wide: InstanceType<typeof TextDecoder> | undefined;
  let isFirst = true;
  for await (const chunk of isZipped ? fromItsStart(unzipped(whole)) : whole) {
    let start = 0;
    if (isFirst) {
      const problem = problemOf(chunk, isZipped);
      if (problem !== undefined) throw new Error(problem);
      const encoding = named ?? encodingOf(chunk);
      wide = encoding === undefined ? undefined : new TextDecoder(encoding);
      // TextDecoder leaves a mark out.
      start = wide === undefined && startsWith(chunk, utf8Mark) ? utf8Mark.length : 0;
      isFirst = false;
    }
    const bytes = wide === undefined ? chunk : Buffer.from(wide.decode(chunk, { stream: true }));
    yield bytes.toString("latin1", start);
  }
  yield Buffer.from(wide?.decode() ?? "").toString("latin1");
}

const startBytes = 512;

/** The same content, whose first chunk is long enough to see what it is: a pipe may begin with a single byte. */
async function* fromItsStart(input: AsyncIterable<string | Uint8Array>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of input) {
    const chunk: Buffer =
      typeof piece === "string"
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    if (start === undefined) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.length < startBytes) continue;
      yield start;
      start = undefined;
    }
  }
  if (start !== undefined && start.length > 0) yield start;
}

async function* unzipped(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    // An error of the input also ends the stream of text, whose reader receives it.
    yield* pipeline(Readable.from(input), createGunzip(), () => undefined);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))) {
      throw error;
    }
    throw new Error(`its gzip data is damaged or cut (${error.message}); copy it again`, {
      cause: error,
    });
  }
}
