import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { OptionsError } from "./options";
import { stackFolder } from "./run-file";
import { wholeNumber } from "../../cli/options";

const logsFolder = path.join(stackFolder, "logs");
const POLL_MILLISECONDS = 300;
/** The end of a log that is read to find the last lines in. */
const TAIL_BYTES = 1024 * 1024;

interface LogsOptions {
  readonly lines: number;
  readonly follow: boolean;
}

/** `npm run local -- logs NAME`: what a part of the pipeline says. */
export function logsCommand(signal: AbortSignal): Command {
  return new Command("logs")
    .description("the log of a part of the pipeline; without a name, the parts that have one")
    .argument("[name]", "part, such as opensearch")
    .option("--lines <n>", "how many of the last lines", wholeNumber(1, 1_000_000), 100)
    .option("--follow", "go on with what is added, until Ctrl-C", false)
    .action(async (name: string | undefined, { lines, follow }: LogsOptions) => {
      const names = logNames(logsFolder);
      if (name === undefined) {
        if (names.length === 0) {
          throw new OptionsError(
            "There are no logs here yet; `npm run local` begins to write some.",
          );
        }
        process.stdout.write(names.map((each) => `${each}\n`).join(""));
        return;
      }
      if (!names.includes(name)) {
        const known = names.length === 0 ? "there are none yet" : `there are ${names.join(", ")}`;
        throw new OptionsError(`There is no log ${name}; ${known}.`);
      }
      const file = path.join(logsFolder, `${name}.log`);
      let position = statSync(file).size;
      process.stdout.write(lastLines(file, lines));
      while (follow && !signal.aborted) {
        await delay(POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined);
        const { size } = statSync(file);
        // A log that became smaller has begun anew.
        if (size < position) position = 0;
        process.stdout.write(textBetween(file, position, size));
        position = size;
      }
    });
}

/** Names of the logs in a folder and the folders in it, sorted. */
export function logNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".log"))
    .map((file) => file.slice(0, -".log".length).split(path.sep).join("/"))
    .sort();
}

/** The last lines of a file, each with its end. */
export function lastLines(file: string, count: number): string {
  const { size } = statSync(file);
  const from = Math.max(0, size - TAIL_BYTES);
  const lines = textBetween(file, from, size).trimEnd().split("\n");
  // The first one may be half a line.
  if (from > 0) lines.shift();
  return lines
    .slice(-count)
    .map((line) => `${line}\n`)
    .join("");
}

function textBetween(file: string, from: number, to: number): string {
  const buffer = Buffer.alloc(to - from);
  const descriptor = openSync(file, "r");
  try {
    return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, from));
  } finally {
    closeSync(descriptor);
  }
}
