import { mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventSource, SourceEvent } from "./record";

/** An event with its place among those of the same time. */
export interface PlacedEvent extends SourceEvent {
  readonly place: number;
}

const smallestRun = 1024 * 1024;
const defaultRunBytes = 32 * 1024 * 1024;

/** Sorts events by time in bounded memory: sorted runs in a temporary file are merged when read. */
export class EventStore implements EventSource {
  readonly #runBytes: number;
  readonly #runs: { readonly start: number; readonly end: number }[] = [];
  #file: number | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #used = 0;
  #offsets: number[] = [];
  #sorted = true;
  #count = 0;

  constructor(runBytes: number = defaultRunBytes) {
    this.#runBytes = runBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** @param place - orders events of the same time; by default as they are added */
  add(event: SourceEvent, place: number = this.#count): void {
    const bytes = entryBytes(event);
    if (this.#used > 0 && this.#used + bytes > this.#runBytes) {
      this.#spill();
    }
    this.#makeRoom(this.#used + bytes);
    writeEntry(this.#buffer, this.#used, event, place);
    this.#offsets.push(this.#used);
    this.#used += bytes;
    this.#count += 1;
    this.#sorted = false;
  }

  /** By event time; events of the same time in the order of their places. */
  *events(): Generator<PlacedEvent> {
    const file = this.#file;
    const spilled = this.#runs.map(({ start, end }) => readRun(file ?? -1, start, end));
    yield* merged([...spilled, this.#inMemory()]);
  }

  *#inMemory(): Generator<PlacedEvent> {
    this.#sort();
    for (const offset of this.#offsets) {
      yield readEntry(this.#buffer, offset);
    }
  }

  #sort(): void {
    if (!this.#sorted) {
      const buffer = this.#buffer;
      this.#offsets.sort(
        (a, b) =>
          buffer.readDoubleLE(a) - buffer.readDoubleLE(b) ||
          buffer.readDoubleLE(a + 8) - buffer.readDoubleLE(b + 8),
      );
      this.#sorted = true;
    }
  }

  #makeRoom(bytes: number): void {
    if (bytes > this.#buffer.length) {
      const size = Math.max(bytes, smallestRun, Math.min(2 * this.#buffer.length, this.#runBytes));
      const larger = Buffer.allocUnsafe(size);
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
  }

  #spill(): void {
    this.#sort();
    this.#file ??= unnamedFile();
    const start = this.#runs.at(-1)?.end ?? 0;
    let end = start;
    let chunk: Buffer[] = [];
    let chunkBytes = 0;
    const write = (file: number) => {
      end += writeFully(file, Buffer.concat(chunk), end);
      chunk = [];
      chunkBytes = 0;
    };
    for (const offset of this.#offsets) {
      const length = entryLength(this.#buffer, offset) ?? 0;
      chunk.push(this.#buffer.subarray(offset, offset + length));
      chunkBytes += length;
      if (chunkBytes >= smallestRun) {
        write(this.#file);
      }
    }
    write(this.#file);
    this.#runs.push({ start, end });
    this.#offsets = [];
    this.#used = 0;
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

function entryBytes(event: SourceEvent): number {
  return headBytes + Buffer.byteLength(event.partitionKey) + event.data.byteLength;
}

function writeEntry(buffer: Buffer, offset: number, event: SourceEvent, place: number): void {
  buffer.writeDoubleLE(event.eventTime, offset);
  buffer.writeDoubleLE(place, offset + 8);
  const keyBytes = buffer.write(event.partitionKey, offset + headBytes);
  buffer.writeUInt16LE(keyBytes, offset + 16);
  buffer.writeUInt32LE(event.data.byteLength, offset + 18);
  buffer.set(event.data, offset + headBytes + keyBytes);
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

/** Whether an event comes before another one: by time, and of equal times by place. */
export function isBefore(event: PlacedEvent, other: PlacedEvent | undefined): boolean {
  return (
    other === undefined ||
    event.eventTime < other.eventTime ||
    (event.eventTime === other.eventTime && event.place < other.place)
  );
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
