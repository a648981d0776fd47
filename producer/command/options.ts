import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import { StartError } from "../../cli/command";
import { numberFrom, outputProblem, parseAll, wholeNumber } from "../../cli/options";
import { durationOption, eventTimeOption, type EventTimeRange } from "../events/event-time";
import type { ConfiguredWorkload, OptionValues, Workload } from "../events/workload";
import { type StreamTarget, targetFrom, targetOptions, type TargetValues } from "../kinesis/target";
import manifest from "../package.json";
import { fileIdentity, type Outputs } from "../files/output-file";
import type { Pace } from "../replay/clock";
import { events } from "../generic/events";
import { trades } from "../trades/trades";
import { taxi } from "../trips/taxi";

const workloads: Readonly<Record<string, Workload>> = { taxi, trades, events };

/** Values of the command line, by commander's names. */
interface Values extends TargetValues {
  readonly config?: string;
  readonly output: "kinesis" | "stdout";
  readonly dryRun?: true;
  readonly workload: string;
  readonly partitionKey?: string;
  readonly speedup: number;
  readonly maxRate: number;
  readonly ramp: number;
  readonly maxGap: number;
  readonly seek?: number;
  readonly until?: number;
  readonly loop?: boolean;
  readonly shiftToNow?: boolean;
  /** Event time in seconds. */
  readonly maxDisorder: number;
  /** Event time in seconds within which events change places; 0 keeps their order. */
  readonly shuffle: number;
  readonly maxAttempts: number;
  /** Milliseconds for which an outage is waited out; Infinity for ever. */
  readonly giveUpAfter: number;
  readonly lostRecords?: string;
  readonly deadLetters?: string;
  /** Percent of a shard's throughput. */
  readonly rateLimit: number;
  readonly aggregate?: true;
  readonly maxRecordKib: number;
  readonly resume?: string;
  readonly report?: string;
  readonly metrics: "none" | "emf";
  readonly json?: true;
}

export interface CommandOptions extends Omit<Values, "workload"> {
  /** A stream, the standard output, or nothing: a dry run. */
  readonly destination: StreamTarget | "stdout" | "nothing";
  readonly workload: ConfiguredWorkload;
  readonly range: EventTimeRange;
  readonly pace: Pace;
  readonly partitionKey: string;
  /** All files that are written, by their options. */
  readonly outputs: Outputs;
}

const moreHelp = `
Input: rows in any order. What does not fit into 64 MiB is sorted in a temporary file.

Credentials: the AWS SDK's own sources (environment, profile, SSO, instance role). HTTPS_PROXY, NO_PROXY and
  AWS_CA_BUNDLE apply to them, too. AWS_ENDPOINT_URL_KINESIS and AWS_ENDPOINT_URL_S3 name other servers
  than the region's.

Signals: the first SIGINT or SIGTERM sends what is due and then ends; the second one ends immediately.

Exit codes:
  0    every record was sent, or all that were due before a signal
  1    records were lost, or an error ended the replay midway
  2    the replay did not start: wrong options, input or stream; nothing was sent
  130  ended immediately by a second signal

Examples:
  npm run replay -- --dry-run --input local/data/yellow_tripdata_sample_2019-03.csv
  npm run replay -- --stream trips --region us-east-1 --input trips.csv --speedup 3600
  npm run replay -- --stream trips --input "yellow_*.parquet" --speedup max --resume trips.position
  npm run replay -- --stream trades --workload trades --symbols 50 --loop --duration 6.5h
  npm run replay -- --output stdout --workload trades --duration 1m --speedup max
`;

