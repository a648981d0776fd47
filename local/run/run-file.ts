import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Endpoints } from "../services/cloud";
import { isAlive } from "../machine/process";
import { projectFolder } from "../machine/project";
import type { WorkloadSource } from "../status/pipeline-status";
import type { LocalWorkload } from "../workloads/workload";

/** Where a pipeline that somebody watches keeps its state and its logs. */
export const stackFolder = path.join(projectFolder, ".local", "stack");

/** What another terminal has to know of the pipeline that runs. */
export interface RunningPipeline {
  readonly pid: number;
  /** Address of the page, where it is served. */
  readonly page?: string;
  readonly endpoints: Endpoints;
  readonly region: string;
  readonly streamName: string;
  readonly workload: WorkloadSource;
}

/** No pipeline runs that could be asked. */
export class NotRunningError extends Error {
  constructor() {
    super("No pipeline is running here; start one with `npm run local`.");
  }
}

/** What flows through a pipeline, as its state has it. */
type Flow = Pick<LocalWorkload, "name" | "input">;

/**
 * What keeps a pipeline with state of an earlier run from going on with a workload and its input, with the fix; undefined
 * when it can. The job's state is that of its operators, and each workload has others; the replay's position is one in
 * its input.
 */
export function workloadProblem(flow: Flow, folder = stackFolder): string | undefined {
  const file = workloadFile(folder);
  if (!existsSync(file)) return undefined;
  const [name = "", input = flow.input] = readFileSync(file, "utf8").trim().split("\n");
  if (name !== flow.name) {
    return `The pipeline in .local/stack has the state of the workload ${name}; begin anew with --fresh, or go on with --workload ${name}.`;
  }
  return input === flow.input
    ? undefined
    : `The pipeline in .local/stack has the state of the input ${input}; begin anew with --fresh, or go on with that input.`;
}

/** Remembers what the state in the folder is of. */
export function keepWorkload({ name, input }: Flow, folder = stackFolder): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(workloadFile(folder), `${name}\n${input}\n`);
}

function workloadFile(folder: string): string {
  return path.join(folder, "workload");
}

const runFile = path.join(stackFolder, "run.json");

/** Says that a pipeline runs. @returns takes that back */
export function announce(pipeline: RunningPipeline): () => void {
  writeFileSync(runFile, `${JSON.stringify(pipeline, undefined, 2)}\n`);
  return () => {
    rmSync(runFile, { force: true });
  };
}

/** @throws NotRunningError */
export function runningPipeline(): RunningPipeline {
  let text: string;
  try {
    text = readFileSync(runFile, "utf8");
  } catch {
    throw new NotRunningError();
  }
  const pipeline = JSON.parse(text) as RunningPipeline;
  if (!isAlive(pipeline.pid)) throw new NotRunningError();
  return pipeline;
}
