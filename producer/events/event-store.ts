import { mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventSource, SourceEvent } from "./record";

/** An event with its place among those of the same time. */
export interface PlacedEvent extends SourceEvent {
  readonly place: number;
}

/** Memory of an event besides its key and data. */
const objectBytes = 200;
const defaultRunBytes = 64 * 1024 * 1024;
const writtenBytes = 1024 * 1024;

/** Sorts events by time in bounded memory: sorted runs in a temporary file are merged when read. */
export class EventStore implements EventSource {
  readonly #runBytes: number;
  readonly #runs: { readonly start: number; readonly end: number }[] = [];
  #file: number | undefined;
  #waiting: PlacedEvent[] = [];
  #waitingBytes = 0;
  #count = 0;

  /** @param runBytes - of the events that wait in memory */
  constructor(runBytes: number = defaultRunBytes) {
    this.#runBytes = runBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** @param place - orders events of the same time; by default as they are added */
  add(event: SourceEvent, place: number = this.#count): void {
    const bytes = objectBytes + event.partitionKey.length + event.data.byteLength;
    if (this.#waiting.length > 0 && this.#waitingBytes + bytes > this.#runBytes) this.#spill();
    this.#waiting.push({ ...event, place });
    this.#waitingBytes += bytes;
    this.#count += 1;
  }

  /** By event time; events of the same time in the order of their places. */
  *events(): Generator<PlacedEvent> {
    const file = this.#file;
    const spilled = this.#runs.map(({ start, end }) => readRun(file ?? -1, start, end));
    yield* merged([...spilled, this.#waiting.sort(inOrder)]);
  }

  #spill(): void {
    this.#file ??= unnamedFile();
    const start = this.#runs.at(-1)?.end ?? 0;
    let end = start;
    let entries: Buffer[] = [];
    let bytes = 0;
    for (const [index, event] of this.#waiting.sort(inOrder).entries()) {
      const entry = entryOf(event);
      entries.push(entry);
      bytes += entry.length;
      if (bytes < writtenBytes && index < this.#waiting.length - 1) continue;
      end += writeFully(this.#file, Buffer.concat(entries), end);
      entries = [];
      bytes = 0;
    }
    this.#runs.push({ start, end });
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
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

function writeFully(file: number, buffer: Buffer, position: number): number {
  let written = 0;
  while (written < buffer.length) {
    written += writeSync(file, buffer, written, buffer.length - written, position + written);
  }
  return written;
}

/** Event time and place, each 8 bytes, and the lengths of key and data. */
const headBytes = 8 + 8 + 2 + 4;

function entryOf({ eventTime, place, partitionKey, data }: PlacedEvent): Buffer {
  const key = Buffer.from(partitionKey);
  const head = Buffer.allocUnsafe(headBytes);
  head.writeDoubleLE(eventTime, 0);
  head.writeDoubleLE(place, 8);
  head.writeUInt16LE(key.length, 16);
  head.writeUInt32LE(data.byteLength, 18);
  return Buffer.concat([head, key, data]);
}

/** Length of the entry at an offset; undefined when the buffer ends within its head. */
function entryLength(buffer: Buffer, offset: number): number | undefined {
  return offset + headBytes > buffer.length
    ? undefined
    : headBytes + buffer.readUInt16LE(offset + 16) + buffer.readUInt32LE(offset + 18);
}

function readEntry(buffer: Buffer, offset: number): PlacedEvent {
  const keyEnd = offset + headBytes + buffer.readUInt16LE(offset + 16);
  return {
    eventTime: buffer.readDoubleLE(offset),
    place: buffer.readDoubleLE(offset + 8),
    partitionKey: buffer.toString("utf8", offset + headBytes, keyEnd),
    data: buffer.subarray(keyEnd, keyEnd + buffer.readUInt32LE(offset + 18)),
  };
}

const chunkBytes = 64 * 1024;

/** Reads the events of a run that was written to a file, a chunk at a time. */
function* readRun(file: number, start: number, end: number): Generator<PlacedEvent> {
  let chunk: Buffer = Buffer.alloc(0);
  let offset = 0;
  let position = start;
  for (;;) {
    let length = entryLength(chunk, offset);
    while (length === undefined || offset + length > chunk.length) {
      if (position === end) {
        return;
      }
      // A new buffer each time: the data of the events given before lies in the old one.
      const rest = chunk.subarray(offset);
      const wanted = Math.max(chunkBytes, length ?? 0) - rest.length;
      const bytes = Math.min(wanted, end - position);
      const next = Buffer.allocUnsafe(rest.length + bytes);
      rest.copy(next);
      readFully(file, next.subarray(rest.length), position);
      position += bytes;
      chunk = next;
      offset = 0;
      length = entryLength(chunk, offset);
    }
    yield readEntry(chunk, offset);
    offset += length;
  }
}

function readFully(file: number, buffer: Buffer, position: number): void {
  let read = 0;
  while (read < buffer.length) {
    const bytes = readSync(file, buffer, read, buffer.length - read, position + read);
    if (bytes === 0) {
      throw new Error("The file of sorted events is shorter than it was written");
    }
    read += bytes;
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
