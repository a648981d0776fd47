import type { DeclaredResource } from "../provider/data-plane";

/** Typed access to declared inputs; an error names resource and property. For values that other resources made. */
export class Declared {
  readonly #where: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(where: string, values: Readonly<Record<string, unknown>>) {
    this.#where = where;
    this.#values = values;
  }

  static inputsOf(resource: DeclaredResource): Declared {
    return new Declared(`${resource.type} "${resource.name}"`, resource.inputs);
  }

  block(name: string): Declared {
    return new Declared(`${this.#where} ${name}`, this.#value(name, "a block", isRecord, {}));
  }

  blocks(name: string): Declared[] {
    const value = this.#value(name, "a list of blocks", isListOf(isRecord), []);
    return value.map((item, index) => new Declared(`${this.#where} ${name}[${index}]`, item));
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  string(name: string, fallback?: string): string {
    return this.#value(name, "a string", isString, fallback);
  }

  number(name: string, fallback?: number): number {
    return this.#value(name, "a number", (value) => typeof value === "number", fallback);
  }

  boolean(name: string, fallback?: boolean): boolean {
    return this.#value(name, "true or false", (value) => typeof value === "boolean", fallback);
  }

  strings(name: string): string[] {
    return this.#value(name, "a list of strings", isListOf(isString), []);
  }

  /** An error that lists what of the declaration cannot be carried out here. */
  refused(problems: readonly string[]): Error {
    const lines = problems.map((problem) => `\n- ${problem}`);
    return new Error(`${this.#where} cannot run on this machine:${lines.join("")}`);
  }

  stringMap(name: string): Readonly<Record<string, string>> {
    const value = this.#value(name, "strings by name", isRecord, {});
    if (!Object.values(value).every(isString)) throw this.#wrong(name, "strings by name");
    return value as Record<string, string>;
  }

  #value<T>(
    name: string,
    wanted: string,
    is: (value: unknown) => value is T,
    fallback: T | undefined,
  ): T {
    const value = this.#values[name] ?? fallback;
    if (!is(value)) throw this.#wrong(name, wanted);
    return value;
  }

  #wrong(name: string, wanted: string): Error {
    const got = JSON.stringify(this.#values[name]);
    return new Error(`${this.#where}: ${name} must be ${wanted}; got ${got}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isListOf<T>(is: (item: unknown) => item is T): (value: unknown) => value is T[] {
  return (value): value is T[] => Array.isArray(value) && value.every(is);
}
