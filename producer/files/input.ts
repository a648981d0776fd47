import { appendFileSync, statSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { IANAZone } from "luxon";
import { type InputFile, inputFiles, type InputFormat, inputFormats } from "./input-file";
import { type EventTimeRange, everything } from "../events/event-time";
import type { ConfiguredWorkload, EventShape, OptionValues, Reading } from "../events/workload";
import { StartError } from "../../cli/command";
import { listOf } from "../../cli/options";
import { type FileEvents, readFiles } from "./event-files";
import { FollowedInput } from "./followed-input";
import { indexedEvents } from "./indexed-events";
import { fileIdentity, outputFile, type Outputs } from "./output-file";
import type { RejectedRow } from "./row-counter";
import type { RowDecoder } from "./rows";

/** Bytes of local files that are read before the first event is sent; of larger ones only the event times are. */
const mostReadFirst = 8 * 1024 * 1024;

interface InputOptions {
  /** Paths, globs, `s3://` objects or prefixes, `https://` addresses, or - for the standard input. */
  readonly input?: readonly string[];
  readonly format?: InputFormat | undefined;
  readonly encoding?: string;
  /** File for the rejected rows, replaced if it exists. */
  readonly deadLetters?: string;
  readonly follow?: boolean;
}

export function inputOptions(): Option[] {
  return [
    new Option(
      "--input <source>",
      "file, glob, s3:// object or prefix ending in /, https:// address, or - for the standard input; " +
        "may be repeated; .csv, .jsonl, .json or .ndjson, each also .gz; .parquet",
    ).argParser(listOf()),
    new Option("--format <format>", "format of the input (default: by the name, else csv)").choices(
      inputFormats,
    ),
    new Option(
      "--encoding <name>",
      "encoding of CSV or JSON, such as shift_jis (default: UTF-8 or UTF-16 by the bytes, else windows-1252)",
    ).argParser(encodingOption),
    new Option(
      "--follow",
      "read files and pipes as they grow, also rotated ones, and send events as they come; with --resume positions are kept",
    ).conflicts([
      "dryRun",
      "encoding",
      "speedup",
      "ramp",
      "maxGap",
      "loop",
      "shiftToNow",
      "shuffle",
    ]),
    new Option(
      "--time-zone <zone>",
      "IANA time zone of times that name none (default: America/New_York for taxi, else UTC)",
    ).argParser(zoneOption),
    new Option(
      "--dead-letters <file>",
      "write rejected rows there, with the reason, as JSON lines",
    ),
  ];
}

function encodingOption(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new InvalidArgumentError(
      "It must be a name of https://encoding.spec.whatwg.org/#names-and-labels, such as shift_jis or gb18030.",
    );
  }
}

function zoneOption(text: string): string {
  if (!IANAZone.isValidZone(text)) {
    throw new InvalidArgumentError("It must be an IANA time zone such as Europe/London.");
  }
  return text;
}

/** A workload that reads the events of the options' files. `decoder` is called when they are read. */
export function recordedEvents(
  shape: EventShape,
  decoder: () => RowDecoder,
  values: OptionValues,
  range: EventTimeRange,
  problems: string[],
  fingerprintOf = ({ fingerprint }: Reading) => fingerprint,
): ConfiguredWorkload {
  const options = values as InputOptions;
  const { input = [] } = options;
  if (input.length === 0) {
    problems.push("--input is missing; name a file, or - for the standard input");
  }
  return {
    ...shape,
    inputs: input,
    isEndless: false,
    read: async (...args) => {
      const reading = await readOrFollow(options, decoder(), range, ...args);
      return Object.assign(reading, { fingerprint: fingerprintOf(reading) });
    },
  };
}

/**
 * Reads the events of all files, sorted in bounded memory.
 * @throws StartError when a file cannot be used, or there are no events
 */
export async function readInputs(
  sources: readonly string[],
  decoder: RowDecoder,
  format?: InputFormat,
): Promise<FileEvents> {
  const files = await openInputs({ input: sources, format }, {});
  return readFiles(files, decoder, everything, () => undefined);
}

/**
 * Reads the events of all files, none of which may be an output, as {@link readInputs}; large local ones as they are due
 * where they are read once, and growing ones as they grow.
 */
async function readOrFollow(
  options: InputOptions,
  decoder: RowDecoder,
  range: EventTimeRange,
  ...[outputs, onRows, isReadOnce = false]: Parameters<ConfiguredWorkload["read"]>
): Promise<Reading> {
  const { input = [], format, deadLetters } = options;
  if (options.follow) {
    await openInputs(options, outputs, notFollowed);
    return new FollowedInput(input, format, decoder, range, (row) => {
      if (deadLetters !== undefined) appendFileSync(deadLetters, `${JSON.stringify(row)}\n`);
    });
  }
  const files = await openInputs(options, outputs);
  const { add, close } = rejectedRows(deadLetters);
  const bytes = files.reduce((sum, { path }) => sum + (path ? statSync(path).size : Infinity), 0);
  let later: Reading | undefined;
  try {
    if (isReadOnce && bytes > mostReadFirst && bytes < Infinity) {
      later = await indexedEvents(files, decoder, range, add, close);
    }
    return later ?? (await readFiles(files, decoder, range, add, onRows));
  } finally {
    if (later === undefined) close();
  }
}

function rejectedRows(deadLetters: string | undefined) {
  const rows = deadLetters === undefined ? undefined : outputFile(deadLetters, "dead-letter file");
  return {
    add: (row: RejectedRow) => rows?.write(`${JSON.stringify(row)}\n`),
    close: () => rows?.close(),
  };
}

async function openInputs(
  { input = [], format, encoding }: InputOptions,
  outputs: Outputs,
  check: (file: InputFile) => string[] = () => [],
): Promise<InputFile[]> {
  const problems: string[] = [];
  const found = await inputFiles(input, format, problems);
  const files = found.map((file) => ({ ...file, encoding }));
  if (encoding !== undefined && files.some((file) => file.format === "parquet")) {
    problems.push(
      `--encoding must be left out with Parquet, whose texts are UTF-8; got ${encoding}`,
    );
  }
  problems.push(...outputsAmongInputs(files, outputs), ...files.flatMap(check));
  if (problems.length > 0) {
    throw new StartError(problems);
  }
  return files;
}

/** The problem of a source that does not grow, or cannot be read while it does. */
function notFollowed({ name, format }: InputFile): string[] {
  const isLocal = !/^(s3|https?):/.test(name);
  return isLocal && format !== "parquet" && !name.endsWith(".gz")
    ? []
    : [`--follow must read local files or pipes of CSV or JSON lines; got ${name}`];
}

/** Problems of files that are both read and written: they would be overwritten, or read what is written. */
function outputsAmongInputs(files: readonly InputFile[], outputs: Outputs): string[] {
  return Object.entries(outputs).flatMap(([option, file]) => {
    const identity = file === undefined ? undefined : fileIdentity(file);
    const input = files.find((each) => each.identity === identity);
    return input === undefined || file === undefined
      ? []
      : [
          `--${option} ${file} is an input, too (${input.name}); name a file that --input does not match`,
        ];
  });
}
