import type { InputFile } from "./input-file";
import { decoded, lineBreak, maxLineLength, texts } from "./lines";
import type { InputRow, RowDecoder } from "./rows";

/** An array, an object whose first line does not end it, or objects that are separated by commas. */
const documentStart =
  /^\s*(\[|\{([^\r\n]*[{[])?\s*\n|\{[^\r\n]*,\s*\n\s*"|\{[^\r\n]*\},\s*\n\s*\{)/;

/**
 * The rows of a file of JSON: one event a line, one after the other without line breaks, in an array, or over several
 * lines each. A line that is no JSON is one row, whatever it holds. Of a record that Firehose filed as failed the row is
 * the data that it keeps in base64.
 */
export async function* jsonRows(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  let rest = "";
  let line = 0;
  let isDocument = false;
  const rowOf = (bytes: string): InputRow => {
    const text = decoded(bytes);
    return { line: line + 1, text, event: () => decoder.json(dataOf(text)) };
  };
  for await (const content of texts(await file.open(), file.encoding)) {
    // A sequence of JSON texts (RFC 7464) has a separator before each of them.
    const text = content.replaceAll("\u001e", "");
    isDocument ||= line === 0 && rest.trim() === "" && documentStart.test(text);
    const lines = isDocument ? [] : (rest + text).split(lineBreak);
    rest = isDocument ? rest + text : (lines.pop() ?? "");
    const rows: InputRow[] = [];
    for (const each of lines) {
      rows.push(...objectsOf(each).map(rowOf));
      line += 1;
    }
    if (isDocument || rest.length > maxLineLength) {
      // All but the last object are complete.
      const objects = objectsOf(rest, true);
      rest = objects.pop() ?? "";
      if (rest.length > maxLineLength) {
        throw new Error(
          `it has a row of more than ${maxLineLength} characters: not a text of rows`,
        );
      }
      for (const object of objects) {
        rows.push(rowOf(object));
        if (isDocument) line += 1;
      }
    }
    yield rows;
  }
  yield objectsOf(rest, isDocument).map(rowOf);
}

/** The objects of a text, cut where one follows on another; strings are left whole. */
function objectsOf(text: string, isDocument = false): string[] {
  if (!isDocument && !/\}\s*\{/.test(text)) {
    return text.trim() === "" ? [] : [text];
  }
  const objects: string[] = [];
  let [start, depth] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}"]/g)) {
    // The string has no end yet.
    if (token === '"') break;
    depth += token === "{" ? 1 : token === "}" ? -1 : 0;
    if (token === "}" && depth === 0) {
      objects.push(text.slice(start, index + 1));
      start = index + 1;
    }
  }
  objects.push(text.slice(start).trimEnd());
  return objects.map((each) => each.replace(/^[\s,[\]]+/, "")).filter((each) => each !== "");
}

/**
 * The text of an event, or that of the data of a record that Firehose could not deliver, however often it was filed.
 * @see https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html#data-transformation-failure-handling
 */
function dataOf(text: string): string {
  if (!text.includes('"rawData"') || !text.includes('"errorCode"')) {
    return text;
  }
  try {
    const { rawData, errorCode } = JSON.parse(text) as Partial<Record<string, unknown>>;
    return typeof rawData === "string" && typeof errorCode === "string"
      ? dataOf(Buffer.from(rawData, "base64").toString())
      : text;
  } catch {
    return text;
  }
}
