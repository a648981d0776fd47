import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";

/** The trips that the project ships; their provenance is in local/data/README.md. */
export const shippedTrips = "local/data/yellow_tripdata_sample_2019-03.csv";

/** What the person asked `npm run local` for. */
export interface LocalOptions {
  /** Replay to the end of the input, wait for the results, verify them, stop and exit. */
  readonly once: boolean;
  /** TLC trip file, absolute. */
  readonly input: string;
  /** Seconds of event time replayed in one second. */
  readonly speedup: number;
  /** Where the summary goes as JSON. */
  readonly report?: string;
  /** Where every document goes as JSON lines; needs `once`. */
  readonly documents?: string;
  /** Forget what an earlier run left behind. */
  readonly fresh: boolean;
  /** Serve the page. */
  readonly page: boolean;
  /** Port of the page on 127.0.0.1. */
  readonly port: number;
}

/** The options were understood but cannot be carried out; the message lists every reason. */
export class OptionsError extends Error {}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

export function localCommand(): Command {
  return new Command("npm run local --")
    .description(
      "Runs the whole pipeline on this machine, deployed by the program in infra/ under the policy pack:\n" +
        "a Kinesis API server, Apache Flink with the job's jar, OpenSearch, the producer and a live page.\n" +
        "Everything listens on 127.0.0.1 only; Ctrl-C stops it all. No AWS account is used.",
    )
    .option(
      "--once",
      "replay to the end, verify every document, print a summary, stop and exit",
      false,
    )
    .option("--input <file>", "TLC trip file (csv)", shippedTrips)
    .addOption(
      new Option(
        "--speedup <n>",
        "seconds of event time replayed in one second, 1 to 1000000 (default: 3600, an hour a second; " +
          "with --once 60000, a month in about 45 seconds)",
      ).argParser(wholeNumber(1, 1_000_000)),
    )
    .option("--report <file>", "write the summary as JSON; with --once")
    .option(
      "--documents <file>",
      "write every document as JSON lines {index, id, source}; with --once",
    )
    .option("--fresh", "forget the state of earlier runs (--once always begins afresh)", false)
    .option("--no-page", "do not build and serve the page")
    .addOption(
      new Option("--port <n>", "port of the page on 127.0.0.1 (1 to 65535)")
        .default(8088)
        .argParser(wholeNumber(1, 65_535)),
    )
    .addHelpText(
      "after",
      `
Examples:
  npm run local                                     the pipeline and its page on http://127.0.0.1:8088
  npm run local -- --speedup 3600 --fresh           an hour a second, from an empty pipeline
  npm run local -- --once --report report.json      a verified run for CI

Exit codes: 0 done, 1 the run failed or a result differed, 2 the options or the machine do not allow it,
130 or 143 stopped by Ctrl-C or kill before the end.`,
    );
}

/** Checks what the command line cannot say by itself. */
export function localOptions(parsed: Readonly<Record<string, unknown>>): LocalOptions {
  const given = parsed as unknown as Omit<LocalOptions, "speedup"> & { readonly speedup?: number };
  const problems: string[] = [];
  const input = path.resolve(given.input);
  try {
    accessSync(input, constants.R_OK);
    const stat = statSync(input);
    if (!stat.isFile())
      problems.push(`--input ${given.input} is not a file; name a TLC trip csv file.`);
    else if (stat.size === 0)
      problems.push(`--input ${given.input} is empty; name a TLC trip csv file.`);
  } catch (error) {
    problems.push(
      `--input ${given.input} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); name a TLC trip csv file.`,
    );
  }
  for (const option of ["report", "documents"] as const) {
    const file = given[option];
    if (file === undefined) continue;
    if (!given.once) problems.push(`--${option} needs --once: only a finished run has a result.`);
    try {
      accessSync(path.dirname(path.resolve(file)), constants.W_OK);
    } catch {
      problems.push(`--${option} ${file}: its folder does not exist or cannot be written to.`);
    }
  }
  if (problems.length > 0) {
    throw new OptionsError(problems.map((problem) => `- ${problem}`).join("\n"));
  }
  return {
    ...given,
    input,
    speedup: given.speedup ?? (given.once ? 60_000 : 3_600),
    fresh: given.fresh || given.once,
  };
}
