import type { PolicyConfigSchema } from "@pulumi/policy";

type JsonSchema = PolicyConfigSchema["properties"][string];

/** One configurable value of a policy: its JSON schema, of which the default decides the type. */
export type Setting<T> = Omit<Partial<JsonSchema>, "default" | "description"> & {
  readonly description: string;
  /** The strictest value. */
  readonly default: T;
};

export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values that a policy reads when it declares the settings `S`. */
export type Values<S> = {
  readonly [K in keyof S]: S[K] extends { readonly default: infer T } ? Value<T> : never;
};

/** An empty list is one of texts. */
type Value<T> = [T] extends [readonly never[]]
  ? readonly string[]
  : T extends readonly (infer Item)[]
    ? readonly Value<Item>[]
    : T extends number
      ? number
      : T extends string
        ? string
        : T extends boolean
          ? boolean
          : T;

/** Settings with all of their JSON schema: numbers are whole, and lists hold different texts unless they say otherwise. */
export function schemasOf(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [key, schemaOf(setting)]),
  );
}

function schemaOf(setting: Setting<unknown>): Setting<unknown> {
  const { default: value } = setting;
  if (Array.isArray(value)) {
    const items = { type: "string", minLength: 1 } as const;
    return { type: "array", items, uniqueItems: true, ...setting };
  }
  const type = typeof value === "number" ? "integer" : (typeof value as "boolean" | "string");
  return { type, ...setting };
}

/** A configuration that cannot be meant: the run stops instead of judging by it. */
export class ConfigurationError extends Error {
  constructor(policy: string, problems: readonly string[]) {
    super(`The configuration of policy ${policy} is wrong: ${problems.join("; ")}.`);
    this.name = "ConfigurationError";
    // The engine prints the stack, which does not help with a mistyped key.
    this.stack = this.message;
  }
}

/**
 * The configured values, else the defaults. The engine checks types and ranges; unknown keys and floors above ceilings
 * are refused here.
 *
 * @throws ConfigurationError that names every problem
 */
export function configuredValues<S extends Settings>(
  policy: string,
  settings: S,
  given: Readonly<Record<string, unknown>>,
): Values<S> {
  const keys = Object.keys(settings);
  const unknown = Object.keys(given).filter((key) => !keys.includes(key));
  const problems = [
    ...unknown.map((key) => `there is no key ${key}, only ${keys.join(", ")}`),
    ...configuredProblems(settings, given),
  ];
  if (problems.length > 0) {
    throw new ConfigurationError(policy, problems);
  }
  return valuesOf(settings, given) as Values<S>;
}

/** Floors above their ceilings: a floor is a setting min… and its ceiling the setting max… of the same thing. */
export function configuredProblems(
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  const values = valuesOf(settings, given);
  return Object.keys(settings).flatMap((floor) => {
    const ceiling = floor.replace(/^min/, "max");
    const [least, most] = [values[floor], values[ceiling]];
    return floor !== ceiling && Number(least) > Number(most)
      ? [`${floor} is ${String(least)}, above ${ceiling}, which is ${String(most)}`]
      : [];
  });
}

function valuesOf(
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(settings).map(
    ([key, setting]) => [key, setting.default] as const,
  );
  return { ...Object.fromEntries(defaults), ...given };
}
