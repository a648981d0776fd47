import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Ajv2020, type ErrorObject, type SchemaObject } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { load } from "js-yaml";
import { Problems } from "../core/validate";
import { propertyRules } from "./property-rules";
import schema from "./workload.schema.json";

/** Values by property group and key, with placeholders. */
export type PropertyTemplates = Readonly<
  Record<string, Readonly<Record<string, string | number | boolean>>>
>;

/** A destination of the job's results. */
export type WorkloadOutput = "search" | "results" | "archive";

/** A folder level of the archive, and the values by which Athena finds it. */
export interface WorkloadPartition {
  readonly name: string;
  readonly values: readonly string[] | "any" | { readonly since: string };
}

/** A workload's folder, read and checked; workload.schema.json describes each key. Paths are absolute. */
export interface Workload {
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly eventTime: {
    readonly field: string;
    readonly format: string;
    readonly timeZone: string;
  };
  readonly partitionKey: string;
  readonly eventSchema: SchemaObject;
  readonly eventSchemaPath: string;
  readonly input: string | undefined;
  readonly expected: string | undefined;
  readonly replay: {
    /** Options of the producer; the path of a schema is not among them. */
    readonly arguments: readonly string[];
    readonly files: boolean;
  };
  readonly job: {
    readonly code: WorkloadCode;
    readonly build: string | undefined;
    readonly sources: string;
    readonly propertySchema: SchemaObject | undefined;
    readonly rules: string | undefined;
  };
  readonly properties: PropertyTemplates;
  readonly outputs: readonly WorkloadOutput[];
  readonly archive: {
    readonly table: string;
    /** Undefined: derived from the event schema. */
    readonly transform: string | undefined;
    readonly instants: readonly string[];
    readonly columns: Readonly<Record<string, object>>;
    readonly partitions: readonly WorkloadPartition[];
  };
  /** Folders with index templates, lifecycle policies and dashboards. */
  readonly settings: readonly string[];
  readonly indexPatterns: readonly string[] | undefined;
  readonly plugin: string | undefined;
  readonly local: {
    readonly properties: PropertyTemplates;
    /** Seconds of event time replayed in a second. */
    readonly speedup: number;
    readonly onceSpeedup: number;
  };
}

/** Code of an application: a file, or an object in S3. */
export type WorkloadCode =
  | { readonly path: string }
  | { readonly bucket: string; readonly key: string; readonly objectVersion?: string };

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

/** The shape of workload.yaml. */
interface WorkloadFile {
  readonly name: string;
  readonly description: string;
  readonly eventTime: {
    readonly field: string;
    readonly format?: string;
    readonly timeZone?: string;
  };
  readonly partitionKey: string;
  readonly eventSchema?: string;
  readonly input?: string;
  readonly expected?: string;
  readonly replay?: { readonly arguments?: readonly string[]; readonly files?: boolean };
  readonly job: {
    readonly code: string;
    readonly version?: string;
    readonly build?: string;
    readonly sources?: string;
    readonly propertySchema?: string;
    readonly rules?: string;
  };
  readonly properties: PropertyTemplates;
  readonly outputs: readonly WorkloadOutput[];
  readonly archive?: {
    readonly table?: string;
    readonly transform?: string;
    readonly instants?: readonly string[];
    readonly columns?: Readonly<Record<string, object>>;
    readonly partitions?: readonly {
      readonly name: string;
      readonly since?: string;
      readonly values?: readonly string[] | "any";
    }[];
  };
  readonly settings?: readonly string[];
  readonly indexPatterns?: readonly string[];
  readonly plugin?: string;
  readonly local?: {
    readonly properties?: PropertyTemplates;
    readonly speedup?: number;
    readonly onceSpeedup?: number;
  };
}

const ajv = addFormats(new Ajv2020({ allErrors: true, verbose: true, strictTypes: false }));
const conforms = ajv.compile<WorkloadFile>(schema);

