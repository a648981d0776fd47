import facts from "./aws-resource-facts.json";
import { CORRECTIONS, type PropertyFact } from "./corrections";

export type PropertyFacts = Readonly<Record<string, PropertyFact>>;

/**
 * Property facts by resource type token.
 *
 * `aws-resource-facts.json` was read from the Terraform AWS provider 6.34.0, which @pulumi/aws 7
 * bridges, and names properties by rule; `corrections.ts` holds where @pulumi/aws differs from it.
 * A test compares the two together with the types of the installed @pulumi/aws.
 *
 * Not in them: replacements that the provider decides from values (such as a downgrade of an engine
 * version), save those that `diff.ts` adds; 13 newer types do not tell what replaces them.
 */
const FACTS: Readonly<Record<string, PropertyFacts>> = Object.fromEntries(
  Object.entries(facts as Record<string, { readonly properties: PropertyFacts }>).map(
    ([type, { properties }]) => [type, corrected(type, properties)],
  ),
);

/** Every resource type whose properties are known. */
export const KNOWN_TYPES: readonly string[] = Object.keys(FACTS);

/**
 * @throws when nothing is known of the type: the message says what to add where.
 */
export function factsOf(type: string): PropertyFacts {
  const properties = FACTS[type];
  if (properties === undefined) {
    throw new Error(
      `${type} is not known to the local AWS provider: add its properties to ` +
        `local/provider/aws-resource-facts.json and what AWS computes for it to local/provider/computed.ts.`,
    );
  }
  return properties;
}

function corrected(type: string, properties: PropertyFacts): PropertyFacts {
  const { renamed = {}, properties: changes = {} } = CORRECTIONS[type] ?? {};
  const result: Record<string, PropertyFact> = {};
  for (const [name, fact] of Object.entries(properties)) {
    // Computed from the tags and the provider's default tags; no input in Pulumi.
    result[renamed[name] ?? name] = name === "tagsAll" ? { ...fact, input: false } : fact;
  }
  return Object.entries(changes).reduce<PropertyFacts>(
    (facts, [path, change]) => changed(facts, path.split("."), change),
    result,
  );
}

function changed(
  facts: PropertyFacts,
  [name = "", ...rest]: readonly string[],
  change: Partial<PropertyFact>,
): PropertyFacts {
  const fact: PropertyFact = { type: "string", ...facts[name] };
  return {
    ...facts,
    [name]:
      rest.length === 0
        ? { ...fact, ...change }
        : { ...fact, properties: changed(fact.properties ?? {}, rest, change) },
  };
}
