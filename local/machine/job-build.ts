import { existsSync } from "node:fs";
import path from "node:path";
import type { Workload } from "../../infra/contracts/workload";
import { runCommand } from "./command";
import { isStale, projectFolder } from "./project";

export interface JobBuild {
  readonly code: string;
  /** Command that builds it; undefined when it is built elsewhere. */
  readonly build: string | undefined;
  readonly folder: string;
  readonly sources: string;
}

export const pipelineJob: JobBuild = {
  code: path.join(projectFolder, "flink-job/target/flink-job.jar"),
  build: "npm run --silent build:job",
  folder: projectFolder,
  sources: path.join(projectFolder, "flink-job"),
};

/** What builds the code of a workload; undefined where it is in S3. */
export function jobOf({ job, folder }: Pick<Workload, "job" | "folder">): JobBuild | undefined {
  if (!("path" in job.code)) return undefined;
  return { code: job.code.path, build: job.build, folder, sources: job.sources };
}

/** Builds a job that is missing or older than its sources. @throws Error with the end of the build's output */
export async function ensureJob(
  job: JobBuild,
  onProgress: (message: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { code, build, folder } = job;
  if (build === undefined ? existsSync(code) : !isStale(code, job.sources)) return;
  if (build === undefined) {
    throw new Error(`${code} does not exist. Build it, or set job.build in workload.yaml`);
  }
  onProgress(`Building the Flink job (${build})`);
  try {
    await runCommand("sh", ["-c", build], { cwd: folder, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The Flink job could not be built in ${folder}:\n${reason}`, { cause: error });
  }
  if (!existsSync(code)) throw new Error(`${build} ran in ${folder} but did not write ${code}`);
}
