import { Command, CommanderError } from "commander";
import { jobBenchmark } from "./job";
import { policiesBenchmark } from "./policies";
import { producerBenchmark } from "./producer";
import { soakBenchmark } from "./soak";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Benchmarks, each a file of its own that exports its command: `npm run bench -- <name> [--json]`. */
const benchmarks = [jobBenchmark, policiesBenchmark, producerBenchmark, soakBenchmark];

const program = new Command("npm run bench --")
  .description("Measures parts of the pipeline on this machine.")
  .addHelpText(
    "after",
    `\nExit code: 0 with figures, ${EXIT_FAILED} when a benchmark failed, ${EXIT_USAGE} when the command was not understood.`,
  )
  .exitOverride();
for (const one of benchmarks) program.addCommand(one.exitOverride());

program.parseAsync(process.argv).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_FAILED;
});
