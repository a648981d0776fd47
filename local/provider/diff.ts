import { factsOf, type PropertyFacts } from "./facts";
import { isAutoName, nameRule } from "./names";
import { isAsset, isObject, pathTo, reveal, UNKNOWN, type Values } from "./values";

/** What an update changes in one property. */
export interface Change {
  readonly kind: "ADD" | "DELETE" | "UPDATE";
  /** The property cannot change in place. */
  readonly replaces: boolean;
}

export interface Difference {
  /** By path, such as `streamModeDetails.streamMode` or `subnetIds[1]`; empty without a change. */
  readonly changes: Readonly<Record<string, Change>>;
  /** The old resource must go first, for the new one bears the same name. */
  readonly deleteBeforeReplace: boolean;
}

/** Properties whose change replaces a resource because of the value of another one. */
const REPLACED_WHEN: Readonly<Record<string, (news: Values) => readonly string[]>> = {
  "aws:ec2/instance:Instance": ({ userDataReplaceOnChange }) =>
    userDataReplaceOnChange === true ? ["userData", "userDataBase64"] : [],
};

/** Compares a resource's inputs as deployed with those that the program wants now. */
export function diff(type: string, olds: Values, news: Values): Difference {
  const changes: Record<string, Change> = {};
  compareProperties(olds, news, { path: "", facts: factsOf(type), replaces: false, changes });
  for (const name of REPLACED_WHEN[type]?.(news) ?? []) {
    if (changes[name]) changes[name] = { ...changes[name], replaces: true };
  }
  const { property } = nameRule(type);
  const sameName = olds[property] !== undefined && olds[property] === news[property];
  return { changes, deleteBeforeReplace: sameName && !isAutoName(olds[property]) };
}

interface Context {
  readonly path: string;
  /** Of the properties inside; empty where only values are inside. */
  readonly facts: PropertyFacts;
  readonly replaces: boolean;
  readonly changes: Record<string, Change>;
}

function compareProperties(olds: Values, news: Values, context: Context): void {
  for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    const fact = context.facts[name];
    compare(olds[name], news[name], {
      ...context,
      path: pathTo(context.path, name),
      facts: fact?.properties ?? {},
      replaces: context.replaces || fact?.replaces === true,
    });
  }
}

function compare(oldValue: unknown, newValue: unknown, context: Context): void {
  const before = comparable(oldValue);
  const after = comparable(newValue);
  if (before === after && after !== UNKNOWN) return;
  // A block that comes or goes is looked into: what replaces the resource may be inside.
  const absent = Object.keys(context.facts).length > 0 ? {} : undefined;
  const olds = before ?? absent;
  const news = after ?? absent;
  // As in the Terraform SDK, which the provider bridges: a block that replaces does so by coming or going.
  const inside =
    absent !== undefined && sizeOf(before) === sizeOf(after)
      ? { ...context, replaces: false }
      : context;
  if (Array.isArray(before ?? after) && olds !== undefined && news !== undefined) {
    const [oldItems, newItems] = [items(olds), items(news)];
    for (let i = 0; i < Math.max(oldItems.length, newItems.length); i++) {
      compare(oldItems[i], newItems[i], { ...inside, path: `${context.path}[${i}]` });
    }
  } else if (isObject(olds) && isObject(news)) {
    compareProperties(olds, news, inside);
  } else {
    const kind = before === undefined ? "ADD" : after === undefined ? "DELETE" : "UPDATE";
    context.changes[context.path] = { kind, replaces: context.replaces };
  }
}

/** How many blocks a value is. */
function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : value === undefined ? 0 : 1;
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Secrets by their value, assets by their content, null as absent. */
function comparable(value: unknown): unknown {
  const revealed = reveal(value) ?? undefined;
  return isAsset(revealed) ? `asset ${String(revealed["hash"])}` : revealed;
}
