import facts from "./aws-resource-facts.json";

/** What is known of a property of a resource type. */
export interface PropertyFact {
  readonly type: "string" | "integer" | "number" | "boolean" | "array" | "object" | "asset";
  /** Of an array its elements' type, of an object without `properties` its values' type. */
  readonly items?: "string" | "boolean" | "integer" | "number" | "object";
  /** Of an object, or of the elements of an array of objects. */
  readonly properties?: PropertyFacts;
  /** The program may set it. */
  readonly input?: boolean;
  readonly required?: boolean;
  /** AWS sets it when the program does not. */
  readonly computed?: boolean;
  /** A change replaces the resource. */
  readonly replaces?: boolean;
  readonly secret?: boolean;
  readonly default?: unknown;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** A policy document: takes an object too, which is sent as JSON text. */
  readonly document?: boolean;
}

export interface PropertyFacts {
  readonly [name: string]: PropertyFact;
}

/**
 * Property facts by resource type token.
 *
 * `aws-resource-facts.json` was read from the Terraform AWS provider 6.34.0, which @pulumi/aws 7
 * bridges, and corrected where @pulumi/aws 7.48 differs from it. A test compares it with the types of
 * the installed @pulumi/aws.
 *
 * Not in it: replacements that the provider decides from values (such as a downgrade of an engine
 * version), save those that `diff.ts` adds; 13 newer types do not tell what replaces them.
 */
const FACTS = facts as Readonly<Record<string, object>> as Readonly<Record<string, PropertyFacts>>;

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
        `local/provider/aws-resource-facts.json and what AWS computes for it to local/provider/computed.json.`,
    );
  }
  return properties;
}
