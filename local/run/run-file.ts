import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Endpoints } from "../services/cloud";
import { isAlive } from "../machine/process";
import { projectFolder } from "../machine/project";
import type { LocalWorkload } from "../workloads/workload";

export const stackFolder = path.join(projectFolder, ".local", "stack");

export interface RunningPipeline {
  readonly pid: number;
  /** Of its server, which answers status and actions. */
  readonly address: string;
  /** The same where the page is served. */
  readonly page?: string;
  readonly endpoints: Endpoints;
  readonly region: string;
  readonly streamName: string;
  /** Variables with which the AWS SDK reaches the stream, for `npm run tail -- --local`. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Starting {
  readonly pid: number;
  readonly step: string;
}

/** No pipeline runs that could be asked, or one that starts or stops. */
export class NotRunningError extends Error {
  readonly starting: Starting | undefined;

  constructor(starting?: Starting) {
    super(
      starting
        ? `The pipeline (process ${starting.pid}) is at the step "${starting.step}"; wait for it.`
        : "No pipeline is running here; start one with `npm run local`.",
    );
    this.starting = starting;
  }
}

type Flow = Pick<LocalWorkload, "name" | "input">;

/**
 * Reason why the state of an earlier run does not fit a workload and its input, with the fix; undefined when it does.
 * The job's state belongs to its operators, the replay's position to its input.
 */
export function workloadProblem(flow: Flow, folder = stackFolder): string | undefined {
  const file = path.join(folder, "workload");
  if (!existsSync(file)) return undefined;
  const [name = "", input = flow.input] = readFileSync(file, "utf8").trim().split("\n");
  if (name !== flow.name) {
    return `The pipeline in .local/stack has the state of the workload ${name}; start again with --fresh, or continue with --workload ${name}.`;
  }
  return input === flow.input
    ? undefined
    : `The pipeline in .local/stack has the state of the input ${input}; start again with --fresh, or continue with that input.`;
}

export function keepWorkload({ name, input }: Flow, folder = stackFolder): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "workload"), `${name}\n${input}\n`);
}

const runFile = path.join(stackFolder, "run.json");

export function announce(pipeline: RunningPipeline): () => void {
  writeFileSync(runFile, `${JSON.stringify(pipeline, undefined, 2)}\n`);
  return () => {
    rmSync(runFile, { force: true });
  };
}

/** Says which step a pipeline is in that does not run yet, or no more, unless another one has the file. */
export function announceStep(step: string, file = runFile): void {
  const other = announced(file);
  if (other !== undefined && other.pid !== process.pid) return;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ pid: process.pid, step }));
  } catch {
    // The preflight says what is wrong with the folder.
  }
}

/** @throws NotRunningError, also while it starts: what it is doing is in its message then */
export function runningPipeline(file = runFile): RunningPipeline {
  const pipeline = announced(file);
  if (pipeline === undefined) throw new NotRunningError();
  if ("step" in pipeline) throw new NotRunningError(pipeline);
  return pipeline;
}

function announced(file: string): RunningPipeline | Starting | undefined {
  try {
    const pipeline = JSON.parse(readFileSync(file, "utf8")) as RunningPipeline | Starting;
    return isAlive(pipeline.pid) ? pipeline : undefined;
  } catch {
    return undefined;
  }
}
