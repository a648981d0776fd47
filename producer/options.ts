import { resolve } from "node:path";
import { Command } from "commander";
import type { StreamTarget } from "./kinesis-advice";
import { StartError } from "./start-error";

/** What the command line asks for. */
export interface CommandOptions {
  /** Where to send; undefined for a dry run. */
  readonly target: StreamTarget | undefined;
  /** A path, or - for the standard input. */
  readonly input: string;
  /** Infinity for full speed. */
  readonly speedup: number;
  readonly maxDisorderSeconds: number;
  readonly maxAttempts: number;
  readonly rateLimitPercent: number;
  readonly deadLetters: string | undefined;
  readonly resume: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
}

interface RawOptions {
  readonly stream?: string;
  readonly region?: string;
  readonly input?: string;
  readonly speedup: string;
  readonly maxDisorder: string;
  readonly maxAttempts: string;
  readonly rateLimit: string;
  readonly deadLetters?: string;
  readonly resume?: string;
  readonly report?: string;
  readonly json?: true;
  readonly dryRun?: true;
}

const moreHelp = `
Input: a CSV file of the TLC, rows in any order, one row a line. Columns are found by name:
  pickup_datetime, dropoff_datetime, pickup_location_id and dropoff_location_id, or the official names
  (tpep_ or lpep_ before the times, PULocationID, DOLocationID); passenger_count, trip_distance,
  fare_amount and total_amount are used if present. The valid trips are sorted in memory: about
  0.15 GB for a million, so a month of yellow taxis (8 million) needs 1.2 GB.

Credentials: the AWS SDK's own sources (environment, profile, instance role). AWS_ENDPOINT_URL_KINESIS
  names another server than the region's.

Signals: the first SIGINT or SIGTERM sends what is due and then ends; the second one ends at once.

Exit codes:
  0    every record was sent, or all that were due before a signal
  1    records were lost, or an error ended the replay midway
  2    the replay did not start: wrong options, input or stream; nothing was sent
  130  ended at once by a second signal

Examples:
  npm run replay -- --dry-run --input local/data/yellow_tripdata_sample_2019-03.csv
  npm run replay -- --stream trips --region us-east-1 --input trips.csv --speedup 3600
  npm run replay -- --stream trips --input trips.csv --speedup max --resume trips.position --json
  zcat trips.csv.gz | npm run replay -- --stream trips --input - --dead-letters rejected.jsonl
`;

function command(): Command {
  return new Command("replay")
    .description("Replays recorded taxi trips into a Kinesis data stream as if they happened now.")
    .option("--stream <name>", "stream to send to; required unless --dry-run")
    .option("--region <region>", "AWS region (default: AWS_REGION, else AWS_DEFAULT_REGION)")
    .option("--input <file>", "CSV file of trips, or - for the standard input; required")
    .option(
      "--speedup <factor>",
      "how many times faster than they happened, 0.001 to 1000000; 0 or max: as fast as possible",
      "60",
    )
    .option(
      "--max-disorder <seconds>",
      "event time by which records of a shard may be out of order, 0 to 86400; more is faster",
      "60",
    )
    .option(
      "--max-attempts <count>",
      "failed attempts after which a record is given up, 1 to 1000000",
      "100",
    )
    .option(
      "--rate-limit <percent>",
      "share of a shard's throughput (1000 records/s, 1 MiB/s) to use, 1 to 10000",
      "100",
    )
    .option("--dead-letters <file>", "write rejected rows there, as JSON lines")
    .option("--resume <file>", "keep the position there, and go on after it when it exists")
    .option("--report <file>", "write the final report there, as JSON")
    .option("--json", "report as JSON lines on the standard output, once a second and at the end")
    .option("--dry-run", "read and check the input and say what would be sent, without AWS")
    .addHelpText("after", moreHelp)
    .allowExcessArguments(false)
    .exitOverride();
}

/**
 * Reads the command line. Prints the help and throws commander's CommanderError when that is asked
 * for, or when an option is not known or lacks its value.
 *
 * @param args - without the names of the interpreter and the program
 * @throws StartError naming everything that is wrong with the values
 */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): CommandOptions {
  const raw = command().parse(args, { from: "user" }).opts<RawOptions>();
  const problems: string[] = [];
  const dryRun = raw.dryRun ?? false;
  const number = (option: string, text: string, min: number, max: number, integer: boolean) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
      const kind = integer ? "an integer" : "a number";
      problems.push(`${option} must be ${kind} from ${min} to ${max}; got ${text}`);
    }
    return value;
  };

  if (raw.input === undefined) {
    problems.push("--input is missing; name a CSV file of trips, or - for the standard input");
  }
  if (raw.stream === undefined && !dryRun) {
    problems.push("--stream is missing; name the stream to send to, or use --dry-run");
  } else if (raw.stream !== undefined && !/^[a-zA-Z0-9_.-]{1,128}$/.test(raw.stream)) {
    problems.push(
      `--stream must be a stream's name: 1 to 128 letters, digits, _, . or -; got ${raw.stream}`,
    );
  }
  const region = [raw.region, env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(Boolean);
  if (region === undefined && !dryRun) {
    problems.push("the region is not known; set --region, AWS_REGION or AWS_DEFAULT_REGION");
  } else if (region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    problems.push(`the region must be one such as us-east-1; got ${region}`);
  }
  const endpoint = env["AWS_ENDPOINT_URL_KINESIS"] ?? env["AWS_ENDPOINT_URL"];
  const options: CommandOptions = {
    target: dryRun ? undefined : { stream: raw.stream ?? "", region: region ?? "", endpoint },
    input: raw.input ?? "",
    speedup: /^(0+|max)$/.test(raw.speedup)
      ? Infinity
      : number("--speedup", raw.speedup, 0.001, 1_000_000, false),
    maxDisorderSeconds: number("--max-disorder", raw.maxDisorder, 0, 86_400, false),
    maxAttempts: number("--max-attempts", raw.maxAttempts, 1, 1_000_000, true),
    rateLimitPercent: number("--rate-limit", raw.rateLimit, 1, 10_000, true),
    deadLetters: raw.deadLetters,
    resume: raw.resume,
    report: raw.report,
    json: raw.json ?? false,
  };
  problems.push(...sharedFiles(options));
  if (problems.length > 0) {
    throw new StartError(problems);
  }
  return options;
}

/** One file for two purposes would be overwritten; the input would be lost. */
function sharedFiles({ input, deadLetters, resume, report }: CommandOptions): string[] {
  const users = new Map<string, string>();
  const problems: string[] = [];
  const files = {
    "--input": input === "-" ? undefined : input,
    "--dead-letters": deadLetters,
    "--resume": resume,
    "--report": report,
  };
  for (const [option, file] of Object.entries(files)) {
    if (file === undefined) {
      continue;
    }
    const path = resolve(file);
    const user = users.get(path);
    if (user !== undefined) {
      problems.push(`${user} and ${option} both name ${file}; give each a file of its own`);
    }
    users.set(path, option);
  }
  return problems;
}
