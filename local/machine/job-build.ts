import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Workload } from "../../infra/contracts/workload";
import { runCommand } from "./command";
import { filesIn, projectFolder } from "./project";

/** The code of a Flink application and what builds it. */
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

/** Folders that builds write, tests, and what is no source. */
const NO_SOURCES = /(^|\/)(target|build|node_modules|\.[^/]+|src\/test)(\/|$)/;

/** Whether the code is missing or older than what it is built from. */
export function isJobStale({ code, sources }: JobBuild): boolean {
  if (!existsSync(code)) return true;
  const built = statSync(code).mtimeMs;
  return filesIn(sources)
    .filter((file) => !NO_SOURCES.test(path.relative(sources, file)))
    .some((file) => statSync(file).mtimeMs > built);
}

/** Builds a job that is missing or older than its sources. @throws Error with the end of the build's output */
export async function ensureJob(
  job: JobBuild,
  onProgress: (message: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { code, build, folder } = job;
  if (build === undefined ? existsSync(code) : !isJobStale(job)) return;
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
