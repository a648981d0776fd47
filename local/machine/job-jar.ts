import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "./project";

const folder = path.join(projectFolder, "flink-job");

/** The Flink job as the program uploads it. */
export const jobJar = path.join(folder, "target", "flink-job.jar");

/** Whether the jar is missing or older than what it is built from. */
export function isJobJarStale(): boolean {
  if (!existsSync(jobJar)) return true;
  const built = statSync(jobJar).mtimeMs;
  return sources().some((file) => statSync(file).mtimeMs > built);
}

/**
 * Builds the job's jar when it is missing or older than its sources.
 *
 * @throws when the build fails, with the end of what it said.
 */
export async function ensureJobJar(
  onProgress: (message: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (!isJobJarStale()) return;
  onProgress("Building the Flink job (npm run build:job)");
  await new Promise<void>((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", "build:job"], {
      cwd: projectFolder,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal && { signal }),
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The Flink job could not be built:\n${output.join("").slice(-4000)}`));
    });
  });
}

function sources(): string[] {
  const main = readdirSync(path.join(folder, "src", "main"), {
    recursive: true,
    withFileTypes: true,
  });
  return [
    path.join(folder, "pom.xml"),
    ...main
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)),
  ];
}
