import type { ResourceStep } from "../engine/run-record";
import { logicalName, nameRule } from "../provider/names";
import { isObject, mapValues } from "../provider/values";

/** Shorter values are in too many properties that have nothing to do with the resource. */
const minLength = 8;

/** Values that differ because another resource is replaced, or gets a new version. */
export class Consequences {
  readonly #next = new Map<string, { readonly value: string; readonly urn: string }>();

  constructor(steps: readonly ResourceStep[]) {
    for (const { urn, type, op, old, inputs, outputs } of steps) {
      if (old === undefined || (op !== "replace" && op !== "update")) continue;
      for (const [name, before] of Object.entries(old.outputs)) {
        const after = outputs[name];
        // What the program sets is no consequence of this resource, except for its name.
        if (name in inputs && (op === "update" || name !== nameRule(type).property)) continue;
        if (typeof before !== "string" || typeof after !== "string") continue;
        if (before === after || before.length < minLength) continue;
        this.#next.set(before, { value: after, urn });
      }
    }
  }

  /**
   * A value of a resource as it would be if only others changed.
   *
   * @param causes - takes the names of those others.
   */
  apply<T>(value: T, urn: string, causes: Set<string>): T {
    return this.#next.size === 0 ? value : (this.#applied(value, urn, causes) as T);
  }

  #applied(value: unknown, urn: string, causes: Set<string>): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#applied(item, urn, causes));
    if (isObject(value)) return mapValues(value, (item) => this.#applied(item, urn, causes));
    if (typeof value !== "string" || value.length < minLength) return value;
    return value.replace(this.#pattern, (found) => {
      const next = this.#next.get(found);
      if (next === undefined || next.urn === urn) return found;
      causes.add(logicalName(next.urn));
      return next.value;
    });
  }

  /** The longest of several values that begin alike comes first. */
  get #pattern(): RegExp {
    this.#known ??= new RegExp(
      [...this.#next.keys()]
        .sort((a, b) => b.length - a.length)
        .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("|"),
      "g",
    );
    return this.#known;
  }

  #known: RegExp | undefined;
}
