import { UnknownValueError } from "@pulumi/policy";

/**
 * A value, or `undefined` while it is unknown in a preview. For values that no program can know earlier, which the
 * update judges; of an unknown size or switch the engine reports that the policy could not run.
 */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return undefined;
    }
    throw error;
  }
}

/** The value of JSON text; `undefined` where it is none. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The value of a property in a box, or `undefined` while it is unknown in a preview. */
export function boxed(block: object, property: string): { readonly value: unknown } | undefined {
  return known(() => ({ value: (block as Readonly<Record<string, unknown>>)[property] }));
}

/** A verdict that has to wait: what it hangs on is unknown in a preview and can be no earlier. */
export class Undecided extends Error {
  /** @param property what is unknown */
  constructor(property: string) {
    super(`${property} depends on a resource that is yet to be made; the update judges it.`);
    this.name = "Undecided";
  }
}

/**
 * A value without which there is no verdict, such as a policy document.
 *
 * @throws Undecided where it is unknown in a preview
 */
export function decisive(props: object, property: string): unknown {
  const read = boxed(props, property);
  if (read === undefined) {
    throw new Undecided(property);
  }
  return read.value;
}

/**
 * Whether a value is set: to more than null, an empty text, an empty list or an empty block, all of which the provider
 * leaves out. Policies ask nothing else whether a property is there.
 */
export function isPresent<T>(value: T): value is NonNullable<T> {
  if (value instanceof Object) {
    return (Array.isArray(value) ? value : given(value)).length > 0;
  }
  return value !== undefined && value !== null && value !== "";
}

/** Whether a property is set, as {@link isPresent} reads it. What is unknown in a preview is set. */
export function isSet(block: object, property: string): boolean {
  const read = boxed(block, property);
  return read === undefined || isPresent(read.value);
}

/** Names of the values that a program gave a block; the provider adds notes of its own, such as __defaults. */
export function given(block: object | undefined): readonly string[] {
  return Object.keys(block ?? {}).filter((key) => !key.startsWith("__"));
}
