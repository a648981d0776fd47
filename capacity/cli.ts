import { Command } from "commander";
import { profileOption, useProfile } from "../cli/aws";
import { exitCodes, exitWith, StartError } from "../cli/command";
import { numberFrom, parseAll } from "../cli/options";
import { completeLoad, defaultRegion, type Load, quantities } from "./load";
import { measuredFile } from "./measured-load";
import { recommend } from "./recommendation";
import { document, report } from "./report";

type Options = Partial<Load> & {
  readonly fromFile?: string;
  readonly profile?: string;
  readonly speedup: number;
  readonly json?: true;
};

const fastest = 1_000_000;

async function main(args: readonly string[]): Promise<number> {
  const problems: string[] = [];
  const command = sizingCommand();
  parseAll(command, args, problems);
  const { json, fromFile, profile, speedup, ...given } = command.opts<Options>();
  if (fromFile === undefined && command.getOptionValueSource("speedup") === "cli") {
    problems.push("--speedup is for --from-file; multiply --records-per-second instead");
  }
  await useProfile(profile);
  const load = await loadOf(given, fromFile, speedup, problems);
  if (load === undefined || problems.length > 0) {
    throw new StartError(problems, "sizing");
  }
  const recommendation = recommend(load);
  process.stdout.write(
    json === true
      ? `${JSON.stringify(document(recommendation), null, 2)}\n`
      : report(recommendation),
  );
  return exitCodes.done;
}

async function loadOf(
  given: Partial<Load>,
  fromFile: string | undefined,
  speedup: number,
  problems: string[],
): Promise<Load | undefined> {
  try {
    const measured = fromFile === undefined ? {} : await measuredFile(fromFile, speedup);
    return completeLoad({ ...measured, ...given }, option);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof StartError)) throw error;
    const found = error instanceof StartError ? error.problems : error.message.split("\n");
    // A value that could not be read is missing, too.
    const named = new Set(problems.map(optionOf));
    problems.push(...found.filter((problem) => !named.has(optionOf(problem))));
    return undefined;
  }
}

function sizingCommand(): Command {
  const command = new Command("npm run capacity --").description(
    "Sizes a pipeline for a load: shards, KPUs, buffers and nodes, what binds them, what they cost, and the configuration to paste.",
  );
  for (const [name, { meaning, min, max, default: value }] of Object.entries(quantities)) {
    const range = `${min} to ${max}${value === undefined ? "" : ` (default: ${value})`}`;
    command.option(`${option(name)} <n>`, `${meaning}, ${range}`, numberFrom(min, max));
  }
  return command
    .option("--region <region>", `whose prices and quotas count (default: ${defaultRegion})`)
    .option(
      "--from-file <file>",
      "measure rate, peak, record size and hottest key of a file of trips, without its outliers in time",
    )
    .option(
      "--speedup <n>",
      `ratio of event time to real time in the replay of the file, 0.001 to ${fastest}`,
      numberFrom(0.001, fastest),
      1,
    )
    .addOption(profileOption())
    .option("--json", "print the recommendation as JSON")
    .addHelpText(
      "after",
      `
A load needs --records-per-second and --record-bytes, or --from-file, whose figures other options replace.

Example: npm run capacity -- --records-per-second 5000 --record-bytes 800 --consumers 3
Exit code: 0 with a recommendation, ${exitCodes.notStarted} when the load was not understood.`,
    );
}

function optionOf(problem: string): string | undefined {
  return problem.split(" ")[0];
}

function option(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

void exitWith(() => main(process.argv.slice(2)));
