import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { readWorkload, type Workload, workloadFolder } from "../../infra/contracts/workload";
import { Problems } from "../../infra/core/validate";
import { outputProblem, wholeNumber } from "../../cli/options";
import { type Fault, faults } from "../faults/faults";
import { projectFolder } from "../machine/project";
import { localWorkload } from "../workloads/plugins";
import type { LocalWorkload, WorkloadChoices } from "../workloads/workload";

/** The trips that the project ships; their provenance is in local/data/README.md. */
export const shippedTrips = "local/data/yellow_tripdata_sample_2019-03.csv";

/** Records and checkpoints are to lie before a fault, in it and after it. */
const FAULT_SLOWDOWN = 4;

export interface LocalOptions {
  /** Replay to the end of the input, wait for the results, verify them, stop and exit. */
  readonly once: boolean;
  readonly workload: LocalWorkload;
  readonly fault?: Fault;
  /** Seconds of event time replayed in one second. */
  readonly speedup: number;
  readonly report?: string;
  readonly documents?: string;
  /** Folder that takes the archive's objects at the end. */
  readonly archive?: string;
  readonly fresh: boolean;
  readonly page: boolean;
  /** Newest records that all streams together keep; with `once` all. */
  readonly keepRecords: number;
  readonly port: number;
  readonly verbose: boolean;
}

/** The options were understood but cannot be carried out; the message lists every reason. */
export class OptionsError extends Error {}

export function localCommand(): Command {
  return new Command("npm run local --")
    .description(
      "Runs the whole pipeline on this machine, deployed by the program in infra/ under the policy pack:\n" +
        "a Kinesis API server, Apache Flink with the job's jar, OpenSearch, the producer and a live page.\n" +
        "Everything listens on 127.0.0.1 only; Ctrl-C stops it all. No AWS account is used.",
    )
    .option(
      "--once",
      "replay to the end, verify every document, print a summary, stop and exit",
      false,
    )
    .option(
      "--workload <folder>",
      "folder with a workload.yaml, or the name of one in workloads/",
      "taxi",
    )
    .option("--input <file>", "events to replay (default: `input` of the workload)")
    .option(
      "--expect <file>",
      "JSON lines {index, id, source} of the documents that must be there; with --once (default: `expected` of the workload)",
    )
    .option(
      "--speedup <n>",
      "seconds of event time replayed in one second, 1 to 1000000 (default: local.speedup of the workload, 60; " +
        "with --once local.onceSpeedup, 600, and with --fault a quarter of that)",
      wholeNumber(1, 1_000_000),
    )
    .option(
      "--fault <name>",
      "let something go wrong during the replay, which the results must not show; with --once; `list` names the faults",
    )
    .option("--report <file>", "write the summary as JSON; with --once")
    .option(
      "--documents <file>",
      "write every document as JSON lines {index, id, source}; with --once",
    )
    .option(
      "--archive <folder>",
      "archive events as JSON lines, and copy the objects there at the end; with --once",
    )
    .option("--fresh", "forget the state of earlier runs (--once always begins afresh)", false)
    .option(
      "--keep-records <n>",
      "newest records that the streams keep, 10000 to 100000000, 0.4 KiB of memory each; older ones go before " +
        "their retention ends; not with --once",
      wholeNumber(10_000, 100_000_000),
      2_000_000,
    )
    .option("--no-page", "do not build and serve the page")
    .option("--verbose", "keep every line of every step, also on a terminal", false)
    .option(
      "--port <n>",
      "port of the page on 127.0.0.1 (1 to 65535)",
      wholeNumber(1, 65_535),
      8088,
    )
    .addHelpText(
      "after",
      `
Examples:
  npm run local                                     the pipeline and its page on http://127.0.0.1:8088
  npm run local -- --speedup 3600 --fresh           an hour a second, from an empty pipeline
  npm run local -- --once --report report.json      a verified run for CI
  npm run local -- --once --workload trades         the same with generated stock trades
  npm run local -- --workload ./my-workload         your own events and job; docs/workloads.md
  npm run local -- status --watch                   what the pipeline is doing, from another terminal
  npm run local -- pause                            what the page can do: pause, resume, speed N, reshard N, fault NAME, stop
  npm run local -- logs flink-jobmanager --follow   what a part of it says
  npm run local -- --once --fault search-down       a verified run in which OpenSearch fails for a while

Exit codes: 0 done, 1 the run failed or a result differed, 2 the options or the machine do not allow it,
130 or 143 stopped by Ctrl-C or kill before the end.`,
    );
}

