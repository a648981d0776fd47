import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import type { RecordSource } from "./record";
import { StartError } from "./start-error";
import type { RejectionReason } from "./trip-row";
import { RowRejection, TripRowReader } from "./trip-row";
import { TripStore } from "./trip-store";

/** A line that long is no row of a table: the file is something else. */
const maxLineLength = 1024 * 1024;

/** A row that is not sent, as it is written to the dead-letter file. */
export interface RejectedRow {
  /** Line of the file, counted from 1; the header is line 1. */
  readonly line: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly row: string;
}

/** What a file of trips holds. */
export interface TripFile {
  /** The valid trips, by event time. */
  readonly trips: RecordSource;
  /** Data rows: trips and rejected rows. */
  readonly rowsRead: number;
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** SHA-256 over the header and all rows: the same for the same content only. */
  readonly fingerprint: string;
}

/**
 * Reads a whole CSV file of trips. A broken row is handed to `onRejected` and counted; empty lines
 * are skipped.
 *
 * @param name - how messages call the file
 * @throws StartError when the file cannot be read, has no usable header or not a single trip
 */
export async function readTrips(
  input: Readable,
  name: string,
  onRejected: (row: RejectedRow) => void,
): Promise<TripFile> {
  const store = new TripStore();
  const rejected: Partial<Record<RejectionReason, number>> = {};
  const fingerprint = createHash("sha256");
  let reader: TripRowReader | undefined;
  let rowsRead = 0;
  let line = 0;
  for await (const lines of lineBlocks(input, name)) {
    for (const text of lines) {
      line += 1;
      if (text === "") {
        continue;
      }
      fingerprint.update(text).update("\n");
      if (reader === undefined) {
        reader = readerForHeader(text, name);
        continue;
      }
      rowsRead += 1;
      try {
        store.add(reader.read(splitRow(text)));
      } catch (error) {
        if (!(error instanceof RowRejection)) {
          throw error;
        }
        rejected[error.reason] = (rejected[error.reason] ?? 0) + 1;
        onRejected({ line, reason: error.reason, detail: error.message, row: text });
      }
    }
  }
  if (reader === undefined) {
    throw new StartError([`${name} is empty; expected a CSV file of trips with a header`]);
  }
  if (rowsRead === 0) {
    throw new StartError([`${name} has a header but no rows`]);
  }
  if (store.count === 0) {
    const reasons = Object.entries(rejected).map(([reason, count]) => `${reason}: ${count}`);
    throw new StartError([`${name} has no valid trip in ${rowsRead} rows (${reasons.join(", ")})`]);
  }
  return { trips: store.sorted(), rowsRead, rejected, fingerprint: fingerprint.digest("hex") };
}

function readerForHeader(text: string, name: string): TripRowReader {
  const reader = new TripRowReader(headerFields(text, name));
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

async function* lineBlocks(input: Readable, name: string): AsyncGenerator<string[]> {
  let rest = "";
  try {
    input.setEncoding("utf8");
    for await (const chunk of input) {
      const lines = (rest + String(chunk)).split(/\r?\n/);
      rest = lines.pop() ?? "";
      if (rest.length > maxLineLength) {
        throw new Error(`it has a line of more than ${maxLineLength} characters: not a CSV file`);
      }
      yield lines;
    }
  } catch (error) {
    throw new StartError([`${name} cannot be read: ${messageOf(error)}`]);
  }
  yield [rest];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
