import { isIPv4 } from "node:net";

/** A closed range of whole numbers. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a text must look like, and how to say so. */
export interface Form<Pattern extends Pick<RegExp, "test"> = RegExp> {
  readonly pattern: Pattern;
  readonly description: string;
}
export type AnyForm = Form<Pick<RegExp, "test">>;

/** An IPv4 network whose prefix has a length inside the range. */
export function cidr({ min, max }: Range): AnyForm {
  return {
    pattern: {
      test: (text) => {
        const [, address = "", prefix = ""] = /^([0-9.]+)\/([0-9]+)$/.exec(text) ?? [];
        const bits = Number(prefix);
        const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
        // AWS takes the first address of a network for its name, and no other.
        return isIPv4(address) && bits >= min && bits <= max && number % 2 ** (32 - bits) === 0;
      },
    },
    description: `an IPv4 network in CIDR notation with a prefix of ${min} to ${max} bits, such as 10.0.0.0/16`,
  };
}

/** What a value must be: a whole number in a range, a text of a form, or one of a few. */
export type Rule = Range | AnyForm | readonly (number | string)[];

/**
 * What a check calls an argument in its messages: a component its own name, the configuration that of the key.
 */
export type Naming<Key extends string> = (key: Key) => string;

/** The name of an argument, unchanged. */
export const ownName = (key: string): string => key;

/**
 * Collects every complaint about a set of plain values, so that a reader fixes them in one go.
 * Each complaint names the value, its limit and, where it is not obvious, the fix.
 */
export class Problems {
  readonly #found: string[] = [];

  /** The complaints so far, in the order in which they were found. */
  get found(): readonly string[] {
    return this.#found;
  }

  /** Adds a complaint that needs more than one value to explain. */
  add(problem: string): void {
    this.#found.push(problem);
  }

  /** Adds the complaint unless the condition holds. */
  require(condition: boolean, problem: string): void {
    if (!condition) this.add(problem);
  }

  /**
   * Complains about each value that breaks the rule of its name, and of a list about each item. What is left out, or known
   * by the deployment alone, is passed over.
   * @param prefix - of the names, such as `transform.`
   */
  check<Values extends object>(
    values: Values,
    rules: { readonly [Key in keyof Values]?: Rule },
    prefix = "",
  ): void {
    for (const [key, rule] of Object.entries<Rule>(rules as Record<string, Rule>)) {
      for (const item of [values[key as keyof Values]].flat()) {
        if (typeof item !== "number" && typeof item !== "string") continue;
        if ("pattern" in rule) this.matches(prefix + key, String(item), rule);
        else if ("min" in rule) this.integer(prefix + key, item, rule);
        else this.oneOf(prefix + key, item, rule);
      }
    }
  }

  /** Complains unless the value is a whole number inside the range. */
  integer(name: string, value: number | string, { min, max }: Range): void {
    this.require(
      typeof value === "number" && Number.isInteger(value) && value >= min && value <= max,
      `${name} must be an integer from ${min} to ${max}; got ${value}`,
    );
  }

  /** Complains unless the value is one of those allowed. */
  oneOf(name: string, value: number | string, allowed: readonly (number | string)[]): void {
    this.require(
      allowed.includes(value),
      `${name} must be one of ${allowed.join(", ")}; got ${value}`,
    );
  }

  /** Complains unless the value has the form. */
  matches(name: string, value: string, { pattern, description }: AnyForm): void {
    this.require(pattern.test(value), `${name} must be ${description}; got "${value}"`);
  }

  /** Complains unless there are as many values as the range says and all differ. */
  distinct(name: string, values: readonly string[] = [], { min, max }: Range): void {
    this.require(
      values.length >= min && values.length <= max && new Set(values).size === values.length,
      `${name} must be ${min} to ${max} values that differ from each other; got ${values.join(", ") || "none"}`,
    );
  }

  /**
   * Throws one error with a line for each complaint, if there is any.
   * @param heading What the complaints are about, without a colon.
   */
  throwIfAny(heading: string): void {
    if (this.#found.length === 0) return;
    throw new Error([`${heading}:`, ...this.#found.map((problem) => `- ${problem}`)].join("\n"));
  }
}
