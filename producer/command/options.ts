import { resolve } from "node:path";
import { givenOptions } from "./command-line";
import type { GivenOptions } from "./command-line";
import type { Pace } from "../replay/clock";
import type { StreamTarget } from "../kinesis/kinesis-advice";
import type { OptionName } from "./option-table";
import { optionNames, optionSpecs } from "./option-table";
import { OptionReader } from "./option-reader";
import type { InputOptions } from "../trips/input";
import { outputProblem } from "../../cli/output-file";
import { StartError } from "../../cli/start-error";
import type { TradeOptions } from "../trades/trade-source";
import type { WorkloadName } from "../events/workload";
import { workloads } from "../events/workload";

/** What the command line asks for. */
export interface CommandOptions {
  /** A stream, the standard output, or nothing: a dry run. */
  readonly destination: StreamTarget | "stdout" | "nothing";
  readonly workload: WorkloadName;
  /** Of the workload taxi; undefined otherwise. */
  readonly input: InputOptions | undefined;
  /** Of the workload trades; undefined otherwise. */
  readonly trades: TradeOptions | undefined;
  readonly range: EventTimeRange;
  readonly pace: Pace;
  readonly loop: boolean;
  readonly shiftToNow: boolean;
  readonly maxDisorderSeconds: number;
  /** Event time within which events change places; 0 keeps their order. */
  readonly shuffleSeconds: number;
  readonly maxAttempts: number;
  readonly rateLimitPercent: number;
  /** A field of the event, or round-robin. */
  readonly partitionKey: string;
  readonly aggregate: boolean;
  readonly maxRecordKiB: number;
  readonly resume: string | undefined;
  readonly report: string | undefined;
  readonly metrics: "none" | "emf";
  readonly json: boolean;
}

/** Event times of what is sent, in milliseconds since the epoch: from inclusive, to exclusive. */
export interface EventTimeRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the command line and the configuration file.
 *
 * @param args - without the names of the interpreter and the program
 * @throws StartError naming everything that is wrong with the values
 */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): CommandOptions {
  const problems: string[] = [];
  const given = givenOptions(args, problems);
  const read = new OptionReader(given, problems);
  const workload = read.choice("workload", ["taxi", "trades"] as const);
  for (const name of optionNames) {
    const { only } = optionSpecs[name];
    if (given[name] !== undefined && only !== undefined && only !== workload) {
      problems.push(`--${name} is for --workload ${only}; leave it out for ${workload}`);
    }
  }
  const destination = parseDestination(read, env, problems);
  const trades = workload === "trades" ? parseTrades(read) : undefined;
  const range = {
    from: read.eventTime("seek") ?? -Infinity,
    to: read.eventTime("until") ?? Infinity,
  };
  if (range.from >= range.to) {
    problems.push("--seek must be before --until; no event is left between them");
  }
  const options: CommandOptions = {
    destination,
    workload,
    input: workload === "taxi" ? parseInput(read, problems) : undefined,
    trades: trades && { ...trades, end: Math.min(trades.end, range.to) },
    range,
    pace: {
      speedup: read.number("speedup", 0.001, 1_000_000, ["max", "0"]),
      maxRate: read.number("max-rate", 0.001, 10_000_000, ["none"]),
      rampMs: read.number("ramp", 0, 86_400) * 1000,
    },
    loop: read.isOn("loop"),
    shiftToNow: read.isOn("shift-to-now"),
    maxDisorderSeconds: read.number("max-disorder", 0, 86_400),
    shuffleSeconds: read.integer("shuffle", 0, 86_400),
    maxAttempts: read.integer("max-attempts", 1, 1_000_000),
    rateLimitPercent: read.integer("rate-limit", 1, 10_000),
    partitionKey: parsePartitionKey(read, workload, problems),
    aggregate: read.isOn("aggregate"),
    maxRecordKiB: read.integer("max-record-kib", 1024, 10_240),
    resume: read.given("resume"),
    report: read.given("report"),
    metrics: read.choice("metrics", ["none", "emf"] as const),
    json: read.isOn("json"),
  };
  problems.push(...contradictions(options), ...sharedFiles(given), ...unwritable(given));
  if (problems.length > 0) {
    throw new StartError(problems);
  }
  return options;
}

