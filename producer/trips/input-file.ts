import { createReadStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import { Readable } from "node:stream";
import type { AsyncBuffer } from "hyparquet";
import { glob, hasMagic } from "glob";
import { s3Files } from "./s3-files";

/** How the trips are written. */
export type InputFormat = "csv" | "jsonl" | "parquet";

/** A file of trips, wherever it lies. */
export interface InputFile {
  /** How messages call it. */
  readonly name: string;
  readonly format: InputFormat;
  /** The content from the beginning on, still compressed where it is. */
  open(): Promise<Readable>;
  /** The content at any place; undefined where that cannot be had. */
  readonly randomAccess: (() => Promise<AsyncBuffer>) | undefined;
}

/** A place where the content of an input file is. */
export type InputPlace = Omit<InputFile, "format">;

/** Formats by the endings of names, each also with .gz but Parquet, which is compressed within. */
const endings: readonly [ending: RegExp, format: InputFormat][] = [
  [/\.csv(\.gz)?$/i, "csv"],
  [/\.(jsonl|ndjson|json)(\.gz)?$/i, "jsonl"],
  [/\.parquet$/i, "parquet"],
];

function formatOf(name: string): InputFormat | undefined {
  const path = name.split(/[?#]/)[0] ?? name;
  return endings.find(([ending]) => ending.test(path))?.[1];
}

/**
 * Finds the files that the sources name: paths, globs, `s3://` objects and prefixes, `https://`
 * addresses, or - for the standard input. The files of a glob or prefix come in the order of their names.
 *
 * @param format - of all files; undefined to tell it by the names
 * @param problems - gets one line for every source that cannot be used
 */
export async function inputFiles(
  sources: readonly string[],
  format: InputFormat | undefined,
  problems: string[],
): Promise<InputFile[]> {
  const files: InputFile[] = [];
  for (const source of sources) {
    try {
      const places = await placesOf(source);
      if (places.length === 0) {
        problems.push(`no file matches ${source}`);
      }
      for (const place of places) {
        files.push({ ...place, format: format ?? formatOf(place.name) ?? "csv" });
      }
    } catch (error) {
      problems.push(`${source} cannot be read: ${messageOf(error)}`);
    }
  }
  return files;
}

async function placesOf(source: string): Promise<InputPlace[]> {
  if (source === "-") {
    const open = () => Promise.resolve(process.stdin);
    return [{ name: "the standard input", open, randomAccess: undefined }];
  }
  if (source.startsWith("s3://")) {
    // A prefix may hold anything, such as markers of a finished upload; an object was meant.
    const places = await s3Files(source);
    return source.endsWith("/") ? places.filter(({ name }) => formatOf(name)) : places;
  }
  if (/^https?:\/\//.test(source)) {
    return [webFile(source)];
  }
  if (hasMagic(source)) {
    const paths = await glob(source, { nodir: true });
    return paths.sort().map(localFile);
  }
  await access(source, constants.R_OK);
  return [localFile(source)];
}

function localFile(path: string): InputPlace {
  return {
    name: path,
    open: () => Promise.resolve(createReadStream(path)),
    randomAccess: async () => (await import("hyparquet")).asyncBufferFromFile(path),
  };
}

function webFile(url: string): InputPlace {
  return {
    name: url,
    open: async () => {
      const response = await fetch(url);
      if (!response.ok || response.body === null) {
        throw new Error(`the server answered ${response.status} ${response.statusText}`);
      }
      return Readable.from(chunksOf(response.body.getReader()));
    },
    randomAccess: async () => (await import("hyparquet")).asyncBufferFromUrl({ url }),
  };
}

async function* chunksOf(reader: {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}): AsyncGenerator<Uint8Array> {
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    yield next.value ?? new Uint8Array();
  }
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
