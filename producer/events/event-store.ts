import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entryBytes, entryLength, readEntry, readRun, writeEntry } from "./event-run";
import { merged } from "./merge";
import type { EventSource, SourceEvent } from "./record";

const smallestRun = 1024 * 1024;
const defaultRunBytes = 64 * 1024 * 1024;

/**
 * Sorts events by time in bounded memory: what does not fit is written to a temporary file in sorted
 * runs, which are merged when they are read.
 */
export class EventStore implements EventSource {
  readonly #runBytes: number;
  readonly #runs: { readonly start: number; readonly end: number }[] = [];
  #file: number | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #used = 0;
  #offsets: number[] = [];
  #sorted = true;
  #count = 0;

  /** @param runBytes - how much is kept in memory */
  constructor(runBytes: number = defaultRunBytes) {
    this.#runBytes = runBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws Error when the temporary file cannot be written */
  add(event: SourceEvent): void {
    const bytes = entryBytes(event);
    if (this.#used > 0 && this.#used + bytes > this.#runBytes) {
      this.#spill();
    }
    this.#makeRoom(this.#used + bytes);
    writeEntry(this.#buffer, this.#used, event);
    this.#offsets.push(this.#used);
    this.#used += bytes;
    this.#count += 1;
    this.#sorted = false;
  }

  /** By event time; events of the same time keep the order in which they were added. */
  *events(): Generator<SourceEvent> {
    const file = this.#file;
    const spilled = this.#runs.map(({ start, end }) => readRun(file ?? -1, start, end));
    yield* merged([...spilled, this.#inMemory()]);
  }

  *#inMemory(): Generator<SourceEvent> {
    this.#sort();
    for (const offset of this.#offsets) {
      yield readEntry(this.#buffer, offset);
    }
  }

  #sort(): void {
    if (!this.#sorted) {
      const buffer = this.#buffer;
      this.#offsets.sort((a, b) => buffer.readDoubleLE(a) - buffer.readDoubleLE(b) || a - b);
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
