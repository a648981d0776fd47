import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { clientSettings } from "../../cli/aws";
import type { InputPlace } from "./input-place";

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
