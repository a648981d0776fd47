import type { InputFile } from "./input-file";
import { lineBlocks } from "./lines";
import type { InputRow, RowDecoder } from "./rows";

/** The rows of a file that holds one event a line, as the stream carries it. */
export async function* jsonRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let line = 0;
  for await (const lines of lineBlocks(await file.open())) {
    const rows: InputRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text !== "") {
        rows.push({ line, text, event: () => decoder.json(text) });
      }
    }
    yield rows;
  }
}
