import { Command } from "commander";
import { policiesCommand } from "./policies";

/** Benchmarks: `npm run bench -- <name> [--json]`. Each module exports its command, which prints its own figures. */
async function main(): Promise<void> {
  const program = new Command("npm run bench --").description(
    "Measures parts of the pipeline on this machine.",
  );
  program.addCommand(policiesCommand());
  await program.parseAsync(process.argv);
}

void main();