/** The command with all its options; created for each command line. */
export function replayCommand(): Command {
  const summaries = Object.entries(workloads).map(([name, { summary }]) => `${name} ${summary}`);
  const command = new Command("replay")
    .description("Replays events into a Kinesis data stream as if they happened now.")
    .version(manifest.version)
    .addHelpText("after", moreHelp);
  const add = (heading: string, options: readonly Option[]) => {
    for (const option of options) {
      if (!command.options.some(({ long }) => long === option.long)) {
        command.addOption(option.helpGroup(`${heading}:`));
      }
    }
  };
  add("Destination", [
    ...targetOptions(),
    new Option(
      "--output <output>",
      "destination of the records; stdout writes JSON lines, with reports on the standard error",
    )
      .choices(["kinesis", "stdout"])
      .default("kinesis"),
    new Option("--dry-run", "read and check the input and report what would be sent, without AWS"),
  ]);
  add("Events", [
    new Option("--workload <workload>", summaries.join("; "))
      .choices(Object.keys(workloads))
      .default("taxi"),
    new Option(
      "--partition-key <field>",
      "required field of the event that is the partition key, in place of the workload's own; " +
        "round-robin spreads evenly and keeps no order",
    ),
  ]);
  for (const { heading, options } of Object.values(workloads)) {
    add(heading, options());
  }
  add("Schedule", [
    new Option(
      "--speedup <factor>",
      "ratio of event time to real time, 0.001 to 1000000; 0 or max sends without a schedule",
    )
      .argParser(numberFrom(0.001, 1_000_000, ["max", "0"]))
      .default(60),
    new Option("--max-rate <records/s>", "records per second at most, 0.001 to 10000000")
      .argParser(numberFrom(0.001, 10_000_000, ["none"]))
      .default(Infinity, "none"),
    new Option("--ramp <seconds>", "warm-up in which speed and rate grow from zero, 0 to 86400")
      .argParser(numberFrom(0, 86_400))
      .default(0),
    new Option(
      "--max-gap <time>",
      "longest wait for the next event, in ms, s, m, h or d; longer gaps between events are shortened",
    )
      .argParser(durationOption("none"))
      .default(Infinity, "none"),
    new Option(
      "--seek <time>",
      "event time of the first event sent: an instant, or the wall-clock time of New York",
    ).argParser(eventTimeOption),
    new Option(
      "--until <time>",
      "event time before which events are sent: an instant, or the wall-clock time of New York",
    ).argParser(eventTimeOption),
    new Option(
      "--loop",
      "begin again after the last event, with later event times and other ids, until a signal",
    ),
    new Option(
      "--shift-to-now",
      "move all event times so that the first one is the time at which the replay starts",
    ),
  ]);
  add("Delivery", [
    new Option(
      "--max-disorder <seconds>",
      "event time by which records may be out of order, 0 to 86400; more is faster",
    )
      .argParser(numberFrom(0, 86_400))
      .default(60),
    new Option(
      "--shuffle <seconds>",
      "event time within which events change places, 0 to 86400, to test how a consumer handles disorder",
    )
      .argParser(wholeNumber(0, 86_400))
      .default(0),
    new Option(
      "--max-attempts <count>",
      "refusals of a record after which it is given up, 1 to 1000000",
    )
      .argParser(wholeNumber(1, 1_000_000))
      .default(100),
    new Option(
      "--give-up-after <time>",
      "outage after which the replay ends, in ms, s, m, h or d; until then it is waited out",
    )
      .argParser(durationOption("never", 0))
      .default(Infinity, "never"),
    new Option(
      "--lost-records <file>",
      "append records that were given up there, as JSON lines that --input takes " +
        "(default: the resume file's name and .lost.jsonl)",
    ),
    new Option(
      "--rate-limit <percent>",
      "share of a shard's throughput (1000 records/s, 1 MiB/s) to use, 1 to 10000",
    )
      .argParser(wholeNumber(1, 10_000))
      .default(100),
    new Option(
      "--aggregate",
      "pack many events into a record, as the Kinesis Producer Library does; consumers must unpack them",
    ),
    new Option(
      "--max-record-kib <KiB>",
      "largest record that the stream takes, as it is configured, 1024 to 10240",
    )
      .argParser(wholeNumber(1024, 10_240))
      .default(1024),
    new Option("--resume <file>", "keep the position there, and continue after it when it exists"),
  ]);
  add("Reports", [
    new Option("--report <file>", "write the final report there, as JSON"),
    new Option(
      "--metrics <format>",
      "metrics for CloudWatch, once per second, as JSON lines on the standard output",
    )
      .choices(["none", "emf"])
      .default("none"),
    new Option(
      "--json",
      "report as JSON lines on the standard output, once per second and at the end",
    ),
  ]);
  add("Other", [
    new Option(
      "--config <file>",
      'JSON object of any of these options by name, such as {"stream": "trips", "loop": true}; the command line wins',
    ),
  ]);
  return command.helpOption("-h, --help", "display help for command");
}

/**
 * Reads the command line and the configuration file.
 * @throws StartError naming everything that is wrong with the values
 * @throws CommanderError after the help or the version has been printed
 */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): CommandOptions {
  const problems: string[] = [];
  const command = parsedCommand(args, problems);
  const values = command.opts<Values>();
  const workload = workloads[values.workload] ?? Object.values(workloads)[0];
  if (workload === undefined) {
    throw new StartError(problems);
  }
  problems.push(...foreignOptions(command, workload));
  const destination = values.dryRun
    ? "nothing"
    : values.output === "stdout"
      ? "stdout"
      : targetFrom(values, env, problems);
  const range = { from: values.seek ?? -Infinity, to: values.until ?? Infinity };
  if (range.from >= range.to) {
    problems.push("--seek must be before --until; no event is left between them");
  }
  const configured = workload.configure(command.opts<OptionValues>(), range, problems);
  const { speedup, maxRate, ramp, maxGap: maxGapMs, resume } = values;
  const options: CommandOptions = {
    ...values,
    destination,
    workload: configured,
    range,
    pace: { speedup, maxRate, rampMs: ramp * 1000, maxGapMs },
    partitionKey: partitionKeyOf(values, configured, problems),
    outputs: {
      "dead-letters": values.deadLetters,
      resume,
      report: values.report,
      "lost-records": values.lostRecords ?? (resume && `${resume}.lost.jsonl`),
    },
  };
  problems.push(
    ...contradictions(options),
    ...sharedFiles(options.outputs, configured),
    ...unwritable(options.outputs),
  );
  if (problems.length > 0) {
    throw new StartError(problems);
  }
  return options;
}

