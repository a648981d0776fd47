import type { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import type { SourceEvent } from "../events/record";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-place";
import { lineBlocks } from "./lines";
import { StartError } from "../../cli/command";
import { type InputRow, type RowDecoder, type RowReader, RowRejection } from "./rows";

/** The rows of a CSV file. @throws StartError when there is no usable header */
export async function* csvRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let row: CsvDecoder | undefined;
  const isRow = (text: string) => {
    try {
      const cells = splitRow(text, row?.delimiter ?? ",");
      row?.read(cells);
      return cells.length > 1;
    } catch {
      return false;
    }
  };
  for await (const texts of rowTexts(await file.open(), isRow)) {
    const rows: InputRow[] = [];
    for (const { line, text } of texts) {
      if (text === "") {
        continue;
      }
      if (row === undefined) {
        row = csvDecoder(text, decoder, file.name);
        continue;
      }
      const { decode } = row;
      rows.push({ line, text, event: () => decode(text) });
    }
    yield rows;
  }
  if (row === undefined) {
    throw new StartError([`${file.name} is empty; expected a CSV file with a header`]);
  }
}

export interface CsvDecoder extends RowReader {
  readonly delimiter: string;
  readonly decode: (text: string) => SourceEvent;
}

export function csvDecoder(header: string, decoder: RowDecoder, file: string): CsvDecoder {
  const delimiter = delimiterOf(header);
  const reader = decoder.columns(headerFields(header, delimiter, file), file, false);
  return { ...reader, delimiter, decode: (text) => reader.read(splitRow(text, delimiter)) };
}

/** The delimiter of the header's names; a comma by default. */
function delimiterOf(header: string): string {
  return [",", "\t", ";", "|"].find((each) => header.includes(each)) ?? ",";
}

function headerFields(text: string, delimiter: string, name: string): string[] {
  try {
    return splitRow(text, delimiter);
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
  input: Readable,
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
  for await (const lines of lineBlocks(input)) {
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
  try {
    const [values] = parse(text, { relax_column_count: true, delimiter });
    return values ?? [];
  } catch (error) {
    throw new RowRejection("unparsable-row", messageOf(error));
  }
}
