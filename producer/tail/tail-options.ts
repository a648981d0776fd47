import { existsSync, readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { StartError } from "../../cli/command";
import { parseAll, wholeNumber } from "../../cli/options";
import { parseEventTime } from "../events/event-time";
import { kinesisName, type StreamTarget, targetFrom, targetOptions } from "../kinesis/target";
import manifest from "../package.json";
import type { ShardStart } from "./shard-reader";

/** What the command line of the reader asks for. */
export interface TailOptions {
  readonly target: StreamTarget;
  readonly start: ShardStart;
  /** Name of a registered consumer with throughput of its own; undefined to poll. */
  readonly consumer: string | undefined;
  readonly format: "text" | "json";
  /** Records after which to end; Infinity for never. */
  readonly limit: number;
}

interface Values {
  readonly stream?: string;
  readonly region?: string;
  readonly from: ShardStart;
  readonly fanOut?: string;
  readonly format: TailOptions["format"];
  readonly limit: number;
}

const moreHelp = `
Records that the Kinesis Producer Library aggregated are printed one by one. Every 5 seconds the lag of
each shard follows: how far its reader is behind its last record.

Exit codes: 0 ended by a signal or --limit, 1 an error, 2 wrong options or no such stream

Examples:
  npm run tail -- --stream trips --region us-east-1
  npm run tail -- --stream trips --from horizon --limit 10 --format json
  npm run tail -- --stream trips --from 2026-03-01T18:00:00Z --fan-out console
`;

function tailCommand(): Command {
  const command = new Command("tail")
    .description("Prints the records of a Kinesis data stream as they arrive.")
    .version(manifest.version)
    .addHelpText("after", moreHelp);
  const options: readonly Option[] = [
    ...targetOptions().map((option) => option.helpGroup("Source:")),
    new Option(
      "--local",
      "the stream of the pipeline that `npm run local` runs here, in place of --stream and --region",
    ).helpGroup("Source:"),
    new Option(
      "--fan-out <consumer>",
      "read by enhanced fan-out as this consumer, registered for the time if need be, instead of polling",
    )
      .argParser(kinesisName)
      .helpGroup("Source:"),
    new Option("--from <place>", "first record: latest, horizon (the oldest record kept) or a time")
      .argParser(placeOption)
      .default("latest")
      .helpGroup("Records:"),
    new Option("--limit <records>", "end after so many records, 1 to 1000000000")
      .argParser(wholeNumber(1, 1_000_000_000))
      .default(Infinity, "never")
      .helpGroup("Records:"),
    new Option("--format <format>", "json writes a JSON object per record")
      .choices(["text", "json"])
      .default("text")
      .helpGroup("Output:"),
  ];
  for (const option of options) {
    command.addOption(option);
  }
  return command;
}

/**
 * Reads the command line of the reader.
 *
 * @throws StartError naming everything that is wrong with the values
 * @throws CommanderError after the help or the version has been printed
 */
export function parseTailOptions(args: readonly string[], env: NodeJS.ProcessEnv): TailOptions {
  const problems: string[] = [];
  const command = tailCommand();
  parseAll(command, args, problems);
  const { from, fanOut, format, limit, ...target } = command.opts<Values>();
  const found = targetFrom(target, env, problems);
  if (problems.length > 0) {
    throw new StartError(problems, "reader");
  }
  return { target: found, start: from, consumer: fanOut, format, limit };
}

/**
 * The arguments with the stream of the local pipeline in place of --local, whose endpoint and credentials go into the
 * environment.
 *
 * @throws StartError where none runs
 */
export function withLocalStream(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  file = ".local/stack/run.json",
): readonly string[] {
  if (!args.includes("--local")) return args;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "{}";
  const { streamName, environment } = JSON.parse(text) as {
    streamName?: string;
    environment?: object;
  };
  if (streamName === undefined) {
    throw new StartError(["no pipeline is running here; start one with `npm run local`"], "reader");
  }
  Object.assign(env, environment);
  return ["--stream", streamName, ...args.filter((arg) => arg !== "--local")];
}

function placeOption(text: string): ShardStart {
  const start = text === "latest" || text === "horizon" ? text : parseEventTime(text);
  if (start === undefined) {
    throw new InvalidArgumentError(
      "It must be latest, horizon or a time such as 2026-03-01T18:00:00Z.",
    );
  }
  return start;
}
