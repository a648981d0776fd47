import { readSync } from "node:fs";
import type { SourceEvent } from "./record";

const headBytes = 8 + 2 + 4;

/** Bytes that an event takes in a run. */
export function entryBytes(event: SourceEvent): number {
  return headBytes + Buffer.byteLength(event.partitionKey) + event.data.byteLength;
}

/** Writes an event into a run; there must be room for it. */
export function writeEntry(buffer: Buffer, offset: number, event: SourceEvent): void {
  buffer.writeDoubleLE(event.eventTime, offset);
  const keyBytes = buffer.write(event.partitionKey, offset + headBytes);
  buffer.writeUInt16LE(keyBytes, offset + 8);
  buffer.writeUInt32LE(event.data.byteLength, offset + 10);
  buffer.set(event.data, offset + headBytes + keyBytes);
}

/** Length of the entry at an offset; undefined when the buffer ends within its head. */
export function entryLength(buffer: Buffer, offset: number): number | undefined {
  return offset + headBytes > buffer.length
    ? undefined
    : headBytes + buffer.readUInt16LE(offset + 8) + buffer.readUInt32LE(offset + 10);
}

export function readEntry(buffer: Buffer, offset: number): SourceEvent {
  const keyEnd = offset + headBytes + buffer.readUInt16LE(offset + 8);
  return {
    eventTime: buffer.readDoubleLE(offset),
    partitionKey: buffer.toString("utf8", offset + headBytes, keyEnd),
    data: buffer.subarray(keyEnd, keyEnd + buffer.readUInt32LE(offset + 10)),
  };
}

const chunkBytes = 64 * 1024;

/** Reads the events of a run that was written to a file, a chunk at a time. */
export function* readRun(file: number, start: number, end: number): Generator<SourceEvent> {
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