/** First day of a derived archive's partitions: Athena looks at no folder before it. */
const firstDay = "2020-01-01";

/**
 * Reads the folder of a workload.
 * @param folder - absolute path
 * @param problems - takes one sentence for each problem
 * @param shown - the folder as the user wrote it, for the messages
 * @returns undefined where there are problems
 */
export function readWorkload(
  folder: string,
  problems: Problems,
  shown: string = folder,
): Workload | undefined {
  const before = problems.found.length;
  const file = parsed(folder, shown, problems);
  if (file === undefined) return undefined;
  const at = (relative: string): string => path.resolve(folder, relative);
  const complain = (problem: string): void => {
    problems.add(`${path.join(shown, "workload.yaml")}: ${problem}`);
  };
  const existing = (key: string, relative: string | undefined): string | undefined => {
    if (relative === undefined) return undefined;
    if (!existsSync(at(relative))) complain(`${key} must be an existing file; got ${relative}`);
    return at(relative);
  };
  const json = (key: string, relative: string | undefined): SchemaObject | undefined => {
    const found = existing(key, relative);
    if (found === undefined || !existsSync(found)) return undefined;
    try {
      const value = JSON.parse(readFileSync(found, "utf8")) as SchemaObject;
      ajv.compile(plainSchema(value));
      return value;
    } catch (error) {
      complain(`${key} ${String(relative)} must be a JSON Schema; ${(error as Error).message}`);
      return undefined;
    }
  };

  checkPlaceholders("properties", file.properties, placeholders, complain);
  checkPlaceholders("local.properties", file.local?.properties ?? {}, localPlaceholders, complain);
  const { job, archive = {}, eventTime } = file;
  const code = codeOf(job.code, job.version, folder, complain);
  if (job.rules !== undefined && !(job.rules in propertyRules)) {
    complain(`job.rules must be one of ${Object.keys(propertyRules).join(", ")}; got ${job.rules}`);
  }
  const eventSchema = json("eventSchema", file.eventSchema ?? "event.schema.json");
  const propertySchema = json("job.propertySchema", job.propertySchema);
  const transform = existing("archive.transform", archive.transform);
  const input = existing("input", file.input);
  const expected = existing("expected", file.expected);
  const settings = [".", ...(file.settings ?? [])].map((one) => existing("settings", one) ?? one);
  checkSettings(settings, folder, complain);
  const { field, format = "iso", timeZone = "UTC" } = eventTime;
  if (eventSchema !== undefined) {
    checkField("eventTime.field", field, eventSchema, complain);
    checkField("partitionKey", file.partitionKey, eventSchema, complain);
  }
  const partitions = archive.partitions?.map(({ name, since, values = "any" }) => ({
    name,
    values: since === undefined ? values : { since },
  }));
  if (code === undefined || eventSchema === undefined || problems.found.length > before) {
    return undefined;
  }
  return {
    folder,
    name: file.name,
    description: file.description,
    eventTime: { field, format, timeZone },
    partitionKey: file.partitionKey,
    eventSchema,
    eventSchemaPath: at(file.eventSchema ?? "event.schema.json"),
    input,
    expected,
    replay: {
      files: file.replay?.files ?? true,
      arguments: file.replay?.arguments ?? [
        "--workload",
        "events",
        "--event-time-field",
        field,
        ...(format === "iso" ? [] : ["--event-time-format", format]),
        ...(timeZone === "UTC" ? [] : ["--time-zone", timeZone]),
        "--key-field",
        file.partitionKey,
      ],
    },
    job: {
      code,
      build: job.build,
      sources: at(job.sources ?? "."),
      propertySchema,
      rules: job.rules,
    },
    properties: file.properties,
    outputs: file.outputs,
    archive: {
      table: archive.table ?? file.name.replaceAll("-", "_"),
      transform,
      instants: archive.instants ?? [],
      columns: archive.columns ?? {},
      partitions: partitions ?? [{ name: "day", values: { since: firstDay } }],
    },
    settings,
    indexPatterns: file.indexPatterns,
    plugin: file.plugin,
    local: { properties: {}, speedup: 60, onceSpeedup: 600, ...file.local },
  };
}

