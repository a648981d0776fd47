import { createHash } from "node:crypto";
import { StartError } from "../../cli/command";
import { EventStore } from "../events/event-store";
import type { EventTimeRange } from "../events/event-time";
import type { EventSource } from "../events/record";
import type { Reading } from "../events/workload";
import { csvRows } from "./csv-rows";
import type { InputFile, InputFormat } from "./input-file";
import { messageOf } from "./input-place";
import { jsonRows } from "./json-rows";
import { parquetRows } from "./parquet-rows";
import { type RejectedRow, RowCounter } from "./row-counter";
import type { InputRow, RowDecoder } from "./rows";

export interface FileEvents extends Reading {
  /** The valid events of all files within the range, by event time. */
  readonly source: EventSource & { readonly count: number };
  readonly rowsRead: number;
}

const tellMs = 5000;

const readers: Readonly<
  Record<InputFormat, (file: InputFile, decoder: RowDecoder) => AsyncIterable<InputRow[]>>
> = {
  csv: csvRows,
  jsonl: jsonRows,
  parquet: parquetRows,
};

/**
 * Reads and sorts the events of files. Broken rows go to `onRejected`; `onRows` is called every few seconds.
 * @throws StartError when a file cannot be read or lacks columns, or there is not a single event
 */
export async function readFiles(
  files: readonly InputFile[],
  decoder: RowDecoder,
  range: EventTimeRange,
  onRejected: (row: RejectedRow) => void,
  onRows: (file: string, rows: number) => void = () => undefined,
  store: EventStore = new EventStore(),
): Promise<FileEvents> {
  const counter = new RowCounter(range, onRejected);
  const fingerprint = createHash("sha256").update(JSON.stringify([range.from, range.to]));
  let toldAt = performance.now();
  for (const file of files) {
    for await (const rows of named(file, readers[file.format](file, decoder))) {
      if (performance.now() > toldAt + tellMs) {
        toldAt = performance.now();
        onRows(file.name, counter.rowsRead);
      }
      for (const row of rows) {
        fingerprint.update(row.text).update("\n");
        const event = counter.eventOf(file.name, row);
        if (event !== undefined) {
          store.add(event);
        }
      }
    }
  }
  if (store.count === 0) {
    throw counter.nothingToSend(files, decoder.noun);
  }
  const { rowsRead, rejected, outOfRange } = counter;
  return { source: store, rowsRead, rejected, outOfRange, fingerprint: fingerprint.digest("hex") };
}

/** The same rows; an error names the file. */
export async function* named<Rows>(
  file: InputFile,
  rows: AsyncIterable<Rows>,
): AsyncGenerator<Rows> {
  try {
    yield* rows;
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable({ name }: InputFile, error: unknown): StartError {
  return error instanceof StartError
    ? error
    : new StartError([`${name} cannot be read: ${messageOf(error)}`]);
}
