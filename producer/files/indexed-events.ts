import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { StartError } from "../../cli/command";
import { EventStore, isBefore, type PlacedEvent } from "../events/event-store";
import type { EventTimeRange } from "../events/event-time";
import type { SourceEvent } from "../events/record";
import type { Reading } from "../events/workload";
import { csvIndex } from "./csv-rows";
import { named, unreadable } from "./event-files";
import type { InputFile } from "./input-file";
import { parquetIndex } from "./parquet-rows";
import { type RejectedRow, RowCounter } from "./row-counter";
import type { FileIndex, FilePart, RowDecoder } from "./rows";

const defaultWaiting = 100_000;
/** Places of the rows of a file lie between those of the files before and after it. */
const placesPerFile = 2 ** 32;

interface PlacedPart extends FilePart {
  readonly file: InputFile;
  readonly place: number;
  /** Size and time of the file's last change when it was indexed. */
  readonly version: string;
}

interface Run {
  next: PlacedEvent;
  readonly rest: Iterator<PlacedEvent>;
}

/**
 * The events of local files by event time, each part of which is read when the first of its events is due: the first event
 * of a file of gigabytes is there in seconds.
 */
export class IndexedEvents extends RowCounter implements Reading {
  readonly fingerprint: string;
  /** The first event only. */
  readonly source = { count: undefined, events: () => [this.#next() ?? []].flat() };
  /** By time, the earliest last. */
  readonly #parts: PlacedPart[];
  /** In reverse order. */
  #waiting: PlacedEvent[] = [];
  /** Sorted events in temporary files, each with the next of them. */
  #runs: Run[] = [];
  readonly #onEnd: () => void;
  readonly #mostWaiting: number;

  private constructor(
    parts: readonly PlacedPart[],
    fingerprint: string,
    range: EventTimeRange,
    onRejected: (row: RejectedRow) => void,
    onEnd: () => void,
    mostWaiting: number,
  ) {
    super(range, onRejected);
    this.#parts = parts.toSorted((a, b) => b.from - a.from);
    this.fingerprint = fingerprint;
    this.#onEnd = onEnd;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * @param onEnd - called when the events come to an end, whichever it is
   * @param mostWaiting - events that wait in memory; more of them are sorted in a temporary file
   * @returns undefined where a file has to be read from its beginning
   * @throws StartError when a file cannot be read or lacks columns, or there is not a single event
   */
  static async open(
    files: readonly InputFile[],
    decoder: RowDecoder,
    range: EventTimeRange,
    onRejected: (row: RejectedRow) => void,
    onEnd: () => void,
    mostWaiting = defaultWaiting,
  ): Promise<IndexedEvents | undefined> {
    const fingerprint = createHash("sha256").update(JSON.stringify([range.from, range.to]));
    const parts: PlacedPart[] = [];
    for (const [at, file] of files.entries()) {
      const version = versionOf(file);
      const index = await indexOf(file, decoder).catch((error: unknown) => {
        throw unreadable(file, error);
      });
      if (index === undefined) return undefined;
      fingerprint.update(index.digest);
      const place = at * placesPerFile;
      parts.push(...index.parts.map((part) => ({ ...part, file, place, version })));
    }
    const digest = fingerprint.digest("hex");
    const events = new IndexedEvents(parts, digest, range, onRejected, onEnd, mostWaiting);
    await events.#load();
    if (events.#next() === undefined) throw events.nothingToSend(files, decoder.noun);
    return events;
  }

  /** All events; to be read once. */
  readonly later = () => this.#events();

  async *#events(): AsyncGenerator<SourceEvent> {
    try {
      for (;;) {
        const part = this.#parts.at(-1);
        if (part && part.from <= (this.#next()?.eventTime ?? Infinity)) await this.#load();
        const event = this.#take();
        if (event === undefined) return;
        yield event;
      }
    } finally {
      this.#onEnd();
    }
  }

  /** Reads the parts that may have events not later than the next one. */
  async #load(): Promise<void> {
    let earliest = this.#next()?.eventTime ?? Infinity;
    let overflow: EventStore | undefined;
    for (let part = this.#parts.at(-1); part; part = this.#parts.at(-1)) {
      if (part.from > earliest) break;
      this.#parts.pop();
      const { file, place: first } = part;
      refuseChanged(part);
      for await (const rows of named(file, part.rows())) {
        for (const row of rows) {
          const event = this.eventOf(file.name, row);
          if (event === undefined) continue;
          earliest = Math.min(earliest, event.eventTime);
          const place = first + row.line;
          if (this.#waiting.length < this.#mostWaiting) this.#waiting.push({ ...event, place });
          else (overflow ??= new EventStore()).add(event, place);
        }
      }
      refuseChanged(part);
    }
    this.#waiting.sort((a, b) => b.eventTime - a.eventTime || b.place - a.place);
    const rest = overflow?.events();
    const next = rest?.next();
    if (rest && next && !next.done) this.#runs.push({ next: next.value, rest });
  }

  #earliestRun() {
    return this.#runs.reduce<Run | undefined>(
      (first, run) => (isBefore(run.next, first?.next) ? run : first),
      undefined,
    );
  }

  #next(): PlacedEvent | undefined {
    const [waiting, run] = [this.#waiting.at(-1), this.#earliestRun()];
    return waiting && isBefore(waiting, run?.next) ? waiting : run?.next;
  }

  #take(): PlacedEvent | undefined {
    const next = this.#next();
    if (next === this.#waiting.at(-1)) return this.#waiting.pop();
    const run = this.#earliestRun();
    const following = run?.rest.next();
    if (run && following && !following.done) run.next = following.value;
    else this.#runs = this.#runs.filter((each) => each !== run);
    return next;
  }
}

async function indexOf(file: InputFile, decoder: RowDecoder): Promise<FileIndex | undefined> {
  if (file.format === "csv") return csvIndex(file, decoder);
  return file.format === "parquet" ? parquetIndex(file, decoder) : undefined;
}

function versionOf({ path }: InputFile): string {
  if (path === undefined) return "";
  const { ino, size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return `${ino}:${size}:${mtimeMs}`;
}

/** Rows of a file that was cut, replaced or appended to would be lost or read in part. */
function refuseChanged({ file, version }: PlacedPart): void {
  if (versionOf(file) !== version) {
    throw new StartError([
      `${file.name} was changed while it was read; copy it first, or use --follow`,
    ]);
  }
}
