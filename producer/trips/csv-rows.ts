import { parse } from "csv-parse/sync";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-file";
import { lineBlocks } from "./lines";
import { StartError } from "../../cli/start-error";
import type { InputRow } from "./trip-file";
import { RowRejection, TripRowReader } from "./trip-row";

/**
 * The rows of a CSV file with a header.
 *
 * @throws StartError when there is no usable header
 */
export async function* csvRows(file: InputFile): AsyncGenerator<InputRow[]> {
  let reader: TripRowReader | undefined;
  let line = 0;
  for await (const lines of lineBlocks(await file.open())) {
    const rows: InputRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text === "") {
        continue;
      }
      if (reader === undefined) {
        reader = readerFor(headerFields(text, file.name), file.name);
        continue;
      }
      const known = reader;
      rows.push({ line, text, trip: () => known.read(splitRow(text)) });
    }
    yield rows;
  }
  if (reader === undefined) {
    throw new StartError([`${file.name} is empty; expected a CSV file of trips with a header`]);
  }
}

/** @throws StartError naming what is wrong with the columns */
export function readerFor(header: readonly string[], name: string): TripRowReader {
  const reader = new TripRowReader(header);
  if (reader.problems.length > 0) {
    throw new StartError(reader.problems.map((problem) => `${name}: ${problem}`));
  }
  return reader;
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
