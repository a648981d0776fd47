import { types } from "node:util";
import { unknownCheckingProxy } from "@pulumi/policy";
import { known } from "./known";

/** Removes nulls and empty texts from a block in place, at any depth, as the provider sends neither to AWS. */
export function dropUnset(block: object): void {
  for (const [name, value] of Object.entries(valuesOf(block))) {
    if (isUnset(value)) {
      Reflect.deleteProperty(block, name);
    } else if (Array.isArray(value)) {
      const items = value as unknown[];
      if (items.some(isUnset)) {
        items.splice(0, items.length, ...items.filter((item) => !isUnset(item)));
      }
      dropUnset(items);
    } else if (isPlain(value)) {
      dropUnset(value);
    }
  }
}

/** The values of a block. The library hands over a resource's own as a proxy that throws where a value is unknown. */
function valuesOf(block: object): Readonly<Record<string, unknown>> {
  if (!types.isProxy(block)) {
    return block as Record<string, unknown>;
  }
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(block)) {
    values[name] = Object.getOwnPropertyDescriptor(block, name)?.value;
  }
  return values;
}

function isUnset(value: unknown): boolean {
  return value === null || value === "";
}

/** Assets and archives are objects of classes and stay as they are. */
function isPlain(value: unknown): value is object {
  return value instanceof Object && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * What each resource's program declared, by URN. The engine shows a stack policy the outputs, in which a preview leaves
 * everything unknown that AWS computes; the inputs it has shown before, resource by resource.
 */
export const declaredInputs = new Map<string, object>();

/** Removes unknown values that the program did not set, at any depth; without the inputs it removes nothing. */
export function dropComputed(block: object, inputs: object | undefined): void {
  if (inputs === undefined) {
    return;
  }
  const declared = valuesOf(inputs);
  for (const [name, value] of Object.entries(valuesOf(block))) {
    const input = declared[name];
    if (isUnknown(value) && (input === undefined || input === null) && !identities.test(name)) {
      Reflect.deleteProperty(block, name);
    } else if (isUnknown(value) && !isUnknown(input) && input !== undefined) {
      Object.assign(block, { [name]: input });
    } else if (isPlain(value) || Array.isArray(value)) {
      dropComputed(value, input instanceof Object ? input : undefined);
    }
  }
}

/** Outputs that tell resources apart: unknown is all that a preview can say of them. */
const identities = /^(id|arn|name|bucket|\w*(Id|Arn|Name|Url|Endpoint))$/;

function isUnknown(value: unknown): boolean {
  // What is unknown is marked by one of several UUIDs.
  if (typeof value !== "string" || value.length !== 36) {
    return false;
  }
  const block = (unknownCheckingProxy as (props: object) => { readonly value: unknown })({ value });
  return known(() => block.value) === undefined;
}
