import { createHash } from "node:crypto";
import { EventStore } from "../events/event-store";
import type { InputFile, InputFormat } from "./input-file";
import { messageOf } from "./input-file";
import { csvRows } from "./csv-rows";
import { jsonRows } from "./json-rows";
import type { EventTimeRange } from "../command/options";
import { parquetRows } from "./parquet-rows";
import type { EventSource } from "../events/record";
import { StartError } from "../../cli/start-error";
import type { Trip } from "./trip";
import { tripEvent } from "./trip";
import type { RejectionReason } from "./trip-row";
import { RowRejection } from "./trip-row";

/** A row of a file of any format. */
export interface InputRow {
  /** Line of the file, counted from 1, or row where a file has no lines. */
  readonly line: number;
  /** The row as it is written, or as JSON where it is no text. */
  readonly text: string;
  /** @throws RowRejection with the first thing that is wrong */
  readonly trip: () => Trip;
}

/** A row that is not sent, as it is written to the dead-letter file. */
export interface RejectedRow {
  readonly file: string;
  readonly line: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly row: string;
}

/** How often rows were rejected, by reason. */
export type Rejections = Readonly<Partial<Record<RejectionReason, number>>>;

/** What the files of trips hold. */
export interface TripFiles {
  /** The valid trips of all files within the range, by event time. */
  readonly trips: EventSource & { readonly count: number };
  /** Data rows: trips, rejected rows, and trips out of the range. */
  readonly rowsRead: number;
  readonly rejected: Rejections;
  /** Valid trips that end before or after what is to be sent. */
  readonly outOfRange: number;
  /** SHA-256 over all rows: the same for the same content only. */
  readonly fingerprint: string;
}

const readers: Readonly<Record<InputFormat, (file: InputFile) => AsyncIterable<InputRow[]>>> = {
  csv: csvRows,
  jsonl: jsonRows,
  parquet: parquetRows,
};

/**
 * Reads files of trips. A broken row is handed to `onRejected` and counted; empty lines are skipped.
 *
 * @param range - of the event times wanted
 * @param store - where the trips are sorted
 * @throws StartError when a file cannot be read or is none of trips, or there is not a single trip
 */
export async function readTrips(
  files: readonly InputFile[],
  range: EventTimeRange,
  onRejected: (row: RejectedRow) => void,
  store: EventStore = new EventStore(),
): Promise<TripFiles> {
  const rejected: Partial<Record<RejectionReason, number>> = {};
  const fingerprint = createHash("sha256").update(JSON.stringify([range.from, range.to]));
  let rowsRead = 0;
  let outOfRange = 0;
  for (const file of files) {
    for await (const rows of rowsOf(file)) {
      for (const row of rows) {
        rowsRead += 1;
        fingerprint.update(row.text).update("\n");
        try {
          const trip = row.trip();
          if (trip.dropoffTime >= range.from && trip.dropoffTime < range.to) {
            store.add(tripEvent(trip));
          } else {
            outOfRange += 1;
          }
        } catch (error) {
          if (!(error instanceof RowRejection)) {
            throw error;
          }
          const { reason, message } = error;
          rejected[reason] = (rejected[reason] ?? 0) + 1;
          onRejected({ file: file.name, line: row.line, reason, detail: message, row: row.text });
        }
      }
    }
  }
  const name = files.map((file) => file.name).join(", ");
  if (rowsRead === 0) {
    throw new StartError([`${name} has no rows; expected trips`]);
  }
  if (store.count === 0) {
    const reasons = Object.entries(rejected).map(([reason, count]) => `${reason}: ${count}`);
    const others = outOfRange > 0 ? [`before --seek or after --until: ${outOfRange}`] : [];
    throw new StartError([
      `${name} has no trip to send in ${rowsRead} rows (${[...reasons, ...others].join(", ")})`,
    ]);
  }
  return { trips: store, rowsRead, rejected, outOfRange, fingerprint: fingerprint.digest("hex") };
}

async function* rowsOf(file: InputFile): AsyncGenerator<InputRow[]> {
  const rows = readers[file.format](file)[Symbol.asyncIterator]();
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
