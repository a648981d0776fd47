import { readFileSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";

/** A key as Pulumi.yaml declares it. */
export interface DeclaredKey {
  readonly type: "array" | "boolean" | "integer" | "string";
  readonly description: string;
  readonly default: unknown;
}

const root = path.resolve(__dirname, "../..");

/** The keys of the project, without its namespace. */
export const declaredKeys = Object.fromEntries(
  Object.entries(read("Pulumi.yaml").config).filter(([key]) => !key.includes(":")),
) as Readonly<Record<string, DeclaredKey>>;

/** What a stack file sets, by full key. */
export function stackFile(stack: string): Readonly<Record<string, unknown>> {
  return read(`Pulumi.${stack}.yaml`).config;
}

/** The configuration of a stack as the engine hands it to the program: defaults, stack file, changes; all of it text. */
export function stackConfig(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const values = {
    ...inNamespace(
      Object.fromEntries(Object.entries(declaredKeys).map(([k, v]) => [k, v.default])),
    ),
    ...stackFile(stack),
    ...inNamespace(changes),
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function inNamespace(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`streaming-pipeline:${key}`, value]),
  );
}

function read(file: string): { readonly config: Readonly<Record<string, unknown>> } {
  return load(readFileSync(path.join(root, file), "utf8")) as {
    readonly config: Readonly<Record<string, unknown>>;
  };
}