interface ParsedOptions extends Omit<LocalOptions, "workload" | "fault" | "speedup"> {
  readonly workload: string;
  readonly input?: string;
  readonly expect?: string;
  readonly fault?: string;
  readonly speedup?: number;
}

export function faultList(): string {
  const width = Math.max(...faults.map(({ name }) => name.length));
  return faults.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join("");
}

export function localOptions(parsed: Readonly<Record<string, unknown>>): LocalOptions {
  const {
    workload,
    input,
    expect,
    fault: faultName,
    ...given
  } = parsed as unknown as ParsedOptions;
  const problems: string[] = [];
  const definition = definitionOf(workload, problems);
  if (definition !== undefined) problems.push(...runProblems(definition, { input, expect }));
  const outputs = { report: given.report, documents: given.documents };
  const fault = faults.find(({ name }) => name === faultName);
  if (faultName !== undefined && fault === undefined) {
    const names = faults.map(({ name }) => name).join(", ");
    problems.push(`--fault ${faultName} is unknown; it must be one of ${names}.`);
  }
  const finished = { expect, fault, archive: given.archive, ...outputs };
  for (const [option, value] of Object.entries(given.once ? {} : finished)) {
    if (value !== undefined)
      problems.push(`--${option} needs --once: only a run that ends has a result.`);
  }
  for (const [option, file] of Object.entries(outputs)) {
    const problem = file && outputProblem(option, file);
    if (problem) problems.push(`${problem}.`);
  }
  if (definition === undefined || problems.length > 0) {
    throw new OptionsError(problems.map((problem) => `- ${problem}`).join("\n"));
  }
  const { speedup, onceSpeedup } = definition.local;
  const slowdown = fault === undefined ? 1 : FAULT_SLOWDOWN;
  return {
    ...given,
    workload: localWorkload(definition, {
      input: input === undefined ? undefined : path.resolve(input),
      expect: expect === undefined ? undefined : path.resolve(expect),
      endless: !given.once,
    }),
    ...(fault && { fault }),
    speedup: given.speedup ?? (given.once ? Math.ceil(onceSpeedup / slowdown) : speedup),
    fresh: given.fresh || given.once,
  };
}

function definitionOf(named: string, found: string[]): Workload | undefined {
  const problems = new Problems();
  const here = path.resolve(named);
  const folder = existsSync(here) ? here : workloadFolder(named, projectFolder);
  const definition = readWorkload(folder, problems, named);
  found.push(...problems.found);
  return definition;
}

function runProblems(
  { name, job, plugin, replay, input: ownInput }: Workload,
  { input, expect }: Pick<WorkloadChoices, "input" | "expect">,
): string[] {
  const problems: string[] = [];
  if ("bucket" in job.code)
    problems.push(`job.code of ${name} is in S3, which is not on this machine; set a local jar.`);
  else if (job.code.path.endsWith(".zip"))
    problems.push(
      `job.code of ${name} is a Python application, which does not run on this machine; deploy it to AWS.`,
    );
  if (!replay.files && input !== undefined)
    problems.push(`--input must be left out with ${name}, whose events the producer generates.`);
  const replayed = input ?? ownInput;
  if (replay.files && replayed === undefined)
    problems.push(`${name} has no input; give --input FILE, or set input in its workload.yaml.`);
  if (replay.files && replayed !== undefined)
    problems.push(...fileProblems("--input", replayed, "events to replay"));
  if (expect !== undefined && plugin !== undefined)
    problems.push(`--expect must be left out with ${name}, whose documents are computed.`);
  else if (expect !== undefined)
    problems.push(...fileProblems("--expect", expect, "expected documents"));
  return problems;
}

function fileProblems(option: string, name: string, what: string): string[] {
  const file = path.resolve(name);
  try {
    accessSync(file, constants.R_OK);
    const stat = statSync(file);
    if (!stat.isFile()) return [`${option} ${name} is not a file; name one with ${what}.`];
    return stat.size === 0 ? [`${option} ${name} is empty; name a file with ${what}.`] : [];
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return [`${option} ${name} cannot be read (${reason}); name a file with ${what}.`];
  }
}
