import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { lambda } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import {
  refused,
  type DataPlane,
  type DeclaredAsset,
  type DeclaredResource,
  type Outputs,
} from "../../provider/data-plane";
import { FunctionProcess } from "./function-process";

export type FunctionPlane = ReturnType<typeof functionPlane>;

/**
 * Lambda: runs the declared code of each function in a process of its own.
 *
 * @param options.folder - of the functions' code
 * @param options.environment - variables that every function has: region, credentials, addresses of the local services
 */
export function functionPlane({
  folder: root,
  logFile,
  environment,
}: {
  readonly folder: string;
  readonly logFile: (name: string) => string;
  readonly environment: Readonly<Record<string, string>>;
}) {
  const functions = new Map<string, FunctionProcess>();
  /** Folder named after the code's hash, which is all that the engine keeps: a running function keeps its own code. */
  const folderOf = (resource: DeclaredResource): string => {
    const code = codeOf(resource);
    const hash = createHash("sha256")
      .update(code.hash ?? JSON.stringify(code))
      .digest("hex");
    return path.join(root, nameOf(resource), hash.slice(0, 16));
  };
  const create = async (resource: DeclaredResource): Promise<Outputs> => {
    const inputs = resource.inputs as Unwrap<lambda.FunctionArgs>;
    const { runtime = "none", memorySize: memoryMiB = 128 } = inputs;
    const name = nameOf(resource);
    if (!runtime.startsWith("nodejs")) {
      throw refused(resource, [`runtime ${runtime} is not there, only nodejs`]);
    }
    const [module = "", handler = ""] = (inputs.handler ?? "").split(/\.(?=[^.]+$)/);
    const folder = folderOf(resource);
    // In one step: what is there is whole.
    if (!existsSync(folder)) {
      await rm(`${folder}.new`, { recursive: true, force: true });
      await layOut(codeOf(resource), `${folder}.new`);
      await rename(`${folder}.new`, folder);
    }
    const file = path.join(folder, `${module}.js`);
    if (!existsSync(file)) throw refused(resource, [`its code has no ${module}.js`]);
    const { arn, version = "$LATEST" } = resource.outputs as { arn: string; version?: string };
    await functions.get(name)?.stop();
    const process = new FunctionProcess({
      name,
      arn,
      version,
      file,
      handler,
      memoryMiB,
      timeoutSeconds: inputs.timeout ?? 3,
      logFile: logFile(name),
      environment: {
        ...environment,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: version,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
        TZ: ":UTC",
        ...inputs.environment?.variables,
      },
    });
    functions.set(name, process);
    return {};
  };
  return {
    /** Invokes a function, of any version, with JSON text. @returns JSON text @throws Error when it fails */
    async invoke(nameOrArn: string, payload: string): Promise<string> {
      const name = functionName(nameOrArn);
      const found = functions.get(name);
      if (found === undefined) throw new Error(`Function ${name} does not exist`);
      return found.invoke(payload);
    },
    create,
    async read(resource: DeclaredResource): Promise<Outputs | undefined> {
      if (functions.has(nameOf(resource))) return {};
      return existsSync(folderOf(resource)) ? create(resource) : undefined;
    },
    async delete(resource: DeclaredResource): Promise<void> {
      const name = nameOf(resource);
      const found = functions.get(name);
      functions.delete(name);
      await found?.stop();
      await rm(path.join(root, name), { recursive: true, force: true });
    },
    async stop(): Promise<void> {
      await Promise.all([...functions.values()].map((process) => process.stop()));
    },
  };
}

/** Calls a function when the program is deployed: https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/ */
export function invocationPlane(functions: Pick<FunctionPlane, "invoke">): DataPlane {
  return {
    async create(resource) {
      const { functionName: name, input } = resource.inputs as Unwrap<lambda.InvocationArgs>;
      return { result: await functions.invoke(name, input) };
    },
    read: () => Promise.resolve({}),
    delete: () => Promise.resolve(),
  };
}

/** Name of the function in an ARN such as arn:aws:lambda:us-east-1:000000000000:function:transform:3. */
export function functionName(nameOrArn: string): string {
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

function codeOf(resource: DeclaredResource): DeclaredAsset {
  const code = resource.inputs["code"] as DeclaredAsset | undefined;
  if (code !== undefined) return code;
  const problem = "its code must be an archive of files, not an object in a bucket or an image";
  throw refused(resource, [problem]);
}

function nameOf({ inputs }: DeclaredResource): string {
  return String(inputs["name"]);
}

async function layOut(
  { entries, text, path: source }: DeclaredAsset,
  target: string,
): Promise<void> {
  if (entries !== undefined) {
    await mkdir(target, { recursive: true });
    for (const [name, entry] of Object.entries(entries)) {
      await layOut(entry, path.join(target, name));
    }
  } else if (text !== undefined) {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  } else if (source !== undefined) {
    await cp(source, target, { recursive: true });
  } else {
    throw new Error("Remote archives are not supported locally");
  }
}
