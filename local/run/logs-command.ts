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

type LogsOptions = Record<"all" | "follow" | "json", boolean> & { lines: number };

export function logsCommand(signal: AbortSignal, folder = logsFolder): Command {
  return new Command("logs")
    .description("the log of a part of the pipeline; without a name, the parts that have one")
    .argument("[name]", "part, such as opensearch")
    .option("--all", "every part, with its name before each line", false)
    .option("--lines <n>", "how many of the last lines of each", wholeNumber(1, 1_000_000), 100)
    .option("--follow", "go on with what is added, until Ctrl-C", false)
    .option("--json", "a JSON object per line, or a list of the parts", false)
    .action(async (name: string | undefined, { all, lines, follow, json }: LogsOptions) => {
      const names = logNames(folder);
      if (names.length === 0) {
        throw new OptionsError("There are no logs here yet; `npm run local` begins to write some.");
      }
      if (name === undefined && !all) {
        process.stdout.write(
          json ? `${JSON.stringify(names)}\n` : names.map((each) => `${each}\n`).join(""),
        );
        return;
      }
      if (name !== undefined && !names.includes(name)) {
        throw new OptionsError(`There is no log ${name}; there are ${names.join(", ")}.`);
      }
      const positions = new Map<string, number>();
      const print = (log: string, text: string): void => {
        process.stdout.write(all || json ? labelled(log, text, json) : text);
      };
      do {
        // A part that begins later has its log later.
        for (const log of all ? logNames(folder) : [name ?? ""]) {
          const file = path.join(folder, `${log}.log`);
          const { size } = statSync(file);
          const position = positions.get(log);
          positions.set(log, size);
          if (position === undefined) print(log, lastLines(file, lines));
          // A log that became smaller was truncated.
          else print(log, textBetween(file, size < position ? 0 : position, size));
        }
        if (follow) await delay(POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      } while (follow && !signal.aborted);
    });
}

export function labelled(log: string, text: string, json: boolean): string {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (json ? `${JSON.stringify({ log, line })}\n` : `${log}: ${line}\n`))
    .join("");
}

export function logNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".log"))
    .map((file) => file.slice(0, -".log".length).split(path.sep).join("/"))
    .sort();
}

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
