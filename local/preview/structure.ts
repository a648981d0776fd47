import { isDeepStrictEqual } from "node:util";
import { isObject, pathTo, type Values } from "../provider/values";

/** A part of a property that changes, by path. */
export interface PropertyChange {
  /** Such as `rules[0].prefix`, `metricQueries["lag"].period` or `dashboardBody.widgets["Lag"]`. */
  readonly path: string;
  /** Undefined where only the other side has it. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Compares two values by meaning: JSON text by its content, lists by what their elements are called or contain,
 * texts by lines.
 */
export function structuralChanges(path: string, before: unknown, after: unknown): PropertyChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, next] = [parsed(before), parsed(after)];
  if (Array.isArray(old) && Array.isArray(next)) return listChanges(path, old, next);
  if (isObject(old) && isObject(next)) {
    return [...new Set([...Object.keys(old), ...Object.keys(next)])].flatMap((name) =>
      structuralChanges(pathTo(path, name), old[name], next[name]),
    );
  }
  if (isText(before) && isText(after)) return [lineChange(path, before, after)];
  return [{ path, before, after }];
}

/** The value at a path such as `rules[0].filter.prefix` or `tags["cost centre"]`. */
export function valueAt(root: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|[^.[\]]+/g)];
  return steps.reduce<unknown>((value, [step, quoted]) => {
    const key = quoted === undefined ? step : (JSON.parse(`"${quoted}"`) as string);
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isObject(value) ? value[key] : undefined;
  }, root);
}

/** The content of JSON text, any other value as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function listChanges(path: string, old: readonly unknown[], next: readonly unknown[]) {
  const [oldLabels, nextLabels] = [labelsOf(old), labelsOf(next)];
  const changes =
    oldLabels && nextLabels
      ? [...new Set([...oldLabels.keys(), ...nextLabels.keys()])].flatMap((label) => {
          const place = `${path}[${JSON.stringify(label)}]`;
          return structuralChanges(place, oldLabels.get(label), nextLabels.get(label));
        })
      : bagChanges(path, old, next);
  // A new widget moves those below it.
  const shown = changes.filter((change) => !/widgets\[.*\]\.[xy]$/.test(change.path));
  const moved = changes.length - shown.length;
  if (moved > 0) shown.push({ path: `${path} (positions)`, before: undefined, after: moved });
  return shown.length > 0 ? shown : [{ path: `${path} (order)`, before: old, after: next }];
}

/** What both lists have stays, in whatever order. */
function bagChanges(path: string, old: readonly unknown[], next: readonly unknown[]) {
  const [removed, added] = [without(old, next), without(next, old)];
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, index) => {
    const at = index < added.length ? next.indexOf(added[index]) : old.indexOf(removed[index]);
    return structuralChanges(`${path}[${at}]`, removed[index], added[index]);
  }).flat();
}

function without(items: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const left = others.map((other) => JSON.stringify(other));
  return items.filter((item) => {
    const index = left.indexOf(JSON.stringify(item));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** The elements by what they are called; undefined where they have no names of their own. */
function labelsOf(items: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const labels = new Map(items.map((item) => [labelOf(item), item]));
  return labels.size === items.length && !labels.has(undefined)
    ? (labels as ReadonlyMap<string, unknown>)
    : undefined;
}

const labelProperties = ["id", "Id", "Sid", "sid", "name", "Name", "title", "propertyGroupId"];

function labelOf(item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  const inner: Values = isObject(item["properties"]) ? item["properties"] : {};
  const { title, markdown } = inner;
  return [...labelProperties.map((name) => item[name]), title, markdown].find(
    (label): label is string => typeof label === "string",
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.includes("\n");
}

function lineChange(path: string, before: string, after: string): PropertyChange {
  const [old, next] = [before.split("\n"), after.split("\n")];
  const { start, end } = commonEnds(old, next);
  return {
    path: `${path} from line ${start + 1}`,
    before: old.slice(start, old.length - end).join("\n"),
    after: next.slice(start, next.length - end).join("\n"),
  };
}

/** How many elements two sequences have in common at their starts and at their ends. */
export function commonEnds(
  old: ArrayLike<unknown>,
  next: ArrayLike<unknown>,
): { readonly start: number; readonly end: number } {
  const shorter = Math.min(old.length, next.length);
  let start = 0;
  while (start < shorter && old[start] === next[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === next[next.length - 1 - end]) {
    end += 1;
  }
  return { start, end };
}

/** A value in words. */
export function valueText(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}
