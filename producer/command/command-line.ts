import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import type { OptionName } from "./option-table";
import { optionNames, optionSpecs } from "./option-table";

/** What was asked for, as it was written: text, switches as true, lists. Options not given are absent. */
export type GivenOptions = Readonly<Partial<Record<OptionName, string | true | readonly string[]>>>;

const moreHelp = `
Input: rows in any order; columns are found by name, of all generations of the TLC's files, yellow and
  green, with zones or coordinates. What does not fit into 64 MiB is sorted in a temporary file.

Configuration file: a JSON object of the options above by name, without the hyphens, such as
  {"stream": "trips", "speedup": 600, "loop": true}. The command line wins.

Credentials: the AWS SDK's own sources (environment, profile, instance role). AWS_ENDPOINT_URL_KINESIS
  and AWS_ENDPOINT_URL_S3 name other servers than the region's.

Signals: the first SIGINT or SIGTERM sends what is due and then ends; the second one ends at once.

Exit codes:
  0    every record was sent, or all that were due before a signal
  1    records were lost, or an error ended the replay midway
  2    the replay did not start: wrong options, input or stream; nothing was sent
  130  ended at once by a second signal

Examples:
  npm run replay -- --dry-run --input local/data/yellow_tripdata_sample_2019-03.csv
  npm run replay -- --stream trips --region us-east-1 --input trips.csv --speedup 3600
  npm run replay -- --stream trips --input "yellow_*.parquet" --speedup max --resume trips.position
  npm run replay -- --stream trades --workload trades --symbols 50 --loop --duration 6.5h
  npm run replay -- --output stdout --workload trades --duration 1m --speedup max
`;

/**
 * Reads the command line and the configuration file it may name; the command line wins. Prints the help
 * and throws commander's CommanderError when that is asked for, or when an option is not known or lacks
 * its value.
 *
 * @param args - without the names of the interpreter and the program
 * @param problems - gets what is wrong with the configuration file
 */
export function givenOptions(args: readonly string[], problems: string[]): GivenOptions {
  const command = new Command("replay")
    .description("Replays recorded taxi trips, or trades made up, into a Kinesis data stream.")
    .addHelpText("after", moreHelp)
    .allowExcessArguments(false)
    .exitOverride();
  for (const name of optionNames) {
    command.addOption(commanderOption(name));
  }
  command.option(
    "--config <file>",
    "JSON file with any of these options (example: --config r.json)",
  );
  const values = command.parse(args, { from: "user" }).opts<Record<string, unknown>>();
  const given: Partial<Record<OptionName, string | true | readonly string[]>> = {};
  const file = values["config"];
  if (typeof file === "string") {
    readConfig(file, given, problems);
  }
  for (const name of optionNames) {
    const value = values[new Option(`--${name}`).attributeName()];
    if (value !== undefined) {
      given[name] = value as string | true | readonly string[];
    }
  }
  return given;
}

function commanderOption(name: OptionName): Option {
  const { value, text, range, default: usual, example, list } = optionSpecs[name];
  const facts = [
    ...(range === undefined ? [] : [`range: ${range}`]),
    ...(usual === undefined ? [] : [`default: ${usual}`]),
    `example: ${example}`,
  ];
  const option = new Option(`--${name}${value === undefined ? "" : ` ${value}`}`);
  option.description = `${text} (${facts.join("; ")})`;
  return list
    ? option.argParser((one, all: readonly string[] | undefined) => [...(all ?? []), one])
    : option;
}

function readConfig(
  path: string,
  given: Partial<Record<OptionName, string | true | readonly string[]>>,
  problems: string[],
): void {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    problems.push(`--config ${path} cannot be read: ${String(error)}`);
    return;
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    problems.push(`--config ${path} must hold a JSON object of options`);
    return;
  }
  for (const [name, value] of Object.entries(config)) {
    if (!isOptionName(name)) {
      problems.push(`--config ${path}: ${name} is no option; see --help for their names`);
      continue;
    }
    const spec = optionSpecs[name];
    const texts: unknown[] = Array.isArray(value) && spec.list ? value : [value];
    const isSwitch = spec.value === undefined;
    if (
      isSwitch
        ? typeof value !== "boolean"
        : !texts.every((text) => typeof text === "string" || typeof text === "number")
    ) {
      const kind = isSwitch ? "true or false" : "a text or a number";
      problems.push(`--config ${path}: ${name} must be ${kind}; got ${JSON.stringify(value)}`);
    } else if (isSwitch) {
      if (value === true) {
        given[name] = true;
      }
    } else {
      given[name] = spec.list ? texts.map(String) : String(value);
    }
  }
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(optionSpecs, name);
}
