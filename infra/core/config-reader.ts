import * as pulumi from "@pulumi/pulumi";
import type { ValidateFunction } from "ajv";
import { closest, distance } from "fastest-levenshtein";
import { type AnyForm, type Form, type Naming, Problems, type Range } from "./validate";

/** Share of a word's letters that may be wrong in what is still taken for it. */
const errorShare = 1 / 3;

/** The word that another was probably meant to be; undefined when none is near. */
export function nearest(wrong: string, words: Iterable<string>): string | undefined {
  const spellings = new Map([...words].map((word) => [word.toLowerCase(), word]));
  const lowerCase = wrong.toLowerCase();
  const best = closest(lowerCase, [...spellings.keys()]);
  return distance(lowerCase, best) <= best.length * errorShare ? spellings.get(best) : undefined;
}

/** What an error says of a key that is none of these. */
export function meantOf(key: string, keys: readonly string[]): string {
  const meant = nearest(key, keys);
  return meant === undefined ? `the keys are ${keys.join(", ")}` : `did you mean ${meant}?`;
}

/** Origin of a configuration, such as the file of a stack. */
export interface ConfigSource {
  /** Namespace of the keys; empty for arguments of a component. */
  readonly name: string;
  get(key: string): string | undefined;
  /** Full names of all keys, those of other namespaces included. */
  names(): readonly string[];
}

/**
 * The configuration of the stack, parsed once: `pulumi.Config` parses all of it for each key.
 * @param name - namespace of the keys
 */
export function stackSource(name: string = pulumi.getProject()): ConfigSource {
  const values = pulumi.runtime.allConfig();
  return { name, get: (key) => values[`${name}:${key}`], names: () => Object.keys(values) };
}

/**
 * Reads the keys of one namespace and files every problem under the key that has it.
 * What is missing or wrong is read as a value that no check complains about a second time; the collected problems keep
 * it from being used.
 */
export class ConfigReader {
  readonly problems = new Problems();
  readonly #config: ConfigSource;
  readonly #keys = new Set<string>();
  readonly #replaced = new Map<string, string>();

  constructor(config: ConfigSource) {
    this.#config = config;
  }

  boolean(key: string): boolean {
    return this.oneOf(key, ["true", "false"]) === "true";
  }

  /** Numbers that follow from others: `integer` gives them in place of what is configured under their keys. */
  replace(numbers: Readonly<Record<string, number>>): void {
    for (const [key, value] of Object.entries(numbers)) this.#replaced.set(key, String(value));
  }

  /** @returns NaN for what is not a number */
  integer(key: string, range: Range): number {
    const configured = this.#text(key);
    const text = this.#replaced.get(key) ?? configured;
    if (text === undefined) return NaN;
    // Number() alone would take "", " 1" and "0x10", which are mistakes.
    const value = /^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text;
    this.problems.integer(this.name(key), value, range);
    return typeof value === "number" ? value : NaN;
  }

  /** One of a few whole numbers. */
  choice(key: string, allowed: readonly [number, ...number[]]): number {
    return Number(this.oneOf(key, [String(allowed[0]), ...allowed.slice(1).map(String)]));
  }

  oneOf<Value extends string>(key: string, allowed: readonly [Value, ...Value[]]): Value {
    const text = this.#text(key);
    if (text !== undefined) this.problems.oneOf(this.name(key), text, allowed);
    return allowed.find((value) => value === text) ?? allowed[0];
  }

  /** Any text, or none: an empty one. */
  text(key: string): string | undefined {
    const text = this.#text(key);
    return text === "" ? undefined : text;
  }

  /** A text of a certain form. */
  form(key: string, form: AnyForm): string {
    const text = this.#text(key);
    if (text !== undefined) this.problems.matches(this.name(key), text, form);
    return text ?? "";
  }

  /** A text of a certain form, or none: an empty one. */
  optionalForm(key: string, form: AnyForm): string | undefined {
    const text = this.#text(key);
    if (text === undefined || text === "") return undefined;
    this.problems.matches(this.name(key), text, form);
    return text;
  }

  /** A list of texts of a certain form that differ from each other. */
  forms(key: string, length: Range, form: Form): string[] {
    const texts = this.strings(key, length);
    for (const text of texts) this.problems.matches(this.name(key), text, form);
    return texts;
  }

  /** A list of texts that differ from each other. */
  strings(key: string, length: Range): string[] {
    const text = this.#text(key);
    if (text === undefined) return [];
    const value = parse(text);
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      this.problems.add(`${this.name(key)} must be a list of strings; got ${text}`);
      return [];
    }
    this.problems.distinct(this.name(key), value, length);
    return value;
  }

  /** Structured data, empty where it does not have the form. */
  list<Item>(key: string, conforms: ValidateFunction<Item[]>): Item[] {
    const text = this.#text(key);
    if (text === undefined) return [];
    const value = parse(text);
    if (conforms(value)) return value;
    for (const { instancePath, message = "is wrong", params } of conforms.errors ?? []) {
      const place = instancePath.replace(/^\//, " ").replaceAll("/", ".");
      const { allowedValues, additionalProperty } = params as ErrorParams;
      const named = additionalProperty ?? allowedValues?.join(", ");
      const which = named === undefined ? "" : `: ${named}`;
      this.problems.add(`${this.name(key)}${place} ${message}${which}; got ${text}`);
    }
    return [];
  }

  /**
   * Complains about unknown keys of the namespace, and about known keys under another one.
   * @param declared - keys that are known without having been read
   */
  rejectUnknownKeys(declared: readonly string[]): void {
    const known = new Set([...this.#keys, ...declared]);
    const keys = [...known].sort();
    for (const name of [...this.#config.names()].sort()) {
      const [namespace, key = ""] = name.split(":");
      if (namespace !== this.#config.name) {
        // As after a change of the project's name: the key would be ignored, and its default used.
        this.problems.require(
          !known.has(key) || providers.includes(namespace ?? ""),
          `${name} is not read: the project is ${this.#config.name}. Rename it to ${this.name(key)}`,
        );
        continue;
      }
      if (known.has(key)) continue;
      this.problems.add(`${name} is not a key of this program; ${meantOf(key, keys)}`);
    }
  }

  /** The full name of a key, as `pulumi config set` takes it. */
  name(key: string): string {
    return this.#config.name === "" ? key : `${this.#config.name}:${key}`;
  }

  /** The names of the keys that configure the arguments of a component, for its checks. */
  names<Key extends string>(keys: Readonly<Record<Key, string>>): Naming<Key> {
    return (key) => this.name(keys[key]);
  }

  #text(key: string): string | undefined {
    this.#keys.add(key);
    const text = this.#config.get(key);
    if (text === undefined) {
      this.problems.add(
        `${this.name(key)} is not set. Run the command in the project folder; the default comes from Pulumi.yaml`,
      );
    }
    return text;
  }
}

/** Namespaces of providers, whose keys may have any name. */
const providers = ["aws", "awsx", "pulumi"];

/** What an error of the schema is about, of the kinds that name something. */
interface ErrorParams {
  readonly allowedValues?: readonly string[];
  readonly additionalProperty?: string;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
