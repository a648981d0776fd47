import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DataPlane, DeclaredAsset, DeclaredResource } from "../../provider/data-plane";

/** Buckets as folders. Objects that the program declares keep every version; others only the last. */
export class ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
  }

  bucketFolder(bucket: string): string {
    return inside(this.#folder, bucket);
  }

  hasBucket(bucket: string): boolean {
    return existsSync(this.bucketFolder(bucket));
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(this.bucketFolder(bucket), { recursive: true });
  }

  async deleteBucket(bucket: string): Promise<void> {
    await rm(this.bucketFolder(bucket), { recursive: true, force: true });
    await rm(path.join(this.#versions, bucket), { recursive: true, force: true });
  }

  /** Writes an object in one step: a reader sees all of it or none. */
  async put(bucket: string, key: string, content: Buffer): Promise<void> {
    if (!this.hasBucket(bucket)) throw new Error(`Bucket ${bucket} does not exist`);
    await replace(this.#object(bucket, key), content);
  }

  /** Writes an object and keeps this version of it; the version's id follows from the content. */
  async putVersion(bucket: string, key: string, content: Buffer): Promise<string> {
    const version = createHash("sha256").update(content).digest("hex");
    await replace(this.#version(bucket, key, version), content);
    await this.put(bucket, key, content);
    return version;
  }

  /** The file that holds an object. @throws Error when the object or its version does not exist */
  find(bucket: string, key: string, version?: string): string {
    const file =
      version === undefined ? this.#object(bucket, key) : this.#version(bucket, key, version);
    if (existsSync(file)) return file;
    const what = version === undefined ? "" : ` in version ${version}`;
    throw new Error(`Object ${key} of bucket ${bucket} does not exist${what}`);
  }

  async delete(bucket: string, key: string): Promise<void> {
    await rm(this.#object(bucket, key), { force: true });
    // As in S3, folders are there only as long as something lies in them.
    let folder = path.dirname(this.#object(bucket, key));
    try {
      for (; folder !== this.bucketFolder(bucket); folder = path.dirname(folder))
        await rmdir(folder);
    } catch {
      // It is not empty, or was not there.
    }
  }

  get #versions(): string {
    return path.join(this.#folder, ".versions");
  }

  #object(bucket: string, key: string): string {
    return inside(this.bucketFolder(bucket), key);
  }

  #version(bucket: string, key: string, version: string): string {
    return inside(inside(inside(this.#versions, bucket), key), version);
  }
}

export function bucketOf(arn: string): string {
  const [, bucket] = /^arn:[^:]+:s3:::([^/]+)$/.exec(arn) ?? [];
  if (bucket === undefined) throw new Error(`${arn} is not the ARN of a bucket`);
  return bucket;
}

export function bucketPlane(store: ObjectStore): DataPlane {
  const nameOf = ({ inputs }: DeclaredResource): string => String(inputs["bucket"]);
  return {
    async create(resource) {
      await store.createBucket(nameOf(resource));
      return {};
    },
    read: (resource) => Promise.resolve(store.hasBucket(nameOf(resource)) ? {} : undefined),
    delete: (resource) => store.deleteBucket(nameOf(resource)),
  };
}

export function objectPlane(store: ObjectStore): DataPlane {
  const put = async (resource: DeclaredResource): Promise<{ versionId: string }> => {
    const { bucket, key } = placeOf(resource);
    return { versionId: await store.putVersion(bucket, key, await contentOf(resource)) };
  };
  return {
    create: put,
    read(resource) {
      const { bucket, key } = placeOf(resource);
      const version = resource.outputs["versionId"];
      try {
        store.find(bucket, key, typeof version === "string" ? version : undefined);
        return Promise.resolve({});
      } catch {
        return Promise.resolve(undefined);
      }
    },
    async delete(resource) {
      const { bucket, key } = placeOf(resource);
      await store.delete(bucket, key);
    },
  };
}

function placeOf({ inputs }: DeclaredResource): { bucket: string; key: string } {
  return { bucket: String(inputs["bucket"]), key: String(inputs["key"]) };
}

async function contentOf(resource: DeclaredResource): Promise<Buffer> {
  const { content, contentBase64, source } = resource.inputs as {
    readonly content?: string;
    readonly contentBase64?: string;
    readonly source?: DeclaredAsset;
  };
  if (content !== undefined) return Buffer.from(content);
  if (contentBase64 !== undefined) return Buffer.from(contentBase64, "base64");
  if (source?.text !== undefined) return Buffer.from(source.text);
  if (source?.path !== undefined) return readFile(source.path);
  throw new Error(
    `${resource.type} "${resource.name}": its source must be a file or a text; archives and remote assets are not supported locally`,
  );
}

function inside(folder: string, name: string): string {
  const file = path.resolve(folder, name);
  if (!file.startsWith(folder + path.sep)) throw new Error(`${name} leads out of ${folder}`);
  return file;
}

/** Writes a file in one step: a reader sees all of it or none. */
export async function replace(file: string, content: Buffer | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.writing`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}
