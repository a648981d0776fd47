import { Command } from "commander";
import { jobBenchmark } from "./job";
import { pipelineBenchmark } from "./pipeline";
import { policiesBenchmark } from "./policies";
import { producerBenchmark } from "./producer";

/** Benchmarks, each a file of its own that exports its command: `npm run bench -- <name> [--json]`. */
const benchmarks = [jobBenchmark, pipelineBenchmark, policiesBenchmark, producerBenchmark];

const program = new Command("npm run bench --").description(
  "Measures parts of the pipeline on this machine.",
);
for (const one of benchmarks) program.addCommand(one);

program.parseAsync(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
