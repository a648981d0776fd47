import { StartError } from "../../cli/command";
import type { EventTimeRange } from "../events/event-time";
import type { SourceEvent } from "../events/record";
import type { RowCounts } from "../events/workload";
import { type InputRow, RowRejection } from "./rows";

export interface RejectedRow {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
  readonly row: string;
}

/** Decodes rows and counts those that are no event of the range, which go to `onRejected`. */
export class RowCounter implements RowCounts {
  readonly rejected: Record<string, number> = {};
  rowsRead = 0;
  outOfRange = 0;
  readonly #range: EventTimeRange;
  readonly #onRejected: (row: RejectedRow) => void;
  /** The first row of each reason, in words. */
  readonly #examples = new Map<string, string>();

  constructor(range: EventTimeRange, onRejected: (row: RejectedRow) => void) {
    this.#range = range;
    this.#onRejected = onRejected;
  }

  eventOf(file: string, row: InputRow): SourceEvent | undefined {
    this.rowsRead += 1;
    try {
      const event = row.event();
      if (event.eventTime >= this.#range.from && event.eventTime < this.#range.to) {
        return event;
      }
      this.outOfRange += 1;
    } catch (error) {
      if (!(error instanceof RowRejection)) {
        throw error;
      }
      const { reason, message: detail } = error;
      this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
      if (!this.#examples.has(reason)) {
        this.#examples.set(reason, `, as line ${row.line}: ${detail}`);
      }
      this.#onRejected({ file, line: row.line, reason, detail, row: row.text });
    }
    return undefined;
  }

  /** Why nothing can be sent where all rows were read and none is an event. */
  nothingToSend(files: readonly { readonly name: string }[], noun: string): StartError {
    const name = files.map((file) => file.name).join(", ");
    if (this.rowsRead === 0) {
      return new StartError([`${name} has no rows; expected ${noun}`]);
    }
    const reasons = Object.entries(this.rejected).map(
      ([reason, count]) => `${reason}: ${count}${this.#examples.get(reason) ?? ""}`,
    );
    const others =
      this.outOfRange > 0 ? [`before --seek or after --until: ${this.outOfRange}`] : [];
    return new StartError([
      `${name} has no ${noun} to send in ${this.rowsRead} rows (${[...reasons, ...others].join(", ")})`,
    ]);
  }
}
