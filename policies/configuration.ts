import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { closest, distance } from "fastest-levenshtein";
import { configuredProblems, type Settings } from "./engine/setting-schema";
import { policies } from "./pack";

type Json = Readonly<Record<string, unknown>>;

const levels = ["advisory", "mandatory", "remediate", "disabled"];

/** The JSON Schema of a configuration file, for editors and for {@link configurationProblems}. */
export function configurationSchema(): Json {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of streaming-policies",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      all: { enum: levels, description: "Level of every policy that states none." },
      ...Object.fromEntries(
        policies.map(({ name, description, configSchema }) => [
          name,
          {
            description,
            anyOf: [
              { enum: levels },
              {
                type: "object",
                additionalProperties: false,
                properties: { enforcementLevel: { enum: levels }, ...configSchema?.properties },
              },
            ],
          },
        ]),
      ),
    },
  };
}

/** Everything that is wrong with a configuration file, each with the place, the value and the fix; empty if nothing is. */
export function configurationProblems(file: unknown): readonly string[] {
  if (!isObject(file)) {
    return ["The file must be a JSON object with the names of policies as keys."];
  }
  return Object.entries(file).flatMap(([name, value]) => entryProblems(name, value));
}

function entryProblems(name: string, value: unknown): readonly string[] {
  if (name === "$schema") {
    return [];
  }
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined && name !== "all") {
    const names = policies.map((one) => one.name);
    return [`${name} must be the name of a policy. ${nearest(name, names)}`];
  }
  if (typeof value === "string" || name === "all") {
    return levels.includes(value as string)
      ? []
      : [`${name} must be one of ${levels.join(", ")}; got ${JSON.stringify(value)}.`];
  }
  if (!isObject(value)) {
    return [`${name} must be a level or an object; got ${JSON.stringify(value)}.`];
  }
  const { enforcementLevel = "mandatory", ...given } = value;
  const settings = (policy?.configSchema?.properties ?? {}) as Settings;
  const keys = Object.keys(settings);
  return [
    ...(levels.includes(enforcementLevel as string)
      ? []
      : [
          `${name}.enforcementLevel must be one of ${levels.join(", ")}; got ${JSON.stringify(enforcementLevel)}.`,
        ]),
    ...Object.keys(given)
      .filter((key) => !keys.includes(key))
      .map((key) => `${name}.${key} must be a setting of the policy. ${nearest(key, keys)}`),
    ...Object.entries(given).flatMap(([key, one]) =>
      keys.includes(key) ? valueProblems(`${name}.${key}`, settings[key] ?? {}, one) : [],
    ),
    ...configuredProblems(settings, given).map((problem) => `${name}: ${problem}.`),
  ];
}

function valueProblems(place: string, schema: object, value: unknown): readonly string[] {
  return ajv.validate(schema, value)
    ? []
    : (ajv.errors ?? []).map(
        ({ instancePath, message }) =>
          `${place}${instancePath} ${message ?? "is invalid"}; got ${JSON.stringify(value)}.`,
      );
}

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);

function nearest(name: string, names: readonly string[]): string {
  const candidate = closest(name, names);
  return distance(name, candidate) <= name.length / 2
    ? `Did you mean ${candidate}?`
    : "docs/policies.md lists them.";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