/** The value of --profile, which has to be known before the region. */
export function profileOf(args: readonly string[]): string | undefined {
  return parsedCommand(args, []).opts<Values>().profile;
}

/** The command with the values of the configuration file, if any, and over them those of the command line. */
function parsedCommand(args: readonly string[], problems: string[]): Command {
  const first = replayCommand();
  const found: string[] = [];
  parseAll(first, args, found);
  const { config } = first.opts<Values>();
  if (config === undefined) {
    problems.push(...found);
    return first;
  }
  const inFile = replayCommand();
  parseAll(inFile, argumentsOf(config, problems), problems, `--config ${config}: `);
  const command = replayCommand();
  for (const [name, value] of Object.entries(inFile.opts<OptionValues>())) {
    if (inFile.getOptionValueSource(name) === "cli") {
      command.setOptionValueWithSource(name, value, "config");
    }
  }
  parseAll(command, args, problems);
  return command;
}

function argumentsOf(path: string, problems: string[]): string[] {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    problems.push(`--config ${path} cannot be read: ${String(error)}`);
    return [];
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    problems.push(`--config ${path} must hold a JSON object of options`);
    return [];
  }
  const { options } = replayCommand();
  return Object.entries(config).flatMap(([name, value]: [string, unknown]) => {
    const option = options.find((each) => each.name() === name);
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    if (option?.isBoolean() === true) {
      if (typeof value !== "boolean") {
        const got = JSON.stringify(value);
        problems.push(`--config ${path}: ${name} must be true or false; got ${got}`);
      }
      return value === true ? [`--${name}`] : [];
    }
    if (option !== undefined && texts.some((text) => !["string", "number"].includes(typeof text))) {
      const got = JSON.stringify(value);
      problems.push(`--config ${path}: ${name} must be a text or a number; got ${got}`);
      return [];
    }
    return texts.map((text) => (option === undefined ? `--${name}` : `--${name}=${String(text)}`));
  });
}

/** Options that were given and that have no effect on the workload, or on an input of it. */
function foreignOptions(command: Command, workload: Workload): string[] {
  const isRecorded = command.getOptionValue("input") !== undefined;
  const own = new Set(workload.options(isRecorded).map(({ long }) => long));
  const others = Object.entries(workloads).flatMap(([name, each]) =>
    each.options().flatMap((option) => (own.has(option.long) ? [] : [{ option, name, each }])),
  );
  return others.flatMap(({ option, name, each }) => {
    const source = command.getOptionValueSource(option.attributeName());
    if (source !== "cli" && source !== "config") {
      return [];
    }
    return each === workload
      ? [`--${option.name()} is for generated events; remove it, or remove --input`]
      : [`--${option.name()} is for --workload ${name}; remove it, or set --workload ${name}`];
  });
}

function partitionKeyOf(
  { partitionKey: wanted }: Values,
  { partitionKey, requiredFields }: ConfiguredWorkload,
  problems: string[],
): string {
  const choices = [...requiredFields, "round-robin"];
  if (wanted !== undefined && !choices.includes(wanted)) {
    problems.push(`--partition-key must be one of ${choices.join(", ")}; got ${wanted}`);
  }
  return wanted ?? partitionKey;
}

function contradictions(options: CommandOptions): string[] {
  const { destination, workload, loop } = options;
  return [
    ...(destination === "nothing" && (loop || workload.isEndless)
      ? ["a dry run needs an end; set --duration or --until, and remove --loop"]
      : []),
    ...(loop && workload.isEndless
      ? ["--loop needs an end after which to begin again; set --duration or --until"]
      : []),
    ...(workload.liveFrom !== undefined && (options.resume !== undefined || options.shiftToNow)
      ? [
          "--start now is another time in each run; remove --resume and --shift-to-now, or set a time",
        ]
      : []),
    ...(loop && options.shuffle > 0 ? ["--loop needs the events in order; remove --shuffle"] : []),
    ...(destination === "stdout" && (options.json || options.metrics !== "none")
      ? ["--output stdout leaves no room for --json and --metrics there; remove them"]
      : []),
    ...(destination === "stdout" && options.resume !== undefined
      ? ["--resume keeps the position in a stream; remove it with --output stdout"]
      : []),
  ];
}

/** One file for two purposes would be overwritten; the input would be lost. */
function sharedFiles(outputs: Outputs, { inputs }: ConfiguredWorkload): string[] {
  const users = new Map(inputs.map((file) => [resolve(file), "input"]));
  return Object.entries(outputs).flatMap(([option, file]) => {
    if (file === undefined) {
      return [];
    }
    const folder = fileIdentity(dirname(file)) ?? dirname(file);
    const place = fileIdentity(file) ?? `${folder}/${basename(file)}`;
    const user = users.get(resolve(file)) ?? users.get(place);
    users.set(place, option);
    return user === undefined
      ? []
      : [`--${user} and --${option} both name ${file}; give each a file of its own`];
  });
}

function unwritable(outputs: Outputs): string[] {
  return Object.entries(outputs).flatMap(([option, file]) =>
    file === undefined ? [] : (outputProblem(option, file) ?? []),
  );
}
