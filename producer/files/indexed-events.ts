import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { StartError } from "../../cli/command";
import { EventStore, isBefore, type PlacedEvent } from "../events/event-store";
import type { EventTimeRange } from "../events/event-time";
import type { SourceEvent } from "../events/record";
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

export type IndexedEvents = NonNullable<Awaited<ReturnType<typeof indexedEvents>>>;

/**
 * The events of local files by event time, each part of which is read when the first of its events is due: the first event
 * of a file of gigabytes is there in seconds.
 * @param onEnd - called when the events come to an end, whichever it is
 * @param mostWaiting - events that wait in memory; more of them are sorted in a temporary file
 * @returns undefined where a file has to be read from its beginning
 * @throws StartError when a file cannot be read or lacks columns, or there is not a single event
 */
export async function indexedEvents(
  files: readonly InputFile[],
  decoder: RowDecoder,
  range: EventTimeRange,
  onRejected: (row: RejectedRow) => void,
  onEnd: () => void,
  mostWaiting = defaultWaiting,
) {
  const counter = new RowCounter(range, onRejected);
  const digests = createHash("sha256").update(JSON.stringify([range.from, range.to]));
  const parts: PlacedPart[] = [];
  for (const [at, file] of files.entries()) {
    const version = versionOf(file);
    const index = await indexOf(file, decoder).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    if (index === undefined) return undefined;
    digests.update(index.digest);
    const place = at * placesPerFile;
    parts.push(...index.parts.map((part) => ({ ...part, file, place, version })));
  }
  // The earliest last.
  parts.sort((a, b) => b.from - a.from);
  /** In reverse order. */
  const waiting: PlacedEvent[] = [];
  /** Sorted events in temporary files, each with the next of them. */
  let runs: Run[] = [];

  const earliestRun = () =>
    runs.reduce<Run | undefined>(
      (first, run) => (isBefore(run.next, first?.next) ? run : first),
      undefined,
    );
  const next = (): PlacedEvent | undefined => {
    const [last, run] = [waiting.at(-1), earliestRun()];
    return last && isBefore(last, run?.next) ? last : run?.next;
  };
  const take = (): PlacedEvent | undefined => {
    const event = next();
    if (event === waiting.at(-1)) return waiting.pop();
    const run = earliestRun();
    const following = run?.rest.next();
    if (run && following && !following.done) run.next = following.value;
    else runs = runs.filter((each) => each !== run);
    return event;
  };
  /** Reads the parts that may have events not later than the next one. */
  const load = async (): Promise<void> => {
    let earliest = next()?.eventTime ?? Infinity;
    let overflow: EventStore | undefined;
    for (let part = parts.at(-1); part && part.from <= earliest; part = parts.at(-1)) {
      parts.pop();
      const { file, place: first } = part;
      refuseChanged(part);
      for await (const rows of named(file, part.rows())) {
        for (const row of rows) {
          const event = counter.eventOf(file.name, row);
          if (event === undefined) continue;
          earliest = Math.min(earliest, event.eventTime);
          const place = first + row.line;
          if (waiting.length < mostWaiting) waiting.push({ ...event, place });
          else (overflow ??= new EventStore()).add(event, place);
        }
      }
      refuseChanged(part);
    }
    waiting.sort((a, b) => b.eventTime - a.eventTime || b.place - a.place);
    const rest = overflow?.events();
    const head = rest?.next();
    if (rest && head && !head.done) runs.push({ next: head.value, rest });
  };

  await load();
  if (next() === undefined) throw counter.nothingToSend(files, decoder.noun);
  return Object.assign(counter, {
    fingerprint: digests.digest("hex"),
    /** The first event only. */
    source: { count: undefined, events: () => [next() ?? []].flat() },
    /** All events; to be read once. */
    later: async function* (): AsyncGenerator<SourceEvent> {
      try {
        for (;;) {
          const part = parts.at(-1);
          if (part && part.from <= (next()?.eventTime ?? Infinity)) await load();
          const event = take();
          if (event === undefined) return;
          yield event;
        }
      } finally {
        onEnd();
      }
    },
  });
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
