import { Command, CommanderError, InvalidArgumentError } from "commander";
import { StartError } from "../cli/start-error";
import { completeLoad, defaultRegion, type Load, quantities } from "./load";
import { measuredFile } from "./measured-load";
import { recommend } from "./recommendation";
import { document, report } from "./report";

type Options = Partial<Load> & {
  readonly fromFile?: string;
  readonly speedup: number;
  readonly json?: boolean;
};

const EXIT_USAGE = 2;

async function main(args: readonly string[]): Promise<number> {
  const command = sizingCommand();
  try {
    command.parse(args, { from: "user" });
    const { json, fromFile, speedup, ...load } = command.opts<Options>();
    if (fromFile === undefined && command.getOptionValueSource("speedup") === "cli") {
      throw new RangeError("--speedup is for --from-file; multiply --records-per-second instead");
    }
    const measured = fromFile === undefined ? {} : await measuredFile(fromFile, speedup);
    const recommendation = recommend(completeLoad({ ...measured, ...load }, option));
    process.stdout.write(
      json === true
        ? `${JSON.stringify(document(recommendation), null, 2)}\n`
        : report(recommendation),
    );
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (!(error instanceof RangeError || error instanceof StartError)) throw error;
    const problems = error instanceof StartError ? error.problems.join("\n") : error.message;
    process.stderr.write(`${problems}\n`);
    return EXIT_USAGE;
  }
}

function sizingCommand(): Command {
  const command = new Command("npm run capacity --")
    .description(
      "Sizes a pipeline for a load: shards, KPUs, buffers and nodes, what binds them, what they cost, and the configuration to paste.",
    )
    .exitOverride();
  for (const [name, { meaning, min, max, default: value }] of Object.entries(quantities)) {
    const range = `${min} to ${max}${value === undefined ? "" : `, default ${value}`}`;
    command.option(`${option(name)} <n>`, `${meaning}; ${range}`, number);
  }
  return command
    .option("--region <region>", `whose prices and quotas count; default ${defaultRegion}`)
    .option("--from-file <file>", "measure rate, peak and record size of a file of trips (CSV)")
    .option(
      "--speedup <n>",
      "how many times faster than it happened the file is replayed",
      positive,
      1,
    )
    .option("--json", "print the recommendation as JSON")
    .addHelpText(
      "after",
      `
A load needs --records-per-second and --record-bytes, or --from-file, whose figures other options replace.

Example: npm run capacity -- --records-per-second 5000 --record-bytes 800 --consumers 3
Exit code: 0 with a recommendation, ${EXIT_USAGE} when the load was not understood.`,
    );
}

function option(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function number(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

function positive(text: string): number {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError("It must be more than 0.");
  return value;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
