/** A value that a column can hold. */
export type Scalar = string | number | boolean | null;

/**
 * Takes what is nested apart, so that each value has a column: `{ a: { b: 1 } }` becomes `{ a_b: 1 }`. A list has no
 * columns and becomes JSON text.
 */
export function flatten(event: Readonly<Record<string, unknown>>): Record<string, Scalar> {
  return Object.fromEntries(Object.entries(event).flatMap(([key, value]) => columns(key, value)));
}

function columns(key: string, value: unknown): (readonly [string, Scalar])[] {
  if (Array.isArray(value)) return [[key, JSON.stringify(value)]];
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([inner, nested]) => columns(`${key}_${inner}`, nested));
  }
  return [[key, value as Scalar]];
}
