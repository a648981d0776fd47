import { parse } from "csv-parse/sync";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-place";
import { lineBlocks } from "./lines";
import { StartError } from "../../cli/command";
import type { InputRow, RowDecoder } from "./rows";
import { RowRejection } from "./rows";

/**
 * The rows of a CSV file with a header.
 *
 * @throws StartError when there is no usable header
 */
export async function* csvRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let read: ReturnType<RowDecoder["columns"]> | undefined;
  let line = 0;
  for await (const lines of lineBlocks(await file.open())) {
    const rows: InputRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text === "") {
        continue;
      }
      if (read === undefined) {
        read = decoder.columns(headerFields(text, file.name), file.name, false);
        continue;
      }
      const known = read;
      rows.push({ line, text, event: () => known(splitRow(text)) });
    }
    yield rows;
  }
  if (read === undefined) {
    throw new StartError([`${file.name} is empty; expected a CSV file with a header`]);
  }
}

function headerFields(text: string, name: string): string[] {
  try {
    return splitRow(text);
  } catch (error) {
    throw new StartError([`${name}: the header is broken: ${messageOf(error)}`]);
  }
}

/**
 * A row is one line. A parser for the whole file would let a stray quote swallow all rows up to the
 * next one; this way it spoils its own row only.
 */
function splitRow(text: string): string[] {
  if (!text.includes('"')) {
    return text.split(",");
  }
  try {
    const [values] = parse(text, { relax_column_count: true });
    return values ?? [];
  } catch (error) {
    throw new RowRejection("unparsable-row", messageOf(error));
  }
}