function parseDestination(
  read: OptionReader,
  env: NodeJS.ProcessEnv,
  problems: string[],
): CommandOptions["destination"] {
  const output = read.choice("output", ["kinesis", "stdout"] as const);
  const wanted = read.isOn("dry-run") ? "nothing" : output;
  const stream = read.given("stream");
  const region = [read.given("region"), env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(Boolean);
  if (stream !== undefined && !/^[a-zA-Z0-9_.-]{1,128}$/.test(stream)) {
    problems.push(
      `--stream must be a stream's name: 1 to 128 letters, digits, _, . or -; got ${stream}`,
    );
  }
  if (region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    problems.push(`the region must be one such as us-east-1; got ${region}`);
  }
  if (wanted !== "kinesis") {
    return wanted;
  }
  if (stream === undefined) {
    problems.push(
      "--stream is missing; name the stream to send to, or use --dry-run or --output stdout",
    );
  }
  if (region === undefined) {
    problems.push("the region is not known; set --region, AWS_REGION or AWS_DEFAULT_REGION");
  }
  const endpoint = env["AWS_ENDPOINT_URL_KINESIS"] ?? env["AWS_ENDPOINT_URL"];
  return { stream: stream ?? "", region: region ?? "", endpoint };
}

function parseInput(read: OptionReader, problems: string[]): InputOptions {
  const sources = read.list("input");
  if (sources.length === 0) {
    problems.push("--input is missing; name a file of trips, or - for the standard input");
  }
  const format =
    read.given("format") === undefined
      ? undefined
      : read.choice("format", ["csv", "jsonl", "parquet"] as const);
  return { sources, format, deadLetters: read.given("dead-letters") };
}

function parseTrades(read: OptionReader): TradeOptions {
  const start = read.eventTime("start") ?? NaN;
  return {
    symbols: read.symbols(),
    tradesPerSecond: read.number("trades-per-second", 0.001, 100_000),
    tradingHours: read.text("trading-hours"),
    hours: read.tradingHours(),
    start,
    end: start + read.duration("duration"),
    seed: read.integer("seed", 0, 2 ** 32 - 1),
    volatility: read.number("volatility", 0, 10),
  };
}

function parsePartitionKey(read: OptionReader, workload: WorkloadName, problems: string[]): string {
  const { partitionKey, requiredFields } = workloads[workload];
  const wanted = read.given("partition-key") ?? partitionKey;
  const choices = [...requiredFields, "round-robin"];
  if (!choices.includes(wanted)) {
    problems.push(`--partition-key must be one of ${choices.join(", ")}; got ${wanted}`);
  }
  return wanted;
}

function contradictions(options: CommandOptions): string[] {
  const { destination, trades, loop } = options;
  const endless = loop || trades?.end === Infinity;
  return [
    ...(destination === "nothing" && endless
      ? ["a dry run needs an end; set --duration or --until, and leave --loop out"]
      : []),
    ...(loop && trades?.end === Infinity
      ? ["--loop needs an end after which to begin again; set --duration or --until"]
      : []),
    ...(loop && options.shuffleSeconds > 0
      ? ["--loop needs the events in order; leave --shuffle out"]
      : []),
    ...(destination === "stdout" && (options.json || options.metrics !== "none")
      ? ["--output stdout leaves no room for --json and --metrics there; leave them out"]
      : []),
    ...(destination === "stdout" && options.resume !== undefined
      ? ["--resume keeps the position in a stream; leave it out with --output stdout"]
      : []),
  ];
}

/** One file for two purposes would be overwritten; the input would be lost. */
function sharedFiles(given: GivenOptions): string[] {
  const users = new Map<string, OptionName>();
  const problems: string[] = [];
  for (const option of ["input", "dead-letters", "resume", "report"] as const) {
    const value = given[option] ?? [];
    for (const file of typeof value === "string" ? [value] : value === true ? [] : value) {
      const user = users.get(resolve(file));
      if (user !== undefined && file !== "-") {
        problems.push(`--${user} and --${option} both name ${file}; give each a file of its own`);
      }
      users.set(resolve(file), option);
    }
  }
  return problems;
}

function unwritable(given: GivenOptions): string[] {
  return (["dead-letters", "resume", "report"] as const).flatMap((option) => {
    const file = given[option];
    return typeof file === "string" ? (outputProblem(option, file) ?? []) : [];
  });
}
