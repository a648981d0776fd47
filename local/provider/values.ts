import { runtime } from "@pulumi/pulumi";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import * as path from "node:path";
import type { DeclaredAsset } from "./data-plane";

/** Property values as the engine sends them: JSON in which signed objects stand for special things. */
export type Values = Readonly<Record<string, unknown>>;

/** What the engine sends for a value that is not known before the deployment. */
export const UNKNOWN: string = runtime.unknownValue;

export function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function signature(value: unknown): unknown {
  return isObject(value) ? value[runtime.specialSigKey] : undefined;
}

export function isSecret(value: unknown): value is { readonly value: unknown } {
  return signature(value) === runtime.specialSecretSig;
}

export function isAsset(value: unknown): value is Values {
  const sig = signature(value);
  return sig === runtime.specialAssetSig || sig === runtime.specialArchiveSig;
}

/** A resource that stands among the inputs of a component. */
export function isResource(value: unknown): value is Values {
  return signature(value) === runtime.specialResourceSig;
}

/** Whether a value is an object of properties and not one that stands for something else. */
export function isBlock(value: unknown): value is Values {
  return isObject(value) && signature(value) === undefined;
}

/** Changes a block, or each block of a list; any other value stays as it is. */
export function inBlocks(value: unknown, change: (block: Values) => Values): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => inBlocks(item, change));
  return isBlock(value) ? change(value) : value;
}

export function secret(value: unknown): Values {
  return { [runtime.specialSigKey]: runtime.specialSecretSig, value };
}

/** Takes the wrapping off secrets, at any depth. */
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (isObject(value)) return mapValues(value, reveal);
  return value;
}

/** Whether a value, or anything inside it, is known only after the deployment. */
export function containsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isObject(value)) return Object.values(value).some(containsUnknown);
  return value === UNKNOWN;
}

export function mapValues<T, U>(
  values: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}

/** Path of a property, such as `tags.team` or `tags["cost centre"]`. */
export function pathTo(path: string, name: string): string {
  if (path === "") return name;
  return /^[a-z_]\w*$/i.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

/** Leaves out the keys whose value is undefined: the wire has no such thing. */
export function defined(values: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

export function fromStruct(struct: Struct | undefined): Values {
  return struct?.toJavaScript() ?? {};
}

export function toStruct(values: Values): Struct {
  return Struct.fromJavaScript(defined(values) as Record<string, JavaScriptValue>);
}

/**
 * Plain JSON for a data plane: no secrets' wrapping, assets as files.
 *
 * @param root - folder that relative paths of assets start from: the project's.
 */
export function toPlain(values: Values, root: string): Record<string, unknown> {
  const plain = (value: unknown): unknown => {
    if (isSecret(value)) return plain(value.value);
    if (isAsset(value)) return declaredAsset(value, root);
    if (Array.isArray(value)) return value.map(plain);
    if (isObject(value)) return mapValues(value, plain);
    return value;
  };
  return mapValues(values, plain);
}

function declaredAsset(value: Values, root: string): DeclaredAsset {
  const { hash, path: file, text, uri, assets } = value;
  return {
    ...(typeof hash === "string" && hash !== "" && { hash }),
    ...(typeof file === "string" && file !== "" && { path: path.resolve(root, file) }),
    ...(typeof text === "string" && text !== "" && { text }),
    ...(typeof uri === "string" && uri !== "" && { uri }),
    ...(isObject(assets) && {
      entries: Object.fromEntries(
        Object.entries(assets)
          .filter((entry): entry is [string, Values] => isAsset(entry[1]))
          .map(([name, entry]) => [name, declaredAsset(entry, root)]),
      ),
    }),
  };
}
