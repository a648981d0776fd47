import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** A line that long is no row of a table: the file is something else. */
const maxLineLength = 1024 * 1024;

/** The lines of a text, some at a time; gzip is recognised by its first bytes. */
export async function* lineBlocks(input: Readable): AsyncGenerator<string[]> {
  let rest = "";
  const text = new TextDecoder();
  for await (const chunk of unzipped(input)) {
    const lines = (rest + text.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    if (rest.length > maxLineLength) {
      throw new Error(`it has a line of more than ${maxLineLength} characters: not a text of rows`);
    }
    yield lines;
  }
  yield [rest];
}

async function* unzipped(input: Readable): AsyncGenerator<Uint8Array> {
  const pieces = input[Symbol.asyncIterator]() as AsyncIterator<string | Uint8Array, undefined>;
  const first = await pieces.next();
  const chunks = async function* () {
    for (let next = first; !next.done; next = await pieces.next()) {
      yield typeof next.value === "string" ? Buffer.from(next.value) : next.value;
    }
  };
  const isZipped = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  // An error of the input ends the stream of text, too; whoever reads that gets it.
  yield* isZipped ? pipeline(Readable.from(chunks()), createGunzip(), () => undefined) : chunks();
}
