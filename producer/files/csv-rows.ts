import { parse } from "csv-parse/sync";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-place";
import { lineBlocks } from "./lines";
import { StartError } from "../../cli/command";
import { type InputRow, type RowDecoder, RowRejection } from "./rows";

/**
 * The rows of a CSV file with a header.
 *
 * @throws StartError when there is no usable header
 */
export async function* csvRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let read: ReturnType<RowDecoder["columns"]> | undefined;
  let delimiter = ",";
  let line = 0;
  for await (const lines of lineBlocks(await file.open())) {
    const rows: InputRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text === "") {
        continue;
      }
      if (read === undefined) {
        delimiter = delimiterOf(text);
        read = decoder.columns(headerFields(text, delimiter, file.name), file.name, false);
        continue;
      }
      const [known, separator] = [read, delimiter];
      rows.push({ line, text, event: () => known(splitRow(text, separator)) });
    }
    yield rows;
  }
  if (read === undefined) {
    throw new StartError([`${file.name} is empty; expected a CSV file with a header`]);
  }
}

/** The character that parts the names of the header: a comma, unless there is none. */
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

/**
 * A row is one line. A parser for the whole file would let a stray quote swallow all rows up to the
 * next one; this way it spoils its own row only.
 */
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
