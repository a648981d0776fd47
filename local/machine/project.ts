import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

export const projectFolder = path.resolve(__dirname, "..", "..");

/** Where tools that were built or fetched once are kept; git ignores it. */
export const toolsFolder = path.join(projectFolder, ".tools");

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** What builds write, tests, and what is no source. */
const NO_SOURCES = /\/(target|build|dist|node_modules|\.[^/]+|src\/test)$/;

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (NO_SOURCES.test(file)) return [];
    return entry.isDirectory() ? sourcesIn(file) : [file];
  });
}

/** Whether a file that is made of the sources in a folder is missing or older than one of them. */
export function isStale(file: string, sources: string): boolean {
  if (!existsSync(file)) return true;
  const built = statSync(file).mtimeMs;
  return sourcesIn(sources).some((source) => statSync(source).mtimeMs > built);
}
