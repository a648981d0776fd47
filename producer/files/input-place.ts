import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Readable } from "node:stream";
import { arrayBuffer } from "node:stream/consumers";
import type { S3Client } from "@aws-sdk/client-s3";
import type { AsyncBuffer } from "hyparquet";
import { clientSettings, environmentAgent } from "../../cli/aws";
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

/** Where a bucket is looked for when nothing says it; S3 then names the right region. */
const firstRegion = "us-east-1";

/** The object of an address `s3://bucket/key`, or all objects under a prefix that ends in /. */
export async function s3Files(address: string): Promise<InputPlace[]> {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.*)$/.exec(address) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new Error("expected s3://bucket/key, or s3://bucket/prefix/ for all objects under it");
  }
  const client = await s3Client();
  if (key !== "" && !key.endsWith("/")) {
    return [s3Object(client, bucket, key)];
  }
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const files: InputPlace[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: key })) {
    for (const { Key } of page.Contents ?? []) {
      if (Key !== undefined) {
        files.push(s3Object(client, bucket, Key));
      }
    }
  }
  return files;
}

async function s3Client(): Promise<S3Client> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const { env } = process;
  return new S3Client({
    region: env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? firstRegion,
    followRegionRedirects: true,
    ...clientSettings(),
    // Servers other than Amazon's have no host name for each bucket.
    forcePathStyle: (env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"]) !== undefined,
  });
}

function s3Object(client: S3Client, bucket: string, key: string): InputPlace {
  const object = { Bucket: bucket, Key: key };
  return {
    name: `s3://${bucket}/${key}`,
    identity: `s3://${bucket}/${key}`,
    open: async () => {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const { Body } = await client.send(new GetObjectCommand(object));
      if (!(Body instanceof Readable)) {
        throw new Error("S3 answered without the object");
      }
      return Body;
    },
    randomAccess: async () => {
      const { GetObjectCommand, HeadObjectCommand } = await import("@aws-sdk/client-s3");
      const { ContentLength: byteLength = 0 } = await client.send(new HeadObjectCommand(object));
      return {
        byteLength,
        slice: async (start, end = byteLength) => {
          const Range = `bytes=${start}-${end - 1}`;
          const { Body } = await client.send(new GetObjectCommand({ ...object, Range }));
          const bytes = await Body?.transformToByteArray();
          return new Uint8Array(bytes ?? []).buffer;
        },
      };
    },
  };
}
