import type { SchemaObject } from "../contracts/json-schema";

/** Keywords whose values have the same meaning in draft 4 and are no schemas. */
const unchanged = new Set(
  (
    "default description enum maxItems maxLength maxProperties minItems minLength minProperties " +
    "multipleOf pattern title type uniqueItems"
  ).split(" "),
);
/** Keywords that check nothing. */
const annotations = new Set(
  "$comment $id $schema deprecated examples readOnly writeOnly".split(" "),
);
const listsOfSchemas = new Set(["allOf", "anyOf", "oneOf"]);
/** Schemas by name, with what draft 4 calls the keyword. */
const namedSchemas = new Map([
  ["$defs", "definitions"],
  ["definitions", "definitions"],
  ["patternProperties", "patternProperties"],
  ["properties", "properties"],
]);
/** Bounds, and the keyword that excludes the bound itself. */
const bounds = [
  ["minimum", "exclusiveMinimum", (one: number, other: number) => one >= other],
  ["maximum", "exclusiveMaximum", (one: number, other: number) => one <= other],
] as const;
const isBound = new Set<string>(bounds.flatMap(([inclusive, exclusive]) => [inclusive, exclusive]));
/** https://json-schema.org/draft-04/draft-fge-json-schema-validation-00#rfc.section.7.3 */
const formats = ["date-time", "email", "hostname", "ipv4", "ipv6", "uri"];

/**
 * The JSON Schema of an event in draft 4, by which API Gateway validates:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 * @param complain - takes one sentence for each keyword that draft 4 does not have
 */
export function eventModel(
  schema: SchemaObject,
  complain: (problem: string) => void,
): Record<string, unknown> {
  return {
    $schema: "http://json-schema.org/draft-04/schema#",
    ...converted(schema, "", complain),
  };
}

function converted(
  schema: unknown,
  place: string,
  complain: (problem: string) => void,
): Record<string, unknown> {
  if (schema === true) return {};
  if (schema === false) return { not: {} };
  const given = schema as Readonly<Record<string, unknown>>;
  const inner = (value: unknown, ...at: readonly (string | number)[]) =>
    converted(value, [place, ...at].filter((part) => part !== "").join("."), complain);
  const result: Record<string, unknown> = {};
  const refuse = (problem: string): void => {
    complain(`${place === "" ? "eventSchema" : `eventSchema, at ${place},`} ${problem}`);
  };
  for (const [keyword, value] of Object.entries(given)) {
    const named = namedSchemas.get(keyword);
    if (unchanged.has(keyword)) result[keyword] = value;
    else if (annotations.has(keyword) || isBound.has(keyword)) continue;
    else if (named !== undefined) {
      const entries = Object.entries(value as object).map(
        ([name, one]) => [name, inner(one, keyword, name)] as const,
      );
      result[named] = { ...(result[named] as object), ...Object.fromEntries(entries) };
    } else if (listsOfSchemas.has(keyword)) {
      result[keyword] = (value as unknown[]).map((one, index) => inner(one, keyword, index));
    } else if (keyword === "not" || keyword === "items") {
      result[keyword] = inner(value, keyword);
    } else if (keyword === "additionalProperties") {
      result[keyword] = typeof value === "boolean" ? value : inner(value, keyword);
    } else if (keyword === "required") {
      // Draft 4 has no empty list.
      if ((value as unknown[]).length > 0) result[keyword] = value;
    } else if (keyword === "const") {
      result["enum"] = [value];
    } else if (keyword === "$ref") {
      const [, name] = /^#\/(?:\$defs|definitions)\/([\w.-]+)$/.exec(String(value)) ?? [];
      if (name === undefined) refuse(`must refer to its own $defs only; got ${String(value)}`);
      result[keyword] = `#/definitions/${name ?? ""}`;
    } else if (keyword === "format" && formats.includes(String(value))) {
      result[keyword] = value;
    } else {
      refuse(
        `must not use ${keyword}${keyword === "format" ? ` ${String(value)}` : ""}, which API Gateway cannot check; use a keyword of JSON Schema draft 4, such as pattern or enum`,
      );
    }
  }
  for (const [inclusive, exclusive, isStricter] of bounds) {
    const bound = given[inclusive] as number | undefined;
    const open = given[exclusive] as number | undefined;
    if (open !== undefined && (bound === undefined || isStricter(open, bound))) {
      Object.assign(result, { [inclusive]: open, [exclusive]: true });
    } else if (bound !== undefined) result[inclusive] = bound;
  }
  const { $ref, ...siblings } = result;
  // Draft 4 ignores what stands next to $ref.
  return $ref === undefined || Object.keys(siblings).length === 0
    ? result
    : { allOf: [{ $ref }, siblings] };
}
