import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { pipelineJob } from "../../local/machine/job-build";
import { install, type Progress } from "../../local/machine/installation";

const run = promisify(execFile);

/** The jars of the two jobs that are compared. */
export interface Jars {
  readonly job: string;
  readonly readAndCount: string;
}

/** Copies the job's jar, which somebody may build anew meanwhile, and makes of it one that only reads and counts. */
export async function jars(folder: string, onProgress: Progress): Promise<Jars> {
  const flink = await install("flinkRuntime", onProgress);
  const classes = path.join(folder, "classes");
  mkdirSync(classes, { recursive: true });
  const job = path.join(folder, "job.jar");
  const readAndCount = path.join(folder, "read-and-count.jar");
  copyFileSync(pipelineJob.code, job);
  copyFileSync(job, readAndCount);
  const classPath = [path.join(flink, "lib", "*"), job].join(path.delimiter);
  await run(java("javac"), [
    "--release",
    "11",
    "-cp",
    classPath,
    "-d",
    classes,
    path.join(__dirname, "ReadAndCount.java"),
  ]);
  await run(java("jar"), [
    "--update",
    "--file",
    readAndCount,
    "--main-class",
    "ReadAndCount",
    "-C",
    classes,
    ".",
  ]);
  return { job, readAndCount };
}

function java(tool: string): string {
  const home = process.env["JAVA_HOME"];
  return home === undefined ? tool : path.join(home, "bin", tool);
}
