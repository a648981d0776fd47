import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { parse } from "csv-parse/sync";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-place";
import { decoded, lineBlocks, maxLineLength, texts, textStart } from "./lines";
import { StartError } from "../../cli/command";
import {
  type FileIndex,
  type FilePart,
  type InputRow,
  type RowDecoder,
  RowRejection,
  rowsPerPart,
  timesOfPart,
} from "./rows";

/** The rows of a CSV file. @throws StartError when there is no usable header */
export async function* csvRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let row: CsvDecoder | undefined;
  const isRow = (text: string) => {
    try {
      row?.decode(text);
      return splitRow(text, row?.delimiter ?? ",").length > 1;
    } catch {
      return false;
    }
  };
  for await (const found of rowTexts(texts(await file.open(), file.encoding), isRow)) {
    const rows: InputRow[] = [];
    for (const { line, text } of found) {
      if (row === undefined) {
        row = isHeader(text) ? csvDecoder(text, decoder, file.name) : undefined;
      } else if (text !== "") {
        const { decode } = row;
        rows.push({ line, text, event: () => decode(text) });
      }
    }
    yield rows;
  }
  if (row === undefined) {
    throw new StartError([`${file.name} is empty; expected a CSV file with a header`]);
  }
}

type CsvDecoder = ReturnType<typeof csvDecoder>;

