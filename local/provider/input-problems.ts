import type { PropertyFact, PropertyFacts } from "./facts";
import { isAsset, isBlock, isObject, reveal, UNKNOWN, type Values } from "./values";

/** A problem with an input: the property's path and a sentence on it. */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

/**
 * All problems of a resource's inputs, or of a block in them, that are detectable without AWS.
 * @param owner - what the message calls the thing that has the properties
 * @param path - of a block
 */
export function inputProblems(
  values: Values,
  facts: PropertyFacts,
  owner: string,
  path = "",
): Problem[] {
  const problems: Problem[] = [];
  const pathOf = (name: string): string => (path === "" ? name : `${path}.${name}`);
  for (const [name, value] of Object.entries(values)) {
    const property = pathOf(name);
    const fact = facts[name];
    if (value === undefined || value === null) continue;
    if (fact === undefined) {
      problems.push({ property, reason: `is not a property of ${owner}` });
    } else if (!fact.input) {
      problems.push({ property, reason: `is computed by AWS and cannot be set` });
    } else {
      problems.push(...valueProblems(value, fact, property));
    }
  }
  for (const [name, fact] of Object.entries(facts)) {
    if (fact.required && (values[name] === undefined || values[name] === null)) {
      const reason = `is required and must be ${expected(fact)}`;
      problems.push({ property: pathOf(name), reason });
    }
  }
  return problems;
}

function valueProblems(wrapped: unknown, fact: PropertyFact, path: string): Problem[] {
  const value = reveal(wrapped);
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
      if (fact.properties) return inputProblems(value, fact.properties, path, path);
      if (fact.items === undefined) return [];
      return Object.entries(value).flatMap(([key, item]) =>
        valueProblems(item, itemFact(fact), `${path}.${key}`),
      );
    }
    case "asset":
      return isAsset(value) ? [] : [wrongType(value, fact, path)];
    case "integer":
      return Number.isInteger(value) ? [] : [wrongType(value, fact, path)];
    default:
      return typeof value === fact.type ? [] : [wrongType(value, fact, path)];
  }
}

function itemFact({ items = "string", properties }: PropertyFact): PropertyFact {
  return { type: items, input: true, ...(properties && { properties }) };
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
