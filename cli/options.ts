import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { closest, distance } from "fastest-levenshtein";
import { type Command, CommanderError, InvalidArgumentError, type Option } from "commander";

/** Reads the value of an option that takes a whole number. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Reads the value of an option that takes a number; the words of `unlimited` mean Infinity. */
export function numberFrom(
  min: number,
  max: number,
  unlimited: readonly string[] = [],
): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (unlimited.includes(value === 0 ? "0" : text)) return Infinity;
    if (!(value >= min && value <= max)) {
      const rule = [`a number from ${min} to ${max}`, ...unlimited].join(", or ");
      throw new InvalidArgumentError(`It must be ${rule}.`);
    }
    return value;
  };
}

/** Number() takes an empty text for 0. */
function decimal(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** Reads the value of an option that may be repeated; the values of one command line make one list. */
export function listOf(): (text: string) => readonly string[] {
  const all: string[] = [];
  return (text) => {
    all.push(text);
    return [...all];
  };
}

/** The problem with an output file that an option names, found before the work starts; undefined without one. */
export function outputProblem(option: string, file: string): string | undefined {
  const place = existsSync(file) ? file : path.dirname(path.resolve(file));
  try {
    accessSync(place, constants.W_OK);
    return undefined;
  } catch {
    return `--${option} ${file} cannot be written; name a file in a folder that is there and may be written to`;
  }
}

/**
 * Parses a command line and collects every problem, each with `origin` before it, instead of ending at the first.
 * @throws CommanderError after the help or the version has been printed
 */
export function parseAll(
  command: Command,
  args: readonly string[],
  problems: string[],
  origin = "",
): void {
  for (const option of command.options) {
    collect(option, problems, origin);
  }
  command
    .allowUnknownOption()
    .allowExcessArguments()
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    problems.push(origin + error.message.replace(/^error: /, ""));
    return;
  }
  let isValue = false;
  for (const argument of command.args) {
    const isOption = argument.startsWith("-");
    if (isOption) problems.push(`${origin}unknown option ${argument}; ${hint(argument, command)}`);
    else if (!isValue) problems.push(`${origin}unexpected argument ${argument}; remove it`);
    isValue = isOption;
  }
}

function hint(argument: string, { options }: Command): string {
  const names = options.map(({ long }) => long ?? "");
  const nearest = names.find((name) => name.startsWith(argument)) ?? closest(argument, names);
  return nearest.startsWith(argument) || distance(argument, nearest) <= argument.length / 3
    ? `did you mean ${nearest}?`
    : "see --help";
}

function collect(option: Option, problems: string[], origin: string): void {
  const parse = option.parseArg;
  if (parse === undefined) return;
  option.parseArg = (value, previous) => {
    try {
      return parse(value, previous);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      const rule =
        option.argChoices === undefined
          ? error.message.replace(/^It must be |\.$/g, "")
          : `one of ${option.argChoices.join(", ")}`;
      problems.push(`${origin}--${option.name()} must be ${rule}; got ${value}`);
      return previous;
    }
  };
}
