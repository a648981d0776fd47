import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import type { IncomingMessage, RequestOptions } from "node:http";
import type { Readable } from "node:stream";
import { arrayBuffer } from "node:stream/consumers";
import type { AsyncBuffer } from "hyparquet";
import { environmentAgent } from "../../cli/aws";
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

/** A file of a web server; redirections are followed. */
export function webFile(url: string): InputPlace {
  const agent = environmentAgent();
  return {
    name: url,
    identity: url,
    open: () => request(url, { agent }),
    randomAccess: async () => {
      const { headers } = await request(url, { agent, method: "HEAD" });
      const byteLength = Number(headers["content-length"]);
      if (!byteLength)
        throw new Error("the server reports no length; use a file, or another format");
      return {
        byteLength,
        slice: async (start, end = byteLength) => {
          const range = { Range: `bytes=${start}-${end - 1}` };
          const response = await request(url, { agent, headers: range });
          const bytes = await arrayBuffer(response);
          // A server that knows no ranges answers with the whole file.
          return response.statusCode === 206 ? bytes : bytes.slice(start, end);
        },
      };
    },
  };
}

const mostRedirections = 5;

async function request(
  url: string,
  options: RequestOptions,
  redirections = 0,
): Promise<IncomingMessage> {
  const { request: open } = await (url.startsWith("https:")
    ? import("node:https")
    : import("node:http"));
  const outgoing = open(url, options).end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const { statusCode = 0, statusMessage, headers } = response;
  if (statusCode < 300) return response;
  response.resume();
  if (statusCode < 400 && headers.location && redirections < mostRedirections) {
    return request(new URL(headers.location, url).href, options, redirections + 1);
  }
  throw new Error(`the server answered ${statusCode} ${statusMessage ?? ""}`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
