import * as pulumi from "@pulumi/pulumi";
import type { Problems } from "../core/validate";
import { described, placeOf, type SchemaObject, schemas } from "./json-schema";
import { propertyRules } from "./property-rules";

/** Values by property group and key, with placeholders. */
export type PropertyTemplates = Readonly<
  Record<string, Readonly<Record<string, string | number | boolean>>>
>;

/** What a job demands of its properties. */
export interface PropertyContract {
  readonly propertySchema: SchemaObject | undefined;
  /** Name of its rules in property-rules.ts. */
  readonly rules: string | undefined;
}

/** Values by placeholder; one that is undefined has none in this stack. */
export type PlaceholderValues = Readonly<Record<string, pulumi.Input<string> | undefined>>;

/** Values of the stack's keys that properties name. */
export type ConfiguredValues = Readonly<Record<string, string | undefined>>;

/** Placeholders of `properties`; KEY stands for any key of the stack. */
export const placeholders = [
  "stream.name",
  "stream.arn",
  "stream.consumerArn",
  "results.name",
  "results.arn",
  "search.endpoint",
  "archive.path",
  "region",
  "config.KEY",
] as const;

/** Placeholders of `local.properties`; search.endpoint is the local one there. */
export const localPlaceholders = ["kinesis.endpoint", "search.endpoint", "region"] as const;

/** Begins the placeholders of the stack's keys. */
const ofStack = "config.";

/** The keys of a stack that properties name. */
export function configuredKeys(templates: PropertyTemplates): string[] {
  const texts = Object.values(templates).flatMap((group) => Object.values(group).map(String));
  const names = texts.flatMap(placeholdersIn).filter((name) => name.startsWith(ofStack));
  return [...new Set(names)].map((name) => name.slice(ofStack.length));
}

/** The values of the stack's keys by their placeholders. */
export function configuredPlaceholders(configured: ConfiguredValues): PlaceholderValues {
  return Object.fromEntries(
    Object.entries(configured).map(([key, value]) => [ofStack + key, value] as const),
  );
}

/**
 * Property groups with their placeholders resolved. A property with a placeholder that has no value is left out, and a
 * group without any property.
 */
export function resolvedProperties(
  templates: PropertyTemplates,
  values: PlaceholderValues,
): Record<string, Record<string, pulumi.Input<string>>> {
  const groups = Object.entries(templates).map(([id, group]) => {
    const entries = Object.entries(group).flatMap(([key, template]) => {
      const value = resolved(String(template), values);
      return value === undefined ? [] : [[key, value] as const];
    });
    return [id, Object.fromEntries(entries)] as const;
  });
  return Object.fromEntries(groups.filter(([, group]) => Object.keys(group).length > 0));
}

/**
 * Checks property groups against the schema and the rules of their job. Values that only the deployment will know, such
 * as the name of a stream, count as there and valid.
 * @param name - what a property is called in the messages, such as the key of the stack that its value comes from
 */
export function checkProperties(
  { job, properties }: { readonly job: PropertyContract; readonly properties: PropertyTemplates },
  configured: ConfiguredValues,
  absent: readonly string[],
  problems: Problems,
  name: (property: string) => string,
): void {
  const later = placeholders.filter((placeholder) => !absent.includes(placeholder));
  const texts = resolvedProperties(properties, {
    ...Object.fromEntries(later.map((placeholder) => [placeholder, `\${${placeholder}}`])),
    ...configuredPlaceholders(configured),
  }) as Record<string, Record<string, string>>;
  const unknown = new Set<string>();
  const groups = mapValues(texts, (group, id) =>
    mapValues(group, (text, key) => {
      if (placeholdersIn(text).length > 0) unknown.add(`${id}.${key}`);
      return typed(text, propertySchemaOf(job.propertySchema, id, key));
    }),
  );
  if (job.propertySchema !== undefined) {
    const conforms = schemas.compile(job.propertySchema);
    for (const error of conforms(groups) ? [] : (conforms.errors ?? [])) {
      if (!unknown.has(placeOf(error))) problems.add(described(error, name, "properties"));
    }
  }
  if (job.rules !== undefined) propertyRules[job.rules]?.(groups, problems, name);
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, map(value, key)] as const),
  );
}

/** Complains about placeholders that are not known. */
export function checkPlaceholders(
  place: string,
  groups: PropertyTemplates,
  known: readonly string[],
  complain: (problem: string) => void,
): void {
  for (const [id, group] of Object.entries(groups)) {
    for (const [key, value] of Object.entries(group)) {
      for (const name of placeholdersIn(String(value))) {
        const isOfStack =
          known.includes("config.KEY") && /^config\.[a-zA-Z][a-zA-Z0-9]*$/.test(name);
        if (known.includes(name) || isOfStack) continue;
        complain(
          `${place}.${id}.${key} has the unknown placeholder \${${name}}; the placeholders are ${known.join(", ")}`,
        );
      }
    }
  }
}

function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = ""]) => name);
}

function resolved(template: string, values: PlaceholderValues): pulumi.Input<string> | undefined {
  const parts = template.split(/\$\{([^}]*)\}/).map((part, index) =>
    // Every second part is what the parentheses have matched.
    index % 2 === 0 ? part : values[part],
  );
  if (parts.includes(undefined)) return undefined;
  const inputs = parts.filter((part) => part !== undefined && part !== "");
  if (inputs.every((part) => typeof part === "string")) return inputs.join("");
  const [only] = inputs;
  return inputs.length === 1 ? only : pulumi.concat(...(inputs as pulumi.Input<string>[]));
}

function propertySchemaOf(
  schema: SchemaObject | undefined,
  group: string,
  key: string,
): { readonly type?: string } | undefined {
  const { properties } = (schema ?? {}) as {
    readonly properties?: Record<string, { readonly properties?: Record<string, object> }>;
  };
  return properties?.[group]?.properties?.[key];
}

/** A property as its schema types it: all of them travel as text. */
function typed(text: string, declared: { readonly type?: string } | undefined): unknown {
  const isNumber = declared?.type === "integer" || declared?.type === "number";
  if (isNumber && /^-?[0-9]+(\.[0-9]+)?$/.test(text)) return Number(text);
  return declared?.type === "boolean" && ["true", "false"].includes(text) ? text === "true" : text;
}
