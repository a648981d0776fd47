import { isIPv4 } from "node:net";

/** A closed range of whole numbers. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a text must look like, and how to say so. */
export interface Form {
  readonly pattern: RegExp;
  readonly description: string;
}

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
  matches(name: string, value: string, { pattern, description }: Form): void {
    this.require(pattern.test(value), `${name} must be ${description}; got "${value}"`);
  }

  /** Complains unless there are as many values as the range says and all differ. */
  distinct(name: string, values: readonly string[], { min, max }: Range): void {
    this.require(
      values.length >= min && values.length <= max && new Set(values).size === values.length,
      `${name} must be ${min} to ${max} values that differ from each other; got ${values.join(", ") || "none"}`,
    );
  }

  /** Complains unless the value is an IPv4 network whose prefix has a length inside the range. */
  cidr(name: string, value: string, { min, max }: Range): void {
    const [, address = "", prefix = ""] = /^([0-9.]+)\/([0-9]+)$/.exec(value) ?? [];
    const bits = Number(prefix);
    const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
    this.require(
      // AWS takes the first address of a network for its name, and no other.
      isIPv4(address) && bits >= min && bits <= max && number % 2 ** (32 - bits) === 0,
      `${name} must be an IPv4 network in CIDR notation with a prefix of ${min} to ${max} bits, such as 10.0.0.0/16; got "${value}"`,
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
