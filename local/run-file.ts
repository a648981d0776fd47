import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Endpoints } from "./services/cloud";
import { isAlive } from "./services/process";
import { projectFolder } from "./services/project";
import type { Workload } from "./verify/result-document";

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
  readonly workload: Workload;
}

/** No pipeline runs that could be asked. */
export class NotRunningError extends Error {
  constructor() {
    super("No pipeline is running here; start one with `npm run local`.");
  }
}

const workloadFile = path.join(stackFolder, "workload");

/**
 * What keeps a pipeline with state of an earlier run from going on with a workload, with the fix; undefined when it can.
 * The job's state is that of its operators, and each workload has others.
 */
export function workloadProblem(workload: Workload): string | undefined {
  const earlier = existsSync(workloadFile) ? readFileSync(workloadFile, "utf8").trim() : workload;
  return earlier === workload
    ? undefined
    : `The pipeline in .local/stack has the state of the workload ${earlier}; begin anew with --fresh, or go on with --workload ${earlier}.`;
}

/** Remembers what the state in the folder is of. */
export function keepWorkload(workload: Workload): void {
  mkdirSync(stackFolder, { recursive: true });
  writeFileSync(workloadFile, `${workload}\n`);
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
