import { createHash } from "node:crypto";
import type { Option } from "commander";
import type { EventTimeRange } from "./event-time";
import type { EventSource, SourceEvent } from "./record";

/** Values of the command line by commander's attribute names; see Option.attributeName. */
export type OptionValues = Readonly<Record<string, unknown>>;

export type Rejections = Readonly<Record<string, number>>;

export interface RowCounts {
  /** Data rows: events, rejected rows, and events out of the range; undefined for generated events. */
  readonly rowsRead: number | undefined;
  readonly rejected: Rejections;
  readonly outOfRange: number;
}

/** How far a file is read: up to an offset, before which there is a line of so many bytes with this digest. */
export interface FilePosition {
  readonly offset: number;
  readonly lineBytes: number;
  readonly digest: string;
}

/** How far files are read, by device and inode. */
export type FilePositions = Readonly<Record<string, FilePosition>>;

export interface LiveEvents {
  /** @param saved - where an earlier run ended */
  events(saved: FilePositions, stop: AbortSignal): AsyncIterable<SourceEvent>;
  /** @param count - events, of those that were handed out, that are acknowledged */
  acknowledged(count: number): FilePositions;
}

export interface Reading extends RowCounts {
  /** Events that come later than those of the source. */
  readonly live?: LiveEvents;
  readonly source: EventSource;
  /** All events by event time, which are read as they are due; `source` has the first one only. */
  readonly later?: () => AsyncIterable<SourceEvent>;
  /** SHA-256: the same for the same events only. */
  readonly fingerprint: string;
}

export interface EventShape {
  /** The field that is the partition key unless another is wanted. */
  readonly partitionKey: string;
  readonly requiredFields: readonly string[];
  /** The same event at another time; each pass, counted from 0, has ids of its own. */
  moved(data: Uint8Array, shiftMs: number, pass: number): Uint8Array;
}

export interface ConfiguredWorkload extends EventShape {
  /** What it is read from; empty where events are generated. */
  readonly inputs: readonly string[];
  /** Event time of the real clock's present, where events follow that at the speed 1. */
  readonly liveFrom?: number | undefined;
  readonly isEndless: boolean;
  /**
   * `outputs` are files that the command writes; `onRows` receives the number of rows read every few seconds;
   * with `isReadOnce` large files may be read as their events are due.
   * @throws StartError when an input cannot be used or holds nothing to send
   */
  read(
    outputs: Readonly<Record<string, string | undefined>>,
    onRows?: (file: string, rows: number) => void,
    isReadOnce?: boolean,
  ): Promise<Reading>;
}

export interface Workload {
  readonly summary: string;
  readonly heading: string;
  /** Options of this workload; `isRecorded` leaves out those without effect on events of --input. */
  readonly options: (isRecorded?: boolean) => readonly Option[];
  /** Reads the options; `problems` gets a line for each wrong value. */
  configure(values: OptionValues, range: EventTimeRange, problems: string[]): ConfiguredWorkload;
}

/** Moves the times of a flat JSON object, whose fields are `timeFields`, and gives it another id in each pass. */
export function movedEvent(
  data: Uint8Array,
  timeFields: readonly string[],
  instant: (ms: number) => string,
  shiftMs: number,
  pass: number,
): Uint8Array {
  const event = JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>;
  for (const field of timeFields) {
    event[field] = instant(Date.parse(String(event[field])) + shiftMs);
  }
  if (pass > 0) {
    const text = `${String(event["id"])} ${pass}`;
    event["id"] = createHash("sha256").update(text).digest("hex").slice(0, 32);
  }
  return Buffer.from(JSON.stringify(event));
}
