import { createHash } from "node:crypto";
import { EventStore } from "../events/event-store";
import type { EventTimeRange } from "../events/event-time";
import type { EventSource } from "../events/record";
import type { Reading } from "../events/workload";
import type { InputFile, InputFormat } from "./input-file";
import { messageOf } from "./input-place";
import { csvRows } from "./csv-rows";
import { jsonRows } from "./json-rows";
import { parquetRows } from "./parquet-rows";
import { StartError } from "../../cli/command";
import { type InputRow, type RowDecoder, RowRejection } from "./rows";

/** A row that is not sent, as it is written to the dead-letter file. */
export interface RejectedRow {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
  readonly row: string;
}

/** What the files of a workload hold. */
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
 * Reads and sorts the events of files. Broken rows go to `onRejected`; `onRows` is told every few seconds.
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
  const rejected: Record<string, number> = {};
  const fingerprint = createHash("sha256").update(JSON.stringify([range.from, range.to]));
  const examples = new Map<string, string>();
  let rowsRead = 0;
  let outOfRange = 0;
  let toldAt = performance.now();
  for (const file of files) {
    for await (const rows of rowsOf(file, decoder)) {
      if (performance.now() > toldAt + tellMs) {
        toldAt = performance.now();
        onRows(file.name, rowsRead);
      }
      for (const row of rows) {
        rowsRead += 1;
        fingerprint.update(row.text).update("\n");
        try {
          const event = row.event();
          if (event.eventTime >= range.from && event.eventTime < range.to) {
            store.add(event);
          } else {
            outOfRange += 1;
          }
        } catch (error) {
          if (!(error instanceof RowRejection)) {
            throw error;
          }
          const { reason, message } = error;
          rejected[reason] = (rejected[reason] ?? 0) + 1;
          examples.set(reason, examples.get(reason) ?? `, as line ${row.line}: ${message}`);
          onRejected({ file: file.name, line: row.line, reason, detail: message, row: row.text });
        }
      }
    }
  }
  const name = files.map((file) => file.name).join(", ");
  if (rowsRead === 0) {
    throw new StartError([`${name} has no rows; expected ${decoder.noun}`]);
  }
  if (store.count === 0) {
    const reasons = Object.entries(rejected).map(
      ([reason, count]) => `${reason}: ${count}${examples.get(reason) ?? ""}`,
    );
    const others = outOfRange > 0 ? [`before --seek or after --until: ${outOfRange}`] : [];
    throw new StartError([
      `${name} has no ${decoder.noun} to send in ${rowsRead} rows (${[...reasons, ...others].join(", ")})`,
    ]);
  }
  return { source: store, rowsRead, rejected, outOfRange, fingerprint: fingerprint.digest("hex") };
}

async function* rowsOf(file: InputFile, decoder: RowDecoder): AsyncGenerator<InputRow[]> {
  const rows = readers[file.format](file, decoder)[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<InputRow[]>;
    try {
      next = await rows.next();
    } catch (error) {
      throw error instanceof StartError
        ? error
        : new StartError([`${file.name} cannot be read: ${messageOf(error)}`]);
    }
    if (next.done) {
      return;
    }
    yield next.value;
  }
}
