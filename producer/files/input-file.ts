import { existsSync, statSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { glob, hasMagic } from "glob";
import {
  type InputPlace,
  localFile,
  messageOf,
  s3Files,
  standardInput,
  webFile,
} from "./input-place";

export const inputFormats = ["csv", "jsonl", "parquet"] as const;

export type InputFormat = (typeof inputFormats)[number];

export interface InputFile extends InputPlace {
  readonly format: InputFormat;
  /** Label of TextDecoder; undefined where the bytes show it. */
  readonly encoding?: string | undefined;
}

/** Formats by the endings of names, each also with .gz but Parquet, which is compressed within. */
const endings: readonly [ending: RegExp, format: InputFormat][] = [
  [/\.csv(\.gz)?$/i, "csv"],
  [/\.(jsonl|ndjson|json)(\.gz)?$/i, "jsonl"],
  [/\.parquet$/i, "parquet"],
];

export function formatOf(name: string): InputFormat | undefined {
  const bare = name.split(/[?#]/)[0] ?? name;
  return endings.find(([ending]) => ending.test(bare))?.[1];
}

/**
 * Finds the files that sources name, those of a glob or prefix in the order of their names, each once.
 * `problems` gets a line for every source that cannot be used.
 */
export async function inputFiles(
  sources: readonly string[],
  format: InputFormat | undefined,
  problems: string[],
): Promise<InputFile[]> {
  const files: InputFile[] = [];
  for (const source of sources) {
    try {
      const places = await placesOf(source, format !== undefined);
      if (places.length === 0) {
        problems.push(`no file matches ${source}`);
      }
      for (const place of places) {
        if (files.every(({ identity }) => identity !== place.identity)) {
          files.push({ ...place, format: format ?? formatOf(place.name) ?? "csv" });
        }
      }
    } catch (error) {
      problems.push(`${source} cannot be read: ${messageOf(error)}`);
    }
  }
  return files;
}

async function placesOf(source: string, anyName: boolean): Promise<InputPlace[]> {
  if (source === "-") {
    return [standardInput];
  }
  if (source.startsWith("s3://")) {
    // A prefix may hold anything, such as markers of a finished upload; an object was meant.
    const places = await s3Files(source);
    const isPrefix = source.endsWith("/") && !anyName;
    return isPrefix ? places.filter(({ name }) => formatOf(name)) : places;
  }
  if (/^https?:\/\//.test(source)) {
    return [webFile(source)];
  }
  // A file may have a name with brackets or stars in it.
  if (hasMagic(source) && !existsSync(source)) {
    const paths = await glob(source, { nodir: true });
    return paths.sort().map(localFile);
  }
  await access(source, constants.R_OK);
  if (statSync(source).isDirectory()) {
    throw new Error(`it is a folder; name the files in it, such as ${path.join(source, "*.csv")}`);
  }
  return [localFile(source)];
}