/** Whether a line at the beginning of a file is its header: not empty, no comment, nor the delimiter that Excel writes. */
export function isHeader(line: string): boolean {
  return !/^((sep=.?)?|#(\s.*)?|#[^,;|\t]*)$/i.test(line.trim());
}

export function csvDecoder(header: string, decoder: RowDecoder, file: string) {
  if (/^\s*[[{]/.test(header)) {
    throw new StartError([`${file} is JSON; set --format jsonl`]);
  }
  const delimiter = delimiterOf(header);
  const reader = decoder.columns(headerFields(header, delimiter, file), file, false);
  const { time } = reader;
  const hasCommas = delimiter === ";";
  return {
    delimiter,
    time: hasCommas && time ? { ...time, of: (cell: string) => time.of(withPoint(cell)) } : time,
    decode: (text: string) => {
      const cells = splitRow(text, delimiter);
      return reader.read(hasCommas ? cells.map(withPoint) : cells);
    },
  };
}

/** The same number with a point: programs that separate fields by semicolons do so for the decimal commas. */
function withPoint(cell: string): string {
  return cell.replace(/^([+-]?\d+),(\d+)$/, "$1.$2");
}

/** The most frequent delimiter of the header's names; a comma by default. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, "");
  const count = (delimiter: string) => bare.split(delimiter).length;
  return [",", "\t", ";", "|", "\u0001", "^", "~"].reduce((most, each) =>
    count(each) > count(most) ? each : most,
  );
}

function headerFields(text: string, delimiter: string, name: string): string[] {
  try {
    return splitRow(text, delimiter).map((cell) => cell.trim());
  } catch (error) {
    throw new StartError([`${name}: the header is broken: ${messageOf(error)}`]);
  }
}

/** Lines that a row with quoted line breaks may have. */
const mostLines = 100;

/**
 * The texts of rows with the number of their first line. A row is one line, or several where a quoted field has line
 * breaks: all of them together are a row, and none between the first and the last is one. A parser for the whole file would let a stray quote swallow all rows up
 * to the next one; this way it spoils its own row only.
 */
async function* rowTexts(
  content: AsyncIterable<string>,
  isRow: (text: string) => boolean,
): AsyncGenerator<Iterable<{ readonly line: number; readonly text: string }>> {
  let waiting: string[] = [];
  let first = 1;
  function* complete(isLast: boolean) {
    let at = 0;
    while (at < waiting.length) {
      const lines = linesOfRow(waiting, at, isRow, isLast);
      if (lines === undefined) break;
      yield { line: first + at, text: waiting.slice(at, at + lines).join("\n") };
      at += lines;
    }
    first += at;
    waiting = waiting.slice(at);
  }
  for await (const lines of lineBlocks(content)) {
    waiting.push(...lines);
    yield complete(false);
  }
  yield complete(true);
}

/** How many lines the row at a line has; undefined when more lines are needed to know. */
function linesOfRow(
  lines: readonly string[],
  at: number,
  isRow: (text: string) => boolean,
  isLast: boolean,
): number | undefined {
  if (!endsInQuotes(lines[at] ?? "")) return 1;
  const following = lines.slice(at + 1, at + mostLines);
  const more = following.findIndex(endsInQuotes) + 1;
  if (more > 0) {
    const isWhole = isRow(lines.slice(at, at + more + 1).join("\n"));
    return isWhole && !following.slice(0, more - 1).some(isRow) ? more + 1 : 1;
  }
  return isLast || following.length === mostLines - 1 ? 1 : undefined;
}

function endsInQuotes(line: string): boolean {
  return line.includes('"') && line.split('"').length % 2 === 0;
}

function splitRow(text: string, delimiter: string): string[] {
  if (!text.includes('"')) {
    return text.split(delimiter);
  }
  const fields = quotedFields(text, delimiter);
  if (fields !== undefined) return fields;
  let problem: unknown;
  // Programs such as Spark put a backslash before a quote within quotes, and not a second quote.
  for (const escape of ['"', "\\"]) {
    try {
      return parse(text, { relax_column_count: true, delimiter, escape })[0] ?? [];
    } catch (error) {
      problem ??= error;
    }
  }
  throw new RowRejection("unparsable-row", messageOf(problem));
}

const fieldOf = new Map<string, RegExp>();

/** The first fields of a row whose quotes are well-formed, in a thirtieth of the time that the parser takes; else undefined. */
function quotedFields(text: string, delimiter: string, count = Infinity): string[] | undefined {
  let field = fieldOf.get(delimiter);
  if (field === undefined) {
    field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\r\\n\\${delimiter}]*))(\\${delimiter}|$)`, "y");
    fieldOf.set(delimiter, field);
  }
  const fields: string[] = [];
  field.lastIndex = 0;
  for (;;) {
    const [, quoted, plain = "", end] = field.exec(text) ?? [];
    if (end === undefined) return undefined;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "" || fields.length === count) return fields;
  }
}

const chunkBytes = 1024 * 1024;

/** A line by the offset of its first byte and its number, counted from 1. */
interface Line {
  readonly offset: number;
  readonly end: number;
  readonly number: number;
}

/**
 * Finds the event times of a local file of CSV in a fraction of the time that reading its rows takes.
 * @returns undefined for a file that has to be read from its beginning: one in another place, compressed, in a named
 *   encoding, with line breaks in quotes, or without a column of event times
 */
export async function csvIndex(
  { path, name, encoding }: InputFile,
  decoder: RowDecoder,
): Promise<FileIndex | undefined> {
  if (path === undefined || encoding !== undefined) return undefined;
  const digest = createHash("sha256");
  const parts: FilePart[] = [];
  let header: CsvDecoder | undefined;
  let rest = "";
  let offset = 0;
  let number = 0;
  let lines: Line[] = [];
  let times: number[] = [];
  let hasQuotes = false;
  const endPart = (decode: CsvDecoder["decode"]) => {
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return;
    const { from, strays } = timesOfPart(times);
    const apart = new Set(strays.map(({ at }) => first.number + at));
    const rowsOf = (start: Line, end: number, skipped?: ReadonlySet<number>) => () =>
      rowsBetween(path, start, end, decode, skipped);
    parts.push({ from, rows: rowsOf(first, last.end, apart) });
    for (const { at, time } of strays) {
      const line = lines[at];
      if (line) parts.push({ from: time, rows: rowsOf(line, line.end) });
    }
    [lines, times] = [[], []];
  };
  const addLine = (text: string, start: number, lineFeed: number) => {
    const end = text[lineFeed - 1] === "\r" ? lineFeed - 1 : lineFeed;
    number += 1;
    if (header === undefined) {
      const line = text.slice(start, end);
      if (endsInQuotes(line)) return false;
      header = isHeader(line) ? csvDecoder(decoded(line), decoder, name) : undefined;
      return header === undefined || header.time !== undefined;
    }
    const { delimiter, time, decode } = header;
    const column = time?.column ?? 0;
    const line = hasQuotes ? text.slice(start, end) : "";
    if (endsInQuotes(line)) return false;
    const cell = line.includes('"')
      ? quotedCell(line, delimiter, column)
      : plainCell(text, start, end, delimiter, column);
    lines.push({ offset: offset + start, end: offset + end, number });
    times.push(time?.of(cell) ?? time?.of(decoded(cell)) ?? NaN);
    if (lines.length === rowsPerPart) endPart(decode);
    return true;
  };
  const chunks = createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) {
    digest.update(chunk);
    const mark = offset === 0 && rest === "" ? textStart(chunk) : 0;
    if (mark === undefined) return undefined;
    offset += mark;
    const text = rest + chunk.toString("latin1", mark);
    if (text.includes("\r") && /\r[^\n]/.test(text)) return undefined;
    hasQuotes = text.includes('"');
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      if (!addLine(text, start, end)) return undefined;
      start = end + 1;
    }
    offset += start;
    rest = text.slice(start);
    if (rest.length > maxLineLength) return undefined;
  }
  if (rest !== "" && !addLine(rest, 0, rest.length)) return undefined;
  if (header === undefined) return undefined;
  endPart(header.decode);
  return { parts, digest: digest.digest("hex") };
}

/** The field of a line without quotes; empty where the line has fewer. */
function plainCell(text: string, start: number, end: number, delimiter: string, column: number) {
  let from = start;
  for (let before = column; before > 0; before -= 1) {
    const at = text.indexOf(delimiter, from);
    if (at < 0 || at > end) return "";
    from = at + 1;
  }
  const next = text.indexOf(delimiter, from);
  return text.slice(from, next < 0 || next > end ? end : next);
}

/** The field of a line with quotes; empty where the line has fewer or is broken. */
function quotedCell(line: string, delimiter: string, column: number): string {
  try {
    const fields = quotedFields(line, delimiter, column + 1) ?? splitRow(line, delimiter);
    return fields[column] ?? "";
  } catch {
    return "";
  }
}

async function* rowsBetween(
  path: string,
  { offset, number }: Line,
  end: number,
  decode: CsvDecoder["decode"],
  skipped: ReadonlySet<number> = new Set(),
): AsyncGenerator<InputRow[]> {
  if (end === offset) return;
  let line = number;
  const content = createReadStream(path, { start: offset, end: end - 1, encoding: "latin1" });
  for await (const lines of lineBlocks(content as AsyncIterable<string>)) {
    const rows = lines.map((text) => ({ line: line++, text, event: () => decode(text) }));
    yield rows.filter((row) => row.text !== "" && !skipped.has(row.line));
  }
}
