import { existsSync, readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { StartError } from "../../cli/command";
import { parseAll, wholeNumber } from "../../cli/options";
import { parseDuration, parseEventTime } from "../events/event-time";
import {
  kinesisName,
  type StreamTarget,
  type TargetValues,
  targetFrom,
  targetOptions,
} from "../kinesis/target";
import manifest from "../package.json";
import type { ShardStart } from "./shard-reader";

interface Values {
  readonly from: ShardStart;
  /** Name of a registered consumer with throughput of its own; without one the reader polls. */
  readonly fanOut?: string;
  readonly shard?: string;
  readonly key?: string;
  readonly format: "text" | "json" | "raw";
  /** A line of the format text. */
  readonly template: string;
  readonly limit: number;
  readonly untilTip?: true;
}

export interface TailOptions extends Values {
  readonly target: StreamTarget;
}

const moreHelp = `
Records that the Kinesis Producer Library aggregated are printed one by one. Every 5 seconds the lag of
each shard follows: how far its reader is behind its last record.

Exit codes: 0 ended by a signal or --limit, 1 an error, 2 wrong options or no such stream

Examples:
  npm run tail -- --stream trips --region us-east-1
  npm run tail -- --stream trips --from horizon --limit 10 --format json
  npm run tail -- --stream trips --from 15m --until-tip --key 132 --template "{arrival} {data}"
  npm run tail -- --stream trips --from 2026-03-01T18:00:00Z --fan-out console
`;

function tailCommand(): Command {
  const command = new Command("tail")
    .description("Prints the records of a Kinesis data stream as they arrive.")
    .version(manifest.version)
    .addHelpText("after", moreHelp);
  const add = (group: string, options: readonly Option[]) => {
    options.forEach((option) => command.addOption(option.helpGroup(`${group}:`)));
  };
  add("Source", [
    ...targetOptions(),
    new Option(
      "--local",
      "the stream of the pipeline that `npm run local` runs here, in place of --stream and --region",
    ).helpGroup("Source:"),
    new Option(
      "--fan-out <consumer>",
      "read by enhanced fan-out as this consumer, registered for the time if need be, instead of polling",
    ).argParser(kinesisName),
    new Option("--shard <id>", "read this shard only, and no shard that follows on it").argParser(
      kinesisName,
    ),
  ]);
  add("Records", [
    new Option(
      "--from <place>",
      "first record: latest, horizon (the oldest record kept), a time, or a time ago such as 15m",
    )
      .argParser(placeOption)
      .default("latest"),
    new Option("--key <partition key>", "print the records of this partition key only"),
    new Option("--until-tip", "end where no record is left to read"),
    new Option("-n, --limit <records>", "end after so many records, 1 to 1000000000")
      .argParser(wholeNumber(1, 1_000_000_000))
      .default(Infinity, "never"),
  ]);
  add("Output", [
    new Option(
      "--format <format>",
      "text writes --template; json an object per record; raw the data unchanged and a line break",
    )
      .choices(["text", "json", "raw"])
      .default("text"),
    new Option(
      "--template <text>",
      "line of the format text, of {arrival}, {shard}, {key}, {sequence} and {data}",
    ).default("{arrival}  {shard}  {key}  {data}"),
  ]);
  return command;
}

/** Reads the command line of the reader. @throws StartError naming everything that is wrong */
export function parseTailOptions(args: readonly string[], env: NodeJS.ProcessEnv): TailOptions {
  const problems: string[] = [];
  const command = tailCommand();
  parseAll(command, args, problems);
  const { stream, region, profile, ...values } = command.opts<Values & TargetValues>();
  const target = targetFrom({ stream, region, profile }, env, problems);
  if (problems.length > 0) {
    throw new StartError(problems, "reader");
  }
  return { ...values, target };
}

/** The value of --profile, which has to be known before the region. */
export function profileOf(args: readonly string[]): string | undefined {
  const command = tailCommand();
  parseAll(command, args, []);
  return command.opts<{ readonly profile?: string }>().profile;
}

/** Replaces --local by the stream of the local pipeline, with its endpoint in `env`. @throws StartError where none runs */
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
  const ago = parseDuration(text);
  const time = ago === undefined ? parseEventTime(text) : Date.now() - ago;
  const start = text === "latest" || text === "horizon" ? text : time;
  // Kinesis refuses iterators at times in the future.
  if (start === undefined || (typeof start === "number" && start > Date.now())) {
    throw new InvalidArgumentError(
      "It must be latest, horizon, a past time such as 2026-03-01T18:00:00Z, or 15m for 15 minutes ago.",
    );
  }
  return start;
}
