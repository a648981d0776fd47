import { createHash } from "node:crypto";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { projectRoot } from "./command";
import type { Registration } from "./mocks";
import { stackDeployment } from "./stack-deployment";

/** Stacks whose registrations are kept. */
export const recordedStacks = ["dev", "prod", "local"] as const;

/** Where the hashes are kept, for reviewers to read what a change of code changes in a plan. */
export const registrationsFile = path.join(projectRoot, "tests/infra/registrations.json");

/** Hashes of a stack: one over everything, and one per resource, by type and name. */
export interface RegistrationHashes {
  readonly stack: string;
  readonly resources: Readonly<Record<string, string>>;
}

/** Hashes of what the program of a stack registers in an update, where outputs are known. */
export async function registrationHashes(stack: string): Promise<RegistrationHashes> {
  const { resources, outputs } = await stackDeployment(stack);
  const entries = await Promise.all(
    resources.map(async (resource) => {
      const { type, name } = resource;
      return [`${type} ${name}`, sha256(await canonical(resource)).slice(0, 16)] as const;
    }),
  );
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(entries) + (await canonical(outputs));
  return { stack: sha256(text), resources: Object.fromEntries(entries) };
}

/** JSON with sorted keys, resolved outputs and no path of this machine. */
async function canonical(value: Registration | object): Promise<string> {
  const resolved = await resolve(value);
  return JSON.stringify(resolved).replaceAll(projectRoot, "<project>");
}

async function resolve(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) {
    const { promise } = value as unknown as { promise: () => Promise<unknown> };
    return resolve(await promise.call(value));
  }
  if (value instanceof Promise) return resolve(await value);
  if (Array.isArray(value)) return Promise.all(value.map(resolve));
  if (typeof value !== "object" || value === null) return value;
  const entries = await Promise.all(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(async ([key, item]) => [key, await resolve(item)] as const),
  );
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
