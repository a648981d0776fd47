import type { PlanDocument } from "../engine/plan-report";
import { diff } from "../provider/diff";
import { isObject, type Values } from "../provider/values";

type Resource = PlanDocument["resources"][number];

/** A property that two programs declare differently, by path. */
export interface PropertyChange {
  readonly path: string;
  /** Undefined where only the other program sets it. */
  readonly before: unknown;
  readonly after: unknown;
}

/** What the step from one program to another does to a resource. */
export interface ResourceChange {
  readonly kind: "add" | "change" | "replace" | "remove";
  readonly urn: string;
  readonly type: string;
  readonly properties: readonly PropertyChange[];
}

/** What a deployment of the second program would change where the first one is deployed, by URN. */
export function compare(before: PlanDocument, after: PlanDocument): readonly ResourceChange[] {
  const olds = byUrn(before);
  const news = byUrn(after);
  return [...new Set([...olds.keys(), ...news.keys()])]
    .sort()
    .flatMap((urn) => changeOf(urn, olds.get(urn), news.get(urn)));
}

function changeOf(
  urn: string,
  old: Resource | undefined,
  next: Resource | undefined,
): ResourceChange[] {
  const { type = "" } = next ?? old ?? {};
  if (old === undefined) return [{ kind: "add", urn, type, properties: [] }];
  if (next === undefined) return [{ kind: "remove", urn, type, properties: [] }];
  const olds = values(old);
  const news = values(next);
  // Components have no properties of their own: what they were given shows in their children.
  if (!type.startsWith("aws:")) return [];
  const { changes } = diff(type, urn, olds, news);
  const paths = Object.keys(changes);
  if (paths.length === 0) return [];
  return [
    {
      kind: Object.values(changes).some(({ replaces }) => replaces) ? "replace" : "change",
      urn,
      type,
      properties: paths.map((path) => ({ path, before: at(olds, path), after: at(news, path) })),
    },
  ];
}

function byUrn({ resources }: PlanDocument): ReadonlyMap<string, Resource> {
  return new Map(resources.map((resource) => [resource.urn, resource]));
}

function values({ inputs }: Resource): Values {
  return isObject(inputs) ? inputs : {};
}

/** The value at a path such as `rules[0].filter.prefix` or `tags["cost centre"]`. */
function at(root: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|[^.[\]]+/g)];
  return steps.reduce<unknown>((value, [step, quoted]) => {
    const key = quoted === undefined ? step : (JSON.parse(`"${quoted}"`) as string);
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isObject(value) ? value[key] : undefined;
  }, root);
}
