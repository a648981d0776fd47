import type { ResourceStep } from "../engine/run-record";
import { logicalName, nameRule } from "../provider/names";
import { isObject, mapValues } from "../provider/values";

/** Shorter values are in too many properties that have nothing to do with the resource. */
const minLength = 8;

/**
 * Values that differ because another resource is replaced, or gets a new version.
 *
 * @returns a value of a resource as it would be if only others changed, whose names `causes` takes
 */
export function consequencesOf(steps: readonly ResourceStep[]) {
  const changed = new Map<string, { readonly value: string; readonly urn: string }>();
  for (const { urn, type, op, old, inputs, outputs } of steps) {
    if (old === undefined || (op !== "replace" && op !== "update")) continue;
    for (const [name, before] of Object.entries(old.outputs)) {
      const after = outputs[name];
      // What the program sets is no consequence of this resource, except for its name.
      if (name in inputs && (op === "update" || name !== nameRule(type).property)) continue;
      if (typeof before !== "string" || typeof after !== "string") continue;
      if (before === after || before.length < minLength) continue;
      changed.set(before, { value: after, urn });
    }
  }
  // The longest of several values that begin alike comes first.
  const pattern = new RegExp(
    [...changed.keys()]
      .sort((a, b) => b.length - a.length)
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g",
  );
  const applied = (value: unknown, urn: string, causes: Set<string>): unknown => {
    if (Array.isArray(value)) return value.map((item) => applied(item, urn, causes));
    if (isObject(value)) return mapValues(value, (item) => applied(item, urn, causes));
    if (typeof value !== "string" || value.length < minLength) return value;
    return value.replace(pattern, (found) => {
      const next = changed.get(found);
      if (next === undefined || next.urn === urn) return found;
      causes.add(logicalName(next.urn));
      return next.value;
    });
  };
  return <T>(value: T, urn: string, causes: Set<string>): T =>
    changed.size === 0 ? value : (applied(value, urn, causes) as T);
}
