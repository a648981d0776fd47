import type { InputFile } from "./input-file";
import { jsonBlocks } from "./lines";
import type { InputRow, RowDecoder } from "./rows";

/**
 * The rows of a file of JSON: one event a line, or one after the other without line breaks. Of a record that Firehose
 * filed as failed the row is the data that it keeps in base64.
 */
export async function* jsonRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let line = 0;
  for await (const lines of jsonBlocks(await file.open())) {
    const rows: InputRow[] = [];
    for (const texts of lines) {
      line += 1;
      for (const text of texts) {
        if (text !== "") {
          rows.push({ line, text, event: () => decoder.json(rawDataOf(text) ?? text) });
        }
      }
    }
    yield rows;
  }
}

/**
 * The data of a record that Firehose could not deliver.
 * @see https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html#data-transformation-failure-handling
 */
function rawDataOf(text: string): string | undefined {
  if (!text.includes('"rawData"') || !text.includes('"errorCode"')) {
    return undefined;
  }
  try {
    const { rawData, errorCode } = JSON.parse(text) as Partial<Record<string, unknown>>;
    return typeof rawData === "string" && typeof errorCode === "string"
      ? Buffer.from(rawData, "base64").toString()
      : undefined;
  } catch {
    return undefined;
  }
}
