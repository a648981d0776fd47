import * as pulumi from "@pulumi/pulumi";
import { meantOf } from "../core/config-reader";
import type { Problems } from "../core/validate";

/** What a schema declares of a value: https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema */
export interface ValueSpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly plain?: boolean;
  readonly items?: ValueSpec;
  readonly additionalProperties?: ValueSpec;
  readonly oneOf?: readonly ValueSpec[];
}

interface ObjectSpec {
  readonly properties: Readonly<Record<string, ValueSpec>>;
  readonly required?: readonly string[];
}

export type Types = Readonly<Record<string, ObjectSpec>>;

const ofTypes = "#/types/";

/**
 * Complains about what languages without types let pass: arguments that are missing, unknown or of another type, at any depth.
 * An output has its type when the program has run.
 */
export function checkArguments(
  value: unknown,
  { properties, required = [] }: ObjectSpec,
  types: Types,
  problems: Problems,
  prefix = "",
): void {
  const given = value as Readonly<Record<string, unknown>>;
  for (const key of required) {
    problems.require(given[key] !== undefined, `${prefix}${key} is missing`);
  }
  for (const [key, each] of Object.entries(given)) {
    const spec = properties[key];
    const keys = Object.keys(properties);
    if (spec !== undefined) {
      checkValue(each, spec, types, problems, prefix + key);
    } else if (each !== undefined) {
      problems.add(`${prefix}${key} is not an argument; ${meantOf(key, keys)}`);
    }
  }
}

function checkValue(
  value: unknown,
  spec: ValueSpec,
  types: Types,
  problems: Problems,
  place: string,
): void {
  const kinds = spec.oneOf ?? [spec];
  const fitting = kinds.find(
    (kind) => kindOf(kind) === "any" || kindOf(kind) === kindOfValue(value),
  );
  if (value === undefined || pulumi.Output.isInstance(value)) return;
  if (fitting === undefined) {
    const got = value instanceof Object ? kindOfValue(value) : JSON.stringify(value);
    problems.add(`${place} must be ${kinds.map(article).join(" or ")}; got ${got}`);
    return;
  }
  const { items, additionalProperties: values, $ref = "" } = fitting;
  const object = types[$ref.replace(ofTypes, "")];
  if (object !== undefined) checkArguments(value, object, types, problems, `${place}.`);
  const each = items ?? values;
  if (each === undefined) return;
  for (const [key, inner] of Object.entries(value as object)) {
    checkValue(inner, each, types, problems, `${place}.${key}`);
  }
}

function kindOf({ type = "any", $ref = "" }: ValueSpec): string {
  if ($ref.startsWith(ofTypes)) return "object";
  return type === "integer" ? "number" : type;
}

function kindOfValue(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value === null ? "null" : typeof value;
}

function article(spec: ValueSpec): string {
  const kind = kindOf(spec);
  return { array: "a list", object: "an object" }[kind] ?? `a ${kind}`;
}
