import { isUtf8 } from "node:buffer";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** A line that long is no row of a table: the file is something else. */
export const maxLineLength = 1024 * 1024;

/** The lines of a text, some at a time; gzip is recognised by its first bytes. */
export async function* lineBlocks(input: Readable): AsyncGenerator<string[]> {
  let rest = "";
  for await (const text of texts(input)) {
    const lines = (rest + text).split(/\r?\n/);
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

/** Compressions recognized by their first bytes that cannot be read, gzip within gzip among them. */
const otherCompressions: readonly [mark: readonly number[], name: string, tool: string][] = [
  [[0x28, 0xb5, 0x2f, 0xfd], "Zstandard", "zstd -dc"],
  [[0x42, 0x5a, 0x68], "bzip2", "bzip2 -dc"],
  [[0xfd, 0x37, 0x7a, 0x58], "xz", "xz -dc"],
  [[0x50, 0x4b, 0x03, 0x04], "a ZIP archive", "unzip -p"],
  [[0x04, 0x22, 0x4d, 0x18], "LZ4", "lz4 -dc"],
  [[0x50, 0x41, 0x52, 0x31], "Parquet", ""],
  [[0x37, 0x7a, 0xbc, 0xaf], "7z", "7z x -so"],
  [[0x1f, 0x9d], "Unix compress", "gzip -dc"],
  [gzipMark, "gzip within gzip", "gzip -dc"],
];

/** Bytes before a text that begins so; undefined for another encoding or compression. */
export function textStart(start: Uint8Array): number | undefined {
  const others = [...otherCompressions, ...otherEncodings].map(([mark]) => mark);
  if (others.some((mark) => startsWith(start, mark))) return undefined;
  return startsWith(start, utf8Mark) ? utf8Mark.length : 0;
}

function startsWith(chunk: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, at) => (byte < 0 ? Number(chunk[at]) > 0 : chunk[at] === byte));
}

/** The content, a character for each byte of its UTF-8 or 8-bit text. */
export async function* texts(input: Readable): AsyncGenerator<string> {
  let wide: InstanceType<typeof TextDecoder> | undefined;
  let isFirst = true;
  let endsInReturns = false;
  for await (const chunk of unzipped(input)) {
    if (isFirst) {
      const other = otherCompressions.find(([mark]) => startsWith(chunk, mark));
      if (other !== undefined) {
        const [, name, tool] = other;
        const fix = tool === "" ? "use --format parquet" : `decompress it, such as by ${tool}`;
        throw new Error(`it is ${name}; ${fix}`);
      }
      const encoding = otherEncodings.find(([mark]) => startsWith(chunk, mark))?.[1];
      wide = encoding === undefined ? undefined : new TextDecoder(encoding);
    }
    const bytes = wide === undefined ? chunk : Buffer.from(wide.decode(chunk, { stream: true }));
    const start = isFirst && startsWith(chunk, utf8Mark) ? utf8Mark.length : 0;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
      "latin1",
      start,
    );
    if (isFirst) endsInReturns = hasReturnsOnly(text);
    isFirst = false;
    yield endsInReturns ? text.replaceAll("\r", "\n") : text;
  }
  yield Buffer.from(wide?.decode() ?? "").toString("latin1");
}

/** Whether lines end in carriage returns alone, as programs of the old Macintosh write them. */
export function hasReturnsOnly(start: string): boolean {
  return /\r./.test(start) && !start.includes("\n");
}

async function* unzipped(input: Readable): AsyncGenerator<Uint8Array> {
  const pieces = input[Symbol.asyncIterator]() as AsyncIterator<string | Uint8Array, undefined>;
  const first = await pieces.next();
  const chunks = async function* () {
    for (let next = first; !next.done; next = await pieces.next()) {
      yield typeof next.value === "string" ? Buffer.from(next.value) : next.value;
    }
  };
  const isZipped = !first.done && startsWith(Buffer.from(first.value), gzipMark);
  // An error of the input also ends the stream of text, whose reader receives it.
  yield* isZipped ? pipeline(Readable.from(chunks()), createGunzip(), () => undefined) : chunks();
}
