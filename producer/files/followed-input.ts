import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { globSync, hasMagic } from "glob";
import type { EventTimeRange } from "../events/event-time";
import type { SourceEvent } from "../events/record";
import type { FilePositions, LiveEvents, Reading } from "../events/workload";
import { csvDecoder, isHeader } from "./csv-rows";
import { formatOf, type InputFormat } from "./input-file";
import { decoded, maxLineLength } from "./lines";
import { fileIdentity } from "./output-file";
import { type RejectedRow, RowCounter } from "./row-counter";
import type { RowDecoder } from "./rows";

const pollMs = 250;
const chunkBytes = 64 * 1024;
/** Five seconds in which a program may still write to a file that was renamed. */
const roundsAfterRename = 20;

class GrowingFile {
  readonly name: string;
  /** Something may follow at any time. */
  readonly hasEnded = false;
  readonly #file: number;
  readonly #chunk = Buffer.alloc(chunkBytes);
  offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.#file = openSync(name, "r");
    this.offset = offset;
  }

  /** What came since the last read, a character for each byte; empty when there is nothing now. */
  read(): string {
    // A file that shrank was truncated and is read from its start.
    if (fstatSync(this.#file).size < this.offset) this.offset = 0;
    const bytes = readSync(this.#file, this.#chunk, 0, chunkBytes, this.offset);
    this.offset += bytes;
    return this.#chunk.toString("latin1", 0, bytes);
  }

  /** The header of a file of CSV. */
  header(): string {
    const bytes = readSync(this.#file, this.#chunk, 0, chunkBytes, 0);
    return decoded(this.#chunk.toString("latin1", 0, bytes).split("\n").find(isHeader) ?? "");
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The standard input or a named pipe, which is paused where nothing reads it. */
class Pipe {
  readonly name: string;
  readonly #input: Readable;
  offset = 0;

  constructor(name: string) {
    this.name = name;
    const input = name === "-" ? process.stdin : createReadStream(name);
    // With a listener it reads ahead into its buffer, and no further.
    this.#input = input.on("readable", () => undefined);
  }

  get hasEnded(): boolean {
    return this.#input.readableEnded;
  }

  read(): string {
    const chunk = this.#input.read() as Buffer | null;
    this.offset += chunk?.length ?? 0;
    return chunk?.toString("latin1") ?? "";
  }

  close(): void {
    this.#input.destroy();
  }
}

/** A growing file with what is left of its last line, and the reader of its lines. */
interface Followed {
  readonly growing: GrowingFile | Pipe;
  rest: string;
  line: number;
  idleRounds: number;
  decode: ((text: string) => SourceEvent) | undefined;
}

/**
 * Reads files and pipes as they grow: CSV with one row per line, or JSON lines. A file is known by its device and inode:
 * one that was renamed is read to its end, and the one that took its name from the beginning.
 */
export class FollowedInput extends RowCounter implements LiveEvents, Reading {
  readonly source = { count: undefined, events: () => [] };
  readonly live = this;
  readonly fingerprint: string;
  readonly #sources: readonly string[];
  readonly #format: InputFormat | undefined;
  readonly #decoder: RowDecoder;
  readonly #files = new Map<string, Followed>();
  /** Files and offsets after the events that were handed out and are not acknowledged. */
  #handedOut: { readonly identity: string; readonly offset: number }[] = [];
  #acknowledged = 0;
  readonly #positions: Record<string, number> = {};
  /** Pipes that were opened; each can be read once. */
  readonly #pipes = new Set<string>();

  constructor(
    sources: readonly string[],
    format: InputFormat | undefined,
    decoder: RowDecoder,
    range: EventTimeRange,
    onRejected: (row: RejectedRow) => void,
  ) {
    super(range, onRejected);
    this.fingerprint = JSON.stringify([sources, format, range.from, range.to]);
    this.#sources = sources;
    this.#format = format;
    this.#decoder = decoder;
  }

  async *events(saved: FilePositions, stop: AbortSignal): AsyncGenerator<SourceEvent> {
    for (const source of this.#sources) this.#openRenamed(source, saved);
    const hasStopped = () => stop.aborted;
    try {
      while (!hasStopped()) {
        const present = new Set(
          this.#sources.flatMap((source) => this.#openPresent(source, saved)),
        );
        let isIdle = true;
        for (const [identity, file] of this.#files) {
          file.idleRounds += 1;
          for (const event of this.#eventsOf(identity, file)) {
            [isIdle, file.idleRounds] = [false, 0];
            yield event;
          }
          const isLeft = !present.has(identity) && file.idleRounds > roundsAfterRename;
          if (file.growing.hasEnded || isLeft) {
            yield* this.#eventsOf(identity, file, true);
            file.growing.close();
            this.#files.delete(identity);
          }
        }
        if (this.#files.size === 0 && present.size === this.#pipes.size) return;
        if (isIdle) await setTimeout(pollMs, undefined, { signal: stop }).catch(() => undefined);
      }
    } finally {
      for (const { growing } of this.#files.values()) growing.close();
    }
  }

  acknowledged(count: number): FilePositions {
    const done = this.#handedOut.splice(0, count - this.#acknowledged);
    for (const { identity, offset } of done) this.#positions[identity] = offset;
    this.#acknowledged = count;
    return this.#positions;
  }

  /** Opens files that an earlier run has not read to the end, and that have other names by now. */
  #openRenamed(source: string, saved: FilePositions): void {
    const folder = path.dirname(source);
    for (const name of source === "-" || hasMagic(folder) ? [] : readdirSync(folder)) {
      const file = path.join(folder, name);
      if (saved[fileIdentity(file) ?? ""] !== undefined) this.#open(file, formatOf(source), saved);
    }
  }

  /** @returns the identities of the files and pipes that are there now */
  #openPresent(source: string, saved: FilePositions): string[] {
    const names = hasMagic(source) ? globSync(source, { nodir: true }).sort() : [source];
    return names.flatMap((name) => this.#open(name, formatOf(name), saved));
  }

  #open(name: string, format: InputFormat | undefined, saved: FilePositions): string[] {
    const identity = fileIdentity(name === "-" ? 0 : name);
    if (identity === undefined) return [];
    if (!this.#files.has(identity) && !this.#pipes.has(identity)) {
      const isFile = name !== "-" && statSync(name).isFile();
      const offset = isFile ? (saved[identity] ?? 0) : 0;
      const growing = isFile ? new GrowingFile(name, offset) : new Pipe(name);
      if (isFile) this.#positions[identity] = offset;
      else this.#pipes.add(identity);
      const isJson = (this.#format ?? format) === "jsonl";
      const decode = isJson
        ? (text: string) => this.#decoder.json(text.replace(/^\ufeff/, ""))
        : growing instanceof GrowingFile && offset > 0
          ? csvDecoder(growing.header(), this.#decoder, name).decode
          : undefined;
      this.#files.set(identity, { growing, rest: "", line: 0, idleRounds: 0, decode });
    }
    return [identity];
  }

  /** @param isLast - whether nothing follows on a line without an end */
  *#eventsOf(identity: string, file: Followed, isLast = false): Generator<SourceEvent> {
    for (;;) {
      const before = file.growing.offset;
      const chunk = file.growing.read();
      // What is left of a line belongs to what was truncated.
      if (file.growing.offset < before) file.rest = "";
      if (chunk === "" && !(isLast && file.rest !== "")) return;
      const text = file.rest + chunk;
      const lines = text.split("\n");
      file.rest = chunk === "" ? "" : (lines.pop() ?? "");
      let offset = file.growing.offset - text.length;
      for (const line of lines) {
        offset = Math.min(offset + line.length + 1, file.growing.offset);
        const event = this.#eventIn(file, decoded(line.replace(/\r$/, "")));
        if (event !== undefined) {
          this.#handedOut.push({ identity, offset });
          yield event;
        }
      }
      if (file.rest.length > maxLineLength) {
        throw new Error(`${file.growing.name} has a line of more than ${maxLineLength} bytes`);
      }
    }
  }

  #eventIn(file: Followed, text: string): SourceEvent | undefined {
    const { name } = file.growing;
    file.line += 1;
    if (text === "") return undefined;
    if (file.decode === undefined) {
      if (isHeader(text)) file.decode = csvDecoder(text, this.#decoder, name).decode;
      return undefined;
    }
    const { line, decode } = file;
    return this.eventOf(name, { line, text, event: () => decode(text) });
  }
}
