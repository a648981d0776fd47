import declarations from "../policies.json";
import table from "./sdk-table.json";
import { boxed } from "./known";

/** Paths of the properties by which policies find types, by type token; of every type of @pulumi/aws. */
const paths: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(table).flatMap(([service, types]) =>
    Object.entries(types).map(([type, marks]: [string, string]) => [
      sdkToken(service, type),
      marks === "" ? [] : marks.split(" "),
    ]),
  ),
);

/** Every resource type of the SDK that the pack was built with. */
export const sdkTypes: readonly string[] = [...paths.keys()];

/** The token of a type, such as aws:kinesis/stream:Stream of kinesis and Stream. */
export function sdkToken(service: string, type: string): string {
  return `aws:${service}/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`;
}

/** The tokens of types that are written kinesis.Stream, with a space between. */
export function sdkTokens(names: string): readonly string[] {
  return names.split(" ").map((name) => {
    const [service = "", type = ""] = name.split(".");
    return sdkToken(service, type);
  });
}

/** The type token of a class of a provider's SDK, such as aws:kinesis/stream:Stream. */
export function typeToken(resourceClass: object): string {
  const { __pulumiType: token } = resourceClass as { readonly __pulumiType?: string };
  if (token === undefined) {
    throw new Error("Only the classes of a provider's SDK have a type token.");
  }
  return token;
}

/** Paths in a type whose last segment is one of some names, such as details.policy. */
export function pathsOf(type: string, names: readonly string[]): readonly string[] {
  return (paths.get(type) ?? []).filter((path) => names.includes(path.split(".").at(-1) ?? ""));
}

/** The types with such a path. */
export function typesWith(...names: readonly string[]): readonly string[] {
  return sdkTypes.filter((type) => pathsOf(type, names).length > 0);
}

/** A value and where it stands, such as launchSpecifications[1].instanceType. */
export interface Placed {
  readonly path: string;
  /** What has the value as a property. */
  readonly block: Readonly<Record<string, unknown>>;
  readonly property: string;
}

/** The places that a path leads to, through every element of lists; what is unknown on the way is a place itself. */
export function placesAt(block: object, path: string, prefix = ""): readonly Placed[] {
  const [property = "", ...rest] = path.split(".");
  return placesIn(block, property, `${prefix}${property}`, rest.join("."));
}

function placesIn(owner: object, property: string, path: string, rest: string): readonly Placed[] {
  const block = owner as Placed["block"];
  const read = rest === "" ? undefined : boxed(block, property);
  if (read === undefined) {
    return [{ path, block, property }];
  }
  const { value } = read;
  if (Array.isArray(value)) {
    const indices = Array.from(value.keys(), String);
    return indices.flatMap((index) => placesIn(value, index, `${path}[${index}]`, rest));
  }
  return value instanceof Object ? placesAt(value, rest, `${path}.`) : [];
}

/** Every type that takes tags. */
export const taggableTypes = typesWith("tags");

/** Types whose resources hold what no second deployment brings back. */
export const statefulTypes = declarations["stateful-resource-protection"].settings.types.default;
