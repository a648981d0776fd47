import { appendFileSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { EventSource, SourceEvent } from "./record";

/** An event with its place among those of the same time. */
export interface PlacedEvent extends SourceEvent {
  readonly place: number;
}

/** Memory of an event besides its key and data. */
const objectBytes = 200;
const defaultRunBytes = 64 * 1024 * 1024;
/** Events that are written, and read again, at a time. */
const blockBytes = 64 * 1024;

/** Where consecutive events of a run are in the temporary file. */
interface Block {
  readonly start: number;
  readonly length: number;
}

/** Sorts events by time in bounded memory: sorted runs in a temporary file are merged when read. */
export class EventStore implements EventSource {
  count = 0;
  readonly #runBytes: number;
  readonly #runs: (readonly Block[])[] = [];
  #file: number | undefined;
  #written = 0;
  #waiting: PlacedEvent[] = [];
  #waitingBytes = 0;

  /** @param runBytes - of the events that wait in memory */
  constructor(runBytes: number = defaultRunBytes) {
    this.#runBytes = runBytes;
  }

  /** @param place - orders events of the same time; by default as they are added */
  add(event: SourceEvent, place: number = this.count): void {
    const bytes = bytesOf(event);
    if (this.#waiting.length > 0 && this.#waitingBytes + bytes > this.#runBytes) this.#spill();
    this.#waiting.push({ ...event, place });
    this.#waitingBytes += bytes;
    this.count += 1;
  }

  /** By event time; events of the same time in the order of their places. */
  *events(): Generator<PlacedEvent> {
    const spilled = this.#runs.map((blocks) => readRun(this.#file ?? -1, blocks));
    yield* merged([...spilled, this.#waiting.sort(inOrder)]);
  }

  #spill(): void {
    this.#file ??= unnamedFile();
    const run: Block[] = [];
    let events: PlacedEvent[] = [];
    let bytes = 0;
    for (const [index, event] of this.#waiting.sort(inOrder).entries()) {
      events.push(event);
      bytes += bytesOf(event);
      if (bytes < blockBytes && index < this.#waiting.length - 1) continue;
      const block = serialize(packed(events));
      appendFileSync(this.#file, block);
      run.push({ start: this.#written, length: block.length });
      this.#written += block.length;
      [events, bytes] = [[], 0];
    }
    this.#runs.push(run);
    [this.#waiting, this.#waitingBytes] = [[], 0];
  }
}

function bytesOf({ partitionKey, data }: SourceEvent): number {
  return objectBytes + partitionKey.length + data.byteLength;
}

/** Without a name the file is gone when the process is, whatever ends it. */
function unnamedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  try {
    return openSync(join(folder, "events"), "w+", 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Events as tuples with their data in one piece, which are read in a third of the time of objects. */
function packed(events: readonly PlacedEvent[]) {
  return {
    heads: events.map(
      (event) => [event.eventTime, event.place, event.partitionKey, event.data.byteLength] as const,
    ),
    data: Buffer.concat(events.map(({ data }) => data)),
  };
}

function* readRun(file: number, blocks: readonly Block[]): Generator<PlacedEvent> {
  for (const { start, length } of blocks) {
    // A new buffer each time: the data of the events of the block lies in it.
    const buffer = Buffer.allocUnsafeSlow(length);
    if (readSync(file, buffer, 0, length, start) < length) {
      throw new Error("The file of sorted events is shorter than it was written");
    }
    const { heads, data } = deserialize(buffer) as ReturnType<typeof packed>;
    let end = 0;
    for (const [eventTime, place, partitionKey, bytes] of heads) {
      end += bytes;
      yield { eventTime, place, partitionKey, data: data.subarray(end - bytes, end) };
    }
  }
}

function inOrder(a: PlacedEvent, b: PlacedEvent): number {
  return a.eventTime - b.eventTime || a.place - b.place;
}

/** Whether an event comes before another one: by time, and of equal times by place. */
export function isBefore(event: PlacedEvent, other: PlacedEvent | undefined): boolean {
  return other === undefined || inOrder(event, other) < 0;
}

/** Merges a few sources that are sorted. */
export function* merged(sources: readonly Iterable<PlacedEvent>[]): Generator<PlacedEvent> {
  const rests = sources.map((source) => source[Symbol.iterator]());
  const heads = rests.map((rest) => rest.next());
  for (;;) {
    let first = -1;
    let event: PlacedEvent | undefined;
    for (const [index, head] of heads.entries()) {
      if (!head.done && isBefore(head.value, event)) {
        first = index;
        event = head.value;
      }
    }
    const rest = rests[first];
    if (event === undefined || rest === undefined) {
      return;
    }
    yield event;
    heads[first] = rest.next();
  }
}
