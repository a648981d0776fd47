import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import type { AsyncBuffer } from "hyparquet";
import { fileIdentity } from "./output-file";

export interface InputPlace {
  readonly name: string;
  /** The same for the same content under another name: a link, or another spelling of the path. */
  readonly identity: string;
  /** Where a regular file of this machine is; undefined for all others. */
  readonly path?: string | undefined;
  /** The content from the beginning on, still compressed where it is. */
  open(): Promise<Readable>;
  /** The content at any place; undefined where that cannot be had. */
  readonly randomAccess: (() => Promise<AsyncBuffer>) | undefined;
}

export const standardInput: InputPlace = {
  name: "the standard input",
  identity: fileIdentity(0) ?? "-",
  open: () => Promise.resolve(process.stdin),
  randomAccess: undefined,
};

export function localFile(path: string): InputPlace {
  return {
    name: path,
    identity: fileIdentity(path) ?? path,
    path: statSync(path).isFile() ? path : undefined,
    open: () => Promise.resolve(createReadStream(path)),
    randomAccess: async () => (await import("hyparquet")).asyncBufferFromFile(path),
  };
}

export function webFile(url: string): InputPlace {
  return {
    name: url,
    identity: url,
    open: async () => {
      const response = await fetch(url);
      if (!response.ok || response.body === null) {
        throw new Error(`the server answered ${response.status} ${response.statusText}`);
      }
      return Readable.fromWeb(response.body);
    },
    randomAccess: async () => (await import("hyparquet")).asyncBufferFromUrl({ url }),
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
