import { createHash } from "node:crypto";
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
import type { FilePosition, FilePositions, LiveEvents, Reading } from "../events/workload";
import { StartError } from "../../cli/command";
import { csvDecoder, isHeader } from "./csv-rows";
import { formatOf, type InputFormat } from "./input-file";
import { decoded, maxLineLength, textStart } from "./lines";
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
    const start = textStart(this.#chunk.subarray(0, bytes)) ?? 0;
    const lines = this.#chunk.toString("latin1", start, bytes).split("\n");
    return decoded(lines.find(isHeader) ?? "");
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

/** The place after a line, or what is left of one, that ends at an offset. */
function positionAfter(line: string, offset: number): FilePosition {
  const digest = createHash("sha256").update(line, "latin1").digest("hex").slice(0, 16);
  return { offset, lineBytes: line.length, digest };
}

/** Whether a file has a position's line before it: a new file gets the inode of a deleted one. */
function isPlaceIn(name: string, { offset, lineBytes, digest }: FilePosition): boolean {
  const file = openSync(name, "r");
  try {
    const line = Buffer.alloc(lineBytes);
    readSync(file, line, 0, lineBytes, offset - lineBytes);
    return positionAfter(line.toString("latin1"), offset).digest === digest;
  } finally {
    closeSync(file);
  }
}

/** A growing file with what is left of its last line, and the reader of its lines. */
interface Followed {
  readonly growing: GrowingFile | Pipe;
  readonly isJson: boolean;
  rest: string;
  line: number;
  idleRounds: number;
  /** Whether the next line of a file of CSV may be its header. */
  isBeforeHeader: boolean;
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
  #handedOut: { readonly identity: string; readonly line: string; readonly offset: number }[] = [];
  #acknowledged = 0;
  readonly #positions: Record<string, FilePosition> = {};
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
    const last = new Map(done.map((each) => [each.identity, each]));
    for (const [identity, { line, offset }] of last) {
      this.#positions[identity] = positionAfter(line, offset);
    }
    this.#acknowledged = count;
    return this.#positions;
  }

  /** Opens files that an earlier run has not read to the end, and that have other names by now. */
  #openRenamed(source: string, saved: FilePositions): void {
    const folder = path.dirname(source);
    for (const name of source === "-" || hasMagic(folder) ? [] : readdirSync(folder)) {
      const file = path.join(folder, name);
      const position = saved[fileIdentity(file) ?? ""];
      if (position && isPlaceIn(file, position)) this.#open(file, formatOf(source), saved);
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
      const known = isFile ? saved[identity] : undefined;
      const position = known && isPlaceIn(name, known) ? known : positionAfter("", 0);
      const { offset } = position;
      const growing = isFile ? new GrowingFile(name, offset) : new Pipe(name);
      if (isFile) this.#positions[identity] = position;
      else this.#pipes.add(identity);
      const isJson = (this.#format ?? format) === "jsonl";
      const decode = isJson
        ? (text: string) => this.#decoder.json(text)
        : growing instanceof GrowingFile && offset > 0
          ? csvDecoder(growing.header(), this.#decoder, name).decode
          : undefined;
      const start = { rest: "", line: 0, idleRounds: 0, isBeforeHeader: decode === undefined };
      this.#files.set(identity, { growing, isJson, decode, ...start });
    }
    return [identity];
  }

  /** @param isLast - whether nothing follows on a line without an end */
  *#eventsOf(identity: string, file: Followed, isLast = false): Generator<SourceEvent> {
    for (;;) {
      const before = file.growing.offset;
      const chunk = this.#textFrom(file);
      // What is left of a line belongs to what was truncated.
      if (file.growing.offset < before) file.rest = "";
      if (chunk === "" && !(isLast && file.rest !== "")) return;
      const text = file.rest + chunk;
      const lines = text.split("\n");
      file.rest = chunk === "" ? "" : (lines.pop() ?? "");
      let offset = file.growing.offset - text.length;
      for (const line of lines) {
        const start = offset;
        offset = Math.min(start + line.length + 1, file.growing.offset);
        const event = this.#eventIn(file, decoded(line.replace(/\r$/, "")));
        if (event !== undefined) {
          this.#handedOut.push({ identity, line: `${line}\n`.slice(0, offset - start), offset });
          yield event;
        }
      }
      if (file.rest.length > maxLineLength) {
        throw new Error(`${file.growing.name} has a line of more than ${maxLineLength} bytes`);
      }
    }
  }

  /** What came since the last read; at the beginning of a file without the mark of UTF-8. */
  #textFrom(file: Followed): string {
    const { growing } = file;
    const chunk = growing.read();
    if (chunk === "" || growing.offset > chunk.length) return chunk;
    const start = textStart(Buffer.from(chunk, "latin1"));
    if (start === undefined) {
      throw new StartError([
        `${growing.name} is no plain text in UTF-8; remove --follow to read it, or convert it`,
      ]);
    }
    // After it was truncated, too.
    file.isBeforeHeader ||= !file.isJson;
    return chunk.slice(start);
  }

  #eventIn(file: Followed, text: string): SourceEvent | undefined {
    const { name } = file.growing;
    file.line += 1;
    if (text === "" || (file.isBeforeHeader && !isHeader(text))) return undefined;
    if (file.isBeforeHeader) {
      file.isBeforeHeader = false;
      try {
        file.decode = csvDecoder(text, this.#decoder, name).decode;
        return undefined;
      } catch (error) {
        // Some programs write no header again after the file was truncated.
        if (file.decode === undefined) throw error;
      }
    }
    const { line, decode } = file;
    if (decode === undefined) return undefined;
    return this.eventOf(name, { line, text, event: () => decode(text) });
  }
}
