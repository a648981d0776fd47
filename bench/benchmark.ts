import type { Command, OptionValues } from "commander";

/**
 * Makes a command a benchmark: it measures, and prints its figures in words or, with --json, as they are.
 *
 * @param command with a name, a description and options of its own, whose values `measure` gets
 */
export function benchmark<Figures>(
  command: Command,
  measure: (options: never) => Promise<Figures>,
  inWords: (figures: Figures) => string,
): Command {
  return command
    .option("--json", "print the figures as JSON")
    .action(async (given: OptionValues) => {
      const figures = await measure(given as never);
      process.stdout.write(
        given["json"] === true ? `${JSON.stringify(figures, null, 2)}\n` : inWords(figures),
      );
    });
}