/** A schema without its identity: the keywords that matter here are the same in all drafts. */
export function plainSchema(schema: SchemaObject): SchemaObject {
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id"),
  );
}

/**
 * The workload of a folder, for programs that build a Pipeline themselves.
 * @throws Error that lists everything wrong with the folder
 */
export function loadWorkload(folder: string): Workload {
  const problems = new Problems();
  const workload = readWorkload(path.resolve(folder), problems, folder);
  problems.throwIfAny("The workload is invalid");
  if (workload === undefined) throw new Error(`The workload ${folder} cannot be read`);
  return workload;
}

/** The folder that a user names: a path, or the name of a folder in workloads/ of the project. */
export function workloadFolder(named: string, root: string): string {
  const folder = path.resolve(root, named);
  const shipped = path.resolve(root, "workloads", named);
  return !existsSync(folder) && existsSync(shipped) ? shipped : folder;
}

/** The keys of a stack that the properties of a workload name. */
export function configuredKeys({ properties }: Workload): string[] {
  const texts = Object.values(properties).flatMap((group) => Object.values(group).map(String));
  const names = texts.flatMap(placeholdersIn).filter((name) => name.startsWith("config."));
  return [...new Set(names)].map((name) => name.slice("config.".length));
}

/**
 * Property groups with their placeholders resolved. A property with a placeholder that has no value is left out, and a
 * group without any property.
 */
