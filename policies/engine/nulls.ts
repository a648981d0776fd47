/**
 * Takes the nulls out of a block, at any depth: a program in JSON or YAML, and some SDKs, write null for what is not
 * set, where a policy looks for `undefined`.
 *
 * In place, as the properties of a resource refer to one object, which the library unpacks anew for each policy. Values
 * are read from their descriptors: through the library's proxy an unknown one would throw.
 */
export function dropNulls(block: object): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(block))) {
    if (value === null) {
      Reflect.deleteProperty(block, name);
    } else if (Array.isArray(value)) {
      const items = value as unknown[];
      if (items.includes(null)) {
        items.splice(0, items.length, ...items.filter((item) => item !== null));
      }
      dropNulls(items);
    } else if (isPlain(value)) {
      dropNulls(value);
    }
  }
}

/** Assets and archives are objects of classes and stay as they are. */
function isPlain(value: unknown): value is object {
  return value instanceof Object && Object.getPrototypeOf(value) === Object.prototype;
}
