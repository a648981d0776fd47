import { factsOf, type PropertyFact, type PropertyFacts } from "./facts";
import { autoName, nameRule } from "./names";
import {
  containsUnknown,
  isAsset,
  isObject,
  isSecret,
  reveal,
  secret,
  UNKNOWN,
  type Values,
} from "./values";

/** A problem with an input: the property's path and a sentence on it. */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

interface Checked {
  /** The inputs with names, default tags and default values filled in. */
  readonly inputs: Values;
  /** Everything that is wrong, not only the first thing. */
  readonly problems: readonly Problem[];
}

/** What a check knows beside the inputs. */
export interface CheckContext {
  readonly urn: string;
  readonly type: string;
  /** Inputs of the resource as deployed; absent when it is new or being replaced. */
  readonly previous?: Values | undefined;
  /** Name of the resource that this one replaces. */
  readonly retired?: string | undefined;
  /** Tags that the provider adds to whatever can be tagged. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

/**
 * Checks a resource's inputs as the real provider would before it asks AWS: names that exist, types,
 * what is required, numbers of items.
 *
 * @throws when nothing is known of the resource type.
 */
export function check(news: Values, context: CheckContext): Checked {
  const facts = factsOf(context.type);
  const problems: Problem[] = [];
  const inputs = filledIn(asDocuments(news, facts), facts);
  try {
    Object.assign(inputs, named(inputs, facts, context));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({ property: nameRule(context.type).property, reason });
  }
  if (facts["tags"]?.input && facts["tagsAll"] && Object.keys(context.defaultTags).length > 0) {
    inputs["tags"] = tagged(inputs["tags"], context.defaultTags);
  }
  const others = objectProblems(inputs, facts, { path: "", owner: context.type }).filter(
    ({ property }) => !problems.some((problem) => problem.property === property),
  );
  return { inputs, problems: [...problems, ...others] };
}

function asDocuments(inputs: Values, facts: PropertyFacts): Values {
  const entries = Object.entries(inputs).map(([name, value]) => {
    const isDocument = facts[name]?.document === true && isObject(reveal(value));
    if (!isDocument) return [name, value];
    const text = containsUnknown(value) ? UNKNOWN : JSON.stringify(reveal(value));
    return [name, isSecret(value) ? secret(text) : text];
  });
  return Object.fromEntries(entries) as Values;
}

/** Fills in the default values that the real provider adds, also inside the blocks that are given. */
function filledIn(inputs: Values, facts: PropertyFacts): Record<string, unknown> {
  const result: Record<string, unknown> = { ...inputs };
  for (const [name, fact] of Object.entries(facts)) {
    const value = inputs[name];
    if (value === undefined || value === null) {
      if (fact.input && fact.default !== undefined && fact.default !== "") {
        result[name] = fact.default;
      }
      continue;
    }
    const { properties } = fact;
    if (!properties) continue;
    if (Array.isArray(value)) {
      result[name] = value.map((item: unknown) =>
        isBlock(item) ? filledIn(item, properties) : item,
      );
    } else if (isBlock(value)) {
      result[name] = filledIn(value, properties);
    }
  }
  return result;
}

function isBlock(value: unknown): value is Values {
  return isObject(value) && !isSecret(value) && !isAsset(value);
}

function named(inputs: Values, facts: PropertyFacts, context: CheckContext): Values {
  const { property } = nameRule(context.type);
  const given = inputs[property] ?? inputs[`${property}Prefix`];
  if (!facts[property]?.input || given !== undefined) return {};
  const previous = context.previous?.[property];
  const suffix = inputs["fifoQueue"] === true || inputs["fifoTopic"] === true ? ".fifo" : "";
  return { [property]: previous ?? autoName(context.type, { ...context, suffix }) };
}

function tagged(tags: unknown, defaults: Values): unknown {
  if (tags === UNKNOWN) return tags;
  const own = reveal(tags ?? {});
  if (!isObject(own)) return tags;
  const all = { ...defaults, ...own };
  return isSecret(tags) ? secret(all) : all;
}

interface Place {
  /** Path of the object, empty for the resource itself. */
  readonly path: string;
  /** What the message calls the thing that has the properties. */
  readonly owner: string;
}

function objectProblems(values: Values, facts: PropertyFacts, place: Place): Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    const property = place.path === "" ? name : `${place.path}.${name}`;
    const fact = facts[name];
    if (value === undefined || value === null) continue;
    if (fact === undefined) {
      problems.push({ property, reason: `is not a property of ${place.owner}` });
    } else if (!fact.input) {
      problems.push({ property, reason: `is computed by AWS and cannot be set` });
    } else {
      problems.push(...valueProblems(value, fact, property));
    }
  }
  for (const [name, fact] of Object.entries(facts)) {
    if (fact.required && (values[name] === undefined || values[name] === null)) {
      const property = place.path === "" ? name : `${place.path}.${name}`;
      problems.push({ property, reason: `is required and must be ${expected(fact)}` });
    }
  }
  return problems;
}

function valueProblems(wrapped: unknown, fact: PropertyFact, path: string): Problem[] {
  const value = isSecret(wrapped) ? reveal(wrapped) : wrapped;
  if (value === UNKNOWN) return [];
  switch (fact.type) {
    case "array": {
      if (!Array.isArray(value)) return [wrongType(value, fact, path)];
      return [
        ...numberProblems(value, fact, path),
        ...value.flatMap((item: unknown, index) =>
          valueProblems(item, itemFact(fact), `${path}[${index}]`),
        ),
      ];
    }
    case "object": {
      if (!isBlock(value)) return [wrongType(value, fact, path)];
      if (fact.properties) return objectProblems(value, fact.properties, { path, owner: path });
      if (fact.items === undefined) return [];
      return Object.entries(value).flatMap(([key, item]) =>
        valueProblems(item, itemFact(fact), `${path}.${key}`),
      );
    }
    default:
      return hasType(value, fact.type) ? [] : [wrongType(value, fact, path)];
  }
}

function itemFact({ items = "string", properties }: PropertyFact): PropertyFact {
  return { type: items, input: true, ...(properties && { properties }) };
}

function hasType(value: unknown, type: PropertyFact["type"]): boolean {
  if (type === "asset") return isAsset(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function numberProblems(items: readonly unknown[], fact: PropertyFact, path: string): Problem[] {
  const { minItems = 0, maxItems = Infinity } = fact;
  if (items.length >= minItems && items.length <= maxItems) return [];
  const limit = items.length < minItems ? `at least ${minItems}` : `at most ${maxItems}`;
  return [{ property: path, reason: `has ${items.length} items and must have ${limit}` }];
}

function wrongType(value: unknown, fact: PropertyFact, property: string): Problem {
  return { property, reason: `must be ${expected(fact)}; got ${shown(value)}` };
}

function expected({ type, items, properties }: PropertyFact): string {
  switch (type) {
    case "array":
      return `an array of ${items ?? "any values"}`;
    case "object":
      return items && !properties ? `an object of ${items}` : "an object";
    case "integer":
    case "asset":
      return `an ${type}`;
    default:
      return `a ${type}`;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (isAsset(value)) return "an asset";
  if (isObject(value)) return "an object";
  return `${typeof value} ${JSON.stringify(value)}`;
}
