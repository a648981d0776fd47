import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { closest, distance } from "fastest-levenshtein";
import { configuredProblems, type Settings } from "./engine/setting-schema";
import { type Exception, wholeStack } from "./engine/violation";
import { policies } from "./pack";

type Json = Readonly<Record<string, unknown>>;

const allLevels = ["advisory", "mandatory", "remediate", "disabled"];

/** The JSON Schema of a configuration file, for editors and for {@link configurationProblems}. */
export function configurationSchema(): Json {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of streaming-policies",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      all: { enum: allLevels, description: "Level of every policy that states none." },
      ...Object.fromEntries(
        policies.map(({ name, description, configSchema }) => [
          name,
          {
            description,
            anyOf: [
              { enum: allLevels },
              {
                type: "object",
                additionalProperties: false,
                properties: { enforcementLevel: { enum: allLevels }, ...configSchema?.properties },
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

const allSeverities = ["low", "medium", "high", "critical"];

/**
 * A configuration in which the policies of some severities only advise.
 *
 * @throws Error where one is no severity
 */
export function levels(severities: readonly string[]): Json {
  if (!severities.every((one) => allSeverities.includes(one))) {
    const got = severities.join(",");
    throw new Error(`--advisory must be some of ${allSeverities.join(",")}; got "${got}".`);
  }
  const chosen = policies.filter(({ severity = "" }) => severities.includes(severity));
  return Object.fromEntries(chosen.map(({ name }) => [name, { enforcementLevel: "advisory" }]));
}

/**
 * A configuration with an exception for each violation in the log of a preview's events.
 *
 * @param events one event of the engine per line, as JSON
 */
export function baseline(
  configuration: object,
  events: string,
  { reason, expires }: Pick<Exception, "reason" | "expires">,
): Json {
  const result: Record<string, unknown> = { ...configuration };
  const found = events.split("\n").flatMap((line) => {
    const event = line.trim() === "" ? {} : (JSON.parse(line) as { policyEvent?: PolicyEvent });
    return event.policyEvent ?? [];
  });
  for (const { policyName, resourceUrn, message } of found) {
    const policy = policies.find(({ name }) => name === policyName);
    const isViolation = !/Excepted until|can't run policy/.test(message);
    if (policy !== undefined && policy.enforcementLevel === undefined && isViolation) {
      const entry = result[policyName] ?? {};
      const settings = isObject(entry) ? entry : { enforcementLevel: entry };
      const before = (settings["exceptions"] ?? []) as readonly Exception[];
      const resource = policy.text.isStackWide === true ? wholeStack : (resourceUrn ?? "");
      const exceptions = before.filter((one) => one.resource !== resource);
      result[policyName] = {
        ...settings,
        exceptions: [...exceptions, { resource, reason, expires }],
      };
    }
  }
  return result;
}

/** https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#PolicyEvent */
interface PolicyEvent {
  readonly policyName: string;
  readonly resourceUrn?: string;
  readonly message: string;
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
    return levelProblems(name, value);
  }
  if (!isObject(value)) {
    return [`${name} must be a level or an object; got ${JSON.stringify(value)}.`];
  }
  const { enforcementLevel = "mandatory", ...given } = value;
  const settings = (policy?.configSchema?.properties ?? {}) as Settings;
  const keys = Object.keys(settings);
  return [
    ...levelProblems(`${name}.enforcementLevel`, enforcementLevel),
    ...Object.keys(given)
      .filter((key) => !keys.includes(key))
      .map((key) => `${name}.${key} must be a setting of the policy. ${nearest(key, keys)}`),
    ...Object.entries(given).flatMap(([key, one]) =>
      keys.includes(key) ? valueProblems(`${name}.${key}`, settings[key] ?? {}, one) : [],
    ),
    ...configuredProblems(settings, given).map((problem) => `${name}: ${problem}.`),
  ];
}

function levelProblems(place: string, level: unknown): readonly string[] {
  return allLevels.includes(level as string)
    ? []
    : [`${place} must be one of ${allLevels.join(", ")}; got ${JSON.stringify(level)}.`];
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
