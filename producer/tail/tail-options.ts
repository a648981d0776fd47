import { Command } from "commander";
import { parseEventTime } from "../events/event-time";
import type { StreamTarget } from "../kinesis/kinesis-advice";
import type { ShardStart } from "./shard-reader";
import { StartError } from "../../cli/start-error";

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

const help = `
Records that the Kinesis Producer Library aggregated are printed one by one. Every 5 seconds the lag of
each shard follows: how far its reader is behind its last record.

Exit codes: 0 ended by a signal or --limit, 1 an error, 2 wrong options or no such stream

Examples:
  npm run tail -- --stream trips --region us-east-1
  npm run tail -- --stream trips --from horizon --limit 10 --format json
  npm run tail -- --stream trips --from 2026-03-01T18:00:00Z --fan-out console
`;

/**
 * Reads the command line of the reader. Prints the help and throws commander's CommanderError when that
 * is asked for, or when an option is not known or lacks its value.
 *
 * @throws StartError naming everything that is wrong with the values
 */
export function parseTailOptions(args: readonly string[], env: NodeJS.ProcessEnv): TailOptions {
  const raw = new Command("tail")
    .description("Prints the records of a Kinesis data stream as they arrive.")
    .option("--stream <name>", "stream to read; required (example: --stream trips)")
    .option("--region <region>", "its AWS region (default: AWS_REGION, else AWS_DEFAULT_REGION)")
    .option(
      "--from <place>",
      "where to begin: latest, horizon (the oldest record kept) or a time (example: --from horizon)",
      "latest",
    )
    .option(
      "--fan-out <consumer>",
      "read by enhanced fan-out as this consumer, registered for the time if need be, instead of polling",
    )
    .option("--format <format>", "text or json: a JSON object a record", "text")
    .option("--limit <records>", "end after so many records, 1 to 1000000000 (default: never)")
    .addHelpText("after", help)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<Record<string, string | undefined>>();
  const problems: string[] = [];
  const { stream = "", fanOut: consumer, format, from = "" } = raw;
  if (stream === "") {
    problems.push("--stream is missing; name the stream to read");
  } else if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(stream)) {
    problems.push(`--stream must be 1 to 128 letters, digits, _, . or -; got ${stream}`);
  }
  const region = [raw["region"], env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(Boolean);
  if (region === undefined) {
    problems.push("the region is not known; set --region, AWS_REGION or AWS_DEFAULT_REGION");
  }
  const start = from === "latest" || from === "horizon" ? from : parseEventTime(from);
  if (start === undefined) {
    problems.push(`--from must be latest, horizon or such as 2026-03-01T18:00:00Z; got ${from}`);
  }
  if (consumer !== undefined && !/^[a-zA-Z0-9_.-]{1,128}$/.test(consumer)) {
    problems.push(`--fan-out must be 1 to 128 letters, digits, _, . or -; got ${consumer}`);
  }
  if (format !== "text" && format !== "json") {
    problems.push(`--format must be text or json; got ${format ?? ""}`);
  }
  const limit = raw["limit"] === undefined ? Infinity : Number(raw["limit"]);
  if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 1 && limit <= 1e9)) {
    problems.push(`--limit must be an integer from 1 to 1000000000; got ${raw["limit"] ?? ""}`);
  }
  if (problems.length > 0) {
    throw new StartError(problems, "reader");
  }
  const endpoint = env["AWS_ENDPOINT_URL_KINESIS"] ?? env["AWS_ENDPOINT_URL"];
  return {
    target: { stream, region: region ?? "", endpoint },
    start: start ?? "latest",
    consumer,
    format: format === "json" ? "json" : "text",
    limit,
  };
}
