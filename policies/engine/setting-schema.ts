import type { PolicyConfigSchema } from "@pulumi/policy";

type JsonSchema = PolicyConfigSchema["properties"][string];

/** One configurable value of a policy: its JSON schema, from which its TypeScript type follows. */
export type Setting<T> = Omit<JsonSchema, "default" | "description"> & {
  readonly description: string;
  readonly default: T;
};

export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values that a policy reads when it declares the settings `S`. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** Ends of a range, both allowed; without a maximum it has no end. */
type Range = readonly [minimum: number, maximum?: number];

/** A whole number in a range. */
export function integer(description: string, byDefault: number, range: Range): Setting<number> {
  return { type: "integer", description, default: byDefault, ...rangeSchema(range) };
}

/** A switch. Its default must be the stricter position. */
export function flag(description: string, byDefault: boolean): Setting<boolean> {
  return { type: "boolean", description, default: byDefault };
}

/** A text that matches `pattern`, a regular expression. */
export function text(description: string, byDefault: string, pattern: string): Setting<string> {
  return { type: "string", description, default: byDefault, pattern };
}

/**
 * A list of different texts, possibly empty.
 *
 * @param byDefault the texts, or one with a space between those that have none
 */
export function texts(
  description: string,
  byDefault: string | readonly string[] = [],
): Setting<readonly string[]> {
  const items = { type: "string", minLength: 1 } as const;
  const list = typeof byDefault === "string" ? byDefault.split(" ") : byDefault;
  return { type: "array", items, uniqueItems: true, description, default: list };
}

/** A list of different whole numbers in a range, possibly empty. */
export function integers(
  description: string,
  byDefault: readonly number[],
  range: Range,
): Setting<readonly number[]> {
  const items = { type: "integer", ...rangeSchema(range) } as const;
  return { type: "array", items, uniqueItems: true, description, default: byDefault };
}

function rangeSchema([minimum, maximum]: Range) {
  return { minimum, ...(maximum !== undefined && { maximum }) };
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
  const problems = [
    ...Object.keys(given)
      .filter((key) => !keys.includes(key))
      .map((key) => `there is no key ${key}, only ${keys.join(", ")}`),
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
    return floor !== ceiling && Number(values[floor]) > Number(values[ceiling])
      ? [
          `${floor} is ${String(values[floor])}, above ${ceiling}, which is ${String(values[ceiling])}`,
        ]
      : [];
  });
}

function valuesOf(
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(settings).map(([key, setting]) => [key, setting.default]);
  return { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...given };
}
