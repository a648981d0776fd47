import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The JSON files of folders in the order of their names; a folder need not exist. */
export function jsonFilesOf(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => path.join(folder, file)))
    .filter((file) => file.endsWith(".json"))
    .sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
}

/** What the JSON files of folders hold, by their names without the ending. */
export function jsonByName<Content>(folders: readonly string[]): Record<string, Content> {
  return Object.fromEntries(
    jsonFilesOf(folders).map((file) => [
      path.basename(file, ".json"),
      JSON.parse(readFileSync(file, "utf8")) as Content,
    ]),
  );
}
