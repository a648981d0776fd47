import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { runCommand } from "./command";
import { filesIn, projectFolder } from "./project";

const folder = path.join(projectFolder, "flink-job");

/** The Flink job as the program uploads it. */
export const jobJar = path.join(folder, "target", "flink-job.jar");

/** Whether the jar is missing or older than what it is built from. */
export function isJobJarStale(): boolean {
  if (!existsSync(jobJar)) return true;
  const built = statSync(jobJar).mtimeMs;
  const sources = [path.join(folder, "pom.xml"), ...filesIn(path.join(folder, "src", "main"))];
  return sources.some((file) => statSync(file).mtimeMs > built);
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
  try {
    await runCommand("npm", ["run", "--silent", "build:job"], { cwd: projectFolder, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The Flink job could not be built:\n${reason}`, { cause: error });
  }
}
