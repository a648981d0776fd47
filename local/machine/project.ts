import { readdirSync } from "node:fs";
import path from "node:path";

/** Root of the project on this machine. */
export const projectFolder = path.resolve(__dirname, "..", "..");

/** Where tools that were built or fetched once are kept; git ignores it. */
export const toolsFolder = path.join(projectFolder, ".tools");

/** Every file in a folder, at any depth. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
