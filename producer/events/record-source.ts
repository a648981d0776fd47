import {
  type EventSource,
  type OutgoingRecord,
  outgoingRecord,
  type RecordSource,
  type SourceEvent,
} from "./record";
import type { EventShape } from "./workload";

/** How the events of a source become records. */
export interface RecordOptions {
  /** Event time of the first event that is sent; milliseconds since the epoch. */
  readonly from: number;
  /** Begin again after the last event, forever. */
  readonly loop: boolean;
  /** What is added to every event time; whole seconds in milliseconds. */
  readonly shiftMs: number;
  readonly partitionKey: string;
  /** Largest partition key and data together. */
  readonly maxRecordBytes: number;
}

const second = 1000;

/** Makes records of events: chooses, moves and numbers them, and gives them their partition keys. */
export class EventRecords implements RecordSource {
  readonly #source: EventSource;
  readonly #shape: EventShape;
  readonly #options: RecordOptions;

  constructor(source: EventSource, shape: EventShape, options: RecordOptions) {
    this.#source = source;
    this.#shape = shape;
    this.#options = options;
  }

  get count(): number | undefined {
    return this.#options.loop ? undefined : this.#source.count;
  }

  *records(from: number): Generator<OutgoingRecord> {
    const { loop } = this.#options;
    let position = 0;
    let passShift = 0;
    for (let pass = 0; ; pass += 1) {
      let [first, last] = [NaN, NaN];
      for (const event of this.#source.events()) {
        if (event.eventTime < this.#options.from) {
          continue;
        }
        first = Number.isNaN(first) ? event.eventTime : first;
        last = event.eventTime;
        if (position >= from) {
          yield this.record(event, position, passShift, pass);
        }
        position += 1;
      }
      if (!loop || Number.isNaN(first)) {
        return;
      }
      // The next pass begins a second after the last event, and whole seconds after the first one.
      passShift += (Math.floor((last - first) / second) + 1) * second;
    }
  }

  /** @throws RangeError when it is larger than the stream takes */
  record(event: SourceEvent, position: number, passShift = 0, pass = 0): OutgoingRecord {
    const shift = this.#options.shiftMs + passShift;
    const data =
      shift === 0 && pass === 0 ? event.data : this.#shape.moved(event.data, shift, pass);
    const key = this.#keyOf(event, position);
    const record = outgoingRecord(position, event.eventTime + shift, key, data);
    const { maxRecordBytes } = this.#options;
    if (record.bytes > maxRecordBytes) {
      throw new RangeError(
        `Record ${position} has ${record.bytes} bytes; the stream takes at most ${maxRecordBytes}`,
      );
    }
    return record;
  }

  #keyOf(event: SourceEvent, position: number): string {
    const { partitionKey } = this.#options;
    if (partitionKey === "round-robin") {
      return String(position);
    }
    if (partitionKey === this.#shape.partitionKey) {
      return event.partitionKey;
    }
    const fields = JSON.parse(Buffer.from(event.data).toString()) as Record<string, unknown>;
    return String(fields[partitionKey]);
  }
}

/** The first event from an event time on. */
export function firstEvent(source: EventSource, from: number): SourceEvent | undefined {
  for (const event of source.events()) {
    if (event.eventTime >= from) {
      return event;
    }
  }
  return undefined;
}