export function resolvedProperties(
  templates: PropertyTemplates,
  valueOf: (placeholder: string) => pulumi.Input<string> | undefined,
): Record<string, Record<string, pulumi.Input<string>>> {
  const groups = Object.entries(templates).map(([id, group]) => {
    const entries = Object.entries(group).flatMap(([key, template]) => {
      const value = resolved(String(template), valueOf);
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
  { job, properties }: Pick<Workload, "job" | "properties">,
  configured: (key: string) => string | undefined,
  absent: ReadonlySet<string>,
  problems: Problems,
  name: (property: string) => string,
): void {
  const unknown = new Set<string>();
  const resolvedGroups = resolvedProperties(properties, (placeholder) => {
    if (absent.has(placeholder)) return undefined;
    return placeholder.startsWith("config.")
      ? configured(placeholder.slice("config.".length))
      : `\${${placeholder}}`;
  }) as Record<string, Record<string, string>>;
  const groups = Object.fromEntries(
    Object.entries(resolvedGroups).map(([id, group]) => [
      id,
      Object.fromEntries(
        Object.entries(group).map(([key, text]) => {
          if (placeholdersIn(text).length > 0) unknown.add(`${id}.${key}`);
          return [key, typed(text, propertySchemaOf(job.propertySchema, id, key))];
        }),
      ),
    ]),
  );
  if (job.propertySchema !== undefined) {
    const validate = ajv.compile(plainSchema(job.propertySchema));
    if (!validate(groups)) {
      for (const error of validate.errors ?? []) {
        const place = error.instancePath.slice(1).replaceAll("/", ".");
        if (!unknown.has(place)) problems.add(described(error, place, name, "properties"));
      }
    }
  }
  if (job.rules !== undefined) propertyRules[job.rules]?.(groups, problems, name);
}

function parsed(folder: string, shown: string, problems: Problems): WorkloadFile | undefined {
  const file = path.join(folder, "workload.yaml");
  if (!existsSync(file)) {
    const found = existsSync(folder) && statSync(folder).isDirectory();
    problems.add(
      found
        ? `${shown} has no workload.yaml. Write one, or begin with \`npm run new-workload -- NAME\``
        : `workload ${shown} is not a folder. Set it to the folder of a workload, such as ./workloads/taxi`,
    );
    return undefined;
  }
  const where = path.join(shown, "workload.yaml");
  try {
    const value: unknown = load(readFileSync(file, "utf8"));
    if (conforms(value)) return value;
  } catch (error) {
    problems.add(`${where} must be YAML; ${(error as Error).message.split("\n")[0] ?? ""}`);
    return undefined;
  }
  for (const error of conforms.errors ?? []) {
    const place = error.instancePath.slice(1).replaceAll("/", ".");
    // The alternatives of oneOf are told one by one already.
    if (error.keyword === "oneOf" && error.schemaPath.includes("values")) continue;
    problems.add(`${where}: ${described(error, place, (key) => key, "the file")}`);
  }
  return undefined;
}

/** Every setting of the domain must be JSON: a deployment would stop at the first that is not. */
function checkSettings(
  folders: readonly string[],
  root: string,
  complain: (problem: string) => void,
): void {
  const kinds = ["index-templates", "lifecycle-policies", "dashboards"];
  for (const place of folders.flatMap((one) => kinds.map((kind) => path.join(one, kind)))) {
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place).filter((one) => one.endsWith(".json"))) {
      const json = path.join(place, name);
      try {
        JSON.parse(readFileSync(json, "utf8"));
      } catch (error) {
        complain(`${path.relative(root, json)} must be JSON; ${(error as Error).message}`);
      }
    }
  }
}

/** A field that no event can have is a mistake; a schema that allows others says nothing. */
function checkField(
  key: string,
  field: string,
  schema: SchemaObject,
  complain: (problem: string) => void,
): void {
  const [first = ""] = field.split(".");
  const { properties = {}, additionalProperties } = schema as {
    readonly properties?: object;
    readonly additionalProperties?: unknown;
  };
  if (additionalProperties !== false || first in properties) return;
  complain(
    `${key} must be a property of the event schema, ${Object.keys(properties).join(", ")}; got ${field}`,
  );
}

function codeOf(
  code: string,
  version: string | undefined,
  folder: string,
  complain: (problem: string) => void,
): WorkloadCode | undefined {
  if (!code.startsWith("s3://")) {
    if (version !== undefined)
      complain("job.version is for code in S3, s3://bucket/key; remove it");
    return { path: path.resolve(folder, code) };
  }
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/.exec(code) ?? [];
  if (bucket !== undefined && key !== undefined) {
    return { bucket, key, ...(version !== undefined && { objectVersion: version }) };
  }
  complain(`job.code must be a file or s3://bucket/key; got ${code}`);
  return undefined;
}

function checkPlaceholders(
  place: string,
  groups: PropertyTemplates,
  known: readonly string[],
  complain: (problem: string) => void,
): void {
  for (const [id, group] of Object.entries(groups)) {
    for (const [key, value] of Object.entries(group)) {
      for (const name of placeholdersIn(String(value))) {
        const ofStack = known.includes("config.KEY") && /^config\.[a-zA-Z][a-zA-Z0-9]*$/.test(name);
        if (known.includes(name) || ofStack) continue;
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

function resolved(
  template: string,
  valueOf: (placeholder: string) => pulumi.Input<string> | undefined,
): pulumi.Input<string> | undefined {
  const parts = template.split(/\$\{([^}]*)\}/).map((part, index) =>
    // Every second part is what the parentheses have matched.
    index % 2 === 0 ? part : valueOf(part),
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

/** One sentence for an error of a JSON Schema. */
function described(
  { keyword, message, params, parentSchema = {}, data }: ErrorObject,
  place: string,
  name: (property: string) => string,
  whole: string,
): string {
  const { type, minimum, maximum } = parentSchema as Partial<Record<string, string | number>>;
  const subject = place === "" ? whole : name(place);
  const got = typeof data === "string" ? data : JSON.stringify(data);
  switch (keyword) {
    case "required":
      return `${subject} must have ${String(params["missingProperty"])}`;
    case "additionalProperties":
      return `${subject} must not have ${String(params["additionalProperty"])}; the keys are ${Object.keys((parentSchema["properties"] ?? {}) as object).join(", ")}`;
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
