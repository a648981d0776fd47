import { readdirSync } from "node:fs";
import path from "node:path";

export const projectFolder = path.resolve(__dirname, "..", "..");

/** Where tools that were built or fetched once are kept; git ignores it. */
export const toolsFolder = path.join(projectFolder, ".tools");

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
