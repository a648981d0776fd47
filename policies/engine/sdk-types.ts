import declarations from "../policies.json";
import table from "./sdk-table.json";
import { known } from "./known";

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
  const values = block as Readonly<Record<string, unknown>>;
  if (rest.length === 0) {
    return [{ path: `${prefix}${property}`, block: values, property }];
  }
  const read = known(() => ({ value: values[property] }));
  const here = { path: `${prefix}${property}`, block: values, property };
  if (read === undefined) {
    return [here];
  }
  if (!Array.isArray(read.value)) {
    return read.value instanceof Object
      ? placesAt(read.value, rest.join("."), `${here.path}.`)
      : [];
  }
  const list = read.value as readonly unknown[];
  return Array.from(list.keys()).flatMap((index) => {
    const item = known(() => ({ value: list[index] }));
    const place = `${here.path}[${index}]`;
    return item === undefined
      ? [{ path: place, block: list as unknown as Placed["block"], property: String(index) }]
      : item.value instanceof Object
        ? placesAt(item.value, rest.join("."), `${place}.`)
        : [];
  });
}

/** Every type that takes tags. */
export const taggableTypes = typesWith("tags");

/** Types whose resources hold what no second deployment brings back. */
export const statefulTypes = declarations["stateful-resource-protection"].settings.types.default;
