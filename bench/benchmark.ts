import os from "node:os";
import type { Command, OptionValues } from "commander";

/** Adds --json and an action to a command: its figures, in words or as JSON, with the machine that they are of. */
export function benchmark<Figures extends object>(
  command: Command,
  measure: (options: never) => Promise<Figures>,
  inWords: (figures: Figures) => readonly string[],
): Command {
  return command
    .option("--json", "print the figures as JSON")
    .action(async (given: OptionValues) => {
      const processors = os.cpus();
      const machine = {
        processors: processors.length,
        model: processors[0]?.model ?? "unknown",
        memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
        // Averages of 1, 5 and 15 minutes before anything was started: what others were doing.
        loadBefore: os.loadavg().map((load) => Number(load.toFixed(2))),
      };
      const figures = await measure(given as never);
      const place =
        `${machine.processors} processors (${machine.model}), ${machine.memoryGiB} GiB, ` +
        `load before ${machine.loadBefore.join(", ")}`;
      const text =
        given["json"] === true
          ? JSON.stringify({ machine, ...figures }, null, 2)
          : [place, ...inWords(figures)].join("\n");
      process.stdout.write(`${text}\n`);
    });
}
