import type { DeclaredResource } from "../provider/data-plane";

/**
 * Reads what a program declared, with a message that names resource and property where a value is not what the
 * service needs. The provider has checked types by then; this is for values from other resources.
 */
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

  /** A block; an absent one is empty. */
  block(name: string): Declared {
    const value = this.#values[name] ?? {};
    if (!isRecord(value)) throw this.#wrong(name, "a block");
    return new Declared(`${this.#where} ${name}`, value);
  }

  blocks(name: string): Declared[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value) || !value.every(isRecord)) {
      throw this.#wrong(name, "a list of blocks");
    }
    return value.map((item, index) => new Declared(`${this.#where} ${name}[${index}]`, item));
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  string(name: string, fallback?: string): string {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== "string") throw this.#wrong(name, "a string");
    return value;
  }

  number(name: string, fallback?: number): number {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== "number") throw this.#wrong(name, "a number");
    return value;
  }

  boolean(name: string, fallback?: boolean): boolean {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  strings(name: string): string[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
      throw this.#wrong(name, "a list of strings");
    }
    return value as string[];
  }

  stringMap(name: string): Readonly<Record<string, string>> {
    const value = this.#values[name] ?? {};
    if (!isRecord(value) || Object.values(value).some((item) => typeof item !== "string")) {
      throw this.#wrong(name, "strings by name");
    }
    return value as Record<string, string>;
  }

  #wrong(name: string, wanted: string): Error {
    return new Error(
      `${this.#where}: ${name} must be ${wanted}; got ${JSON.stringify(this.#values[name])}`,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
