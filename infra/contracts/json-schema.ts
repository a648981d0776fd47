import { Ajv2020, type ErrorObject, type SchemaObject } from "ajv/dist/2020";
import addFormats from "ajv-formats";

export type { SchemaObject };

/** Validates against JSON Schemas of a user; each schema is compiled once. */
export const schemas = addFormats(
  new Ajv2020({ allErrors: true, verbose: true, strictTypes: false }),
);

const read = new Map<string, SchemaObject>();

/** The schema of a JSON text. @throws Error when it is none */
export function schemaOf(text: string): SchemaObject {
  let schema = read.get(text);
  if (schema === undefined) {
    schema = plainSchema(JSON.parse(text) as SchemaObject);
    schemas.compile(schema);
    read.set(text, schema);
  }
  return schema;
}

/** A schema without its identity: the keywords that matter here are the same in all drafts. */
function plainSchema(schema: SchemaObject): SchemaObject {
  if (!(schema instanceof Object) || Array.isArray(schema)) throw new Error("it must be an object");
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id"),
  );
}

/** Where an error is, in the form of a key. */
export function placeOf({ instancePath }: ErrorObject): string {
  return instancePath.slice(1).replaceAll("/", ".");
}

/** One sentence for an error of a JSON Schema. */
export function described(
  error: ErrorObject,
  name: (property: string) => string,
  whole: string,
): string {
  const { keyword, message, params, parentSchema = {}, data } = error;
  const place = placeOf(error);
  const { type, minimum, maximum } = parentSchema as Partial<Record<string, string | number>>;
  const subject = place === "" ? whole : name(place);
  const got = typeof data === "string" ? data : JSON.stringify(data);
  switch (keyword) {
    case "required":
      return `${subject} must have ${String(params["missingProperty"])}`;
    case "additionalProperties":
      return `${subject} must not have ${String(params["additionalProperty"])}; the keys are ${Object.keys((parentSchema["properties"] ?? {}) as object).join(", ")}`;
    case "oneOf": {
      const choices = (parentSchema["oneOf"] as { required?: string[] }[]).map(
        ({ required }) => required?.join(" and ") ?? "",
      );
      if (choices.includes("")) break;
      return `${subject} must have exactly one of ${choices.join(", ")}; got ${got}`;
    }
    case "enum":
      return `${subject} must be one of ${(params["allowedValues"] as string[]).join(", ")}; got ${got}`;
    case "type":
    case "minimum":
    case "maximum":
      if (type === "integer" && minimum !== undefined && maximum !== undefined) {
        return `${subject} must be an integer from ${minimum} to ${maximum}; got ${got}`;
      }
      break;
    default:
  }
  return `${subject} ${String(message)}; got ${got}`;
}
