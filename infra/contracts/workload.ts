import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { CORE_SCHEMA, load, Type } from "js-yaml";
import { IANAZone } from "luxon";
import { isTimeFormat, namedFormats } from "../../producer/generic/time-format";
import { jsonFilesOf } from "../core/json-files";
import { Problems } from "../core/validate";
import { readQueries, readViews } from "./archive-sql";
import { described, type SchemaObject, schemaOf, schemas } from "./json-schema";
import { propertyRules } from "./property-rules";
import {
  checkPlaceholders,
  localPlaceholders,
  placeholders,
  type PropertyTemplates,
} from "./property-templates";
import schema from "./workload.schema.json";

/** A destination of the job's results. */
export type WorkloadOutput = "search" | "results" | "archive";

/** A workload's folder, read and checked; workload.schema.json describes each key. Paths are absolute. */
export type Workload = NonNullable<ReturnType<typeof readWorkload>>;

/** Code of an application: a file, or an object in S3. */
type WorkloadCode =
  | { readonly path: string }
  | { readonly bucket: string; readonly key: string; readonly objectVersion?: string };

/** Values by which Athena finds the folders of a partition. */
type PartitionValues = readonly string[] | "any" | { readonly since: string };

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
  readonly input?: string | undefined;
  readonly expected?: string | undefined;
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
    readonly instants?: readonly string[];
    readonly columns?: Readonly<Record<string, object>>;
    readonly transform?: string;
    readonly partitions?: readonly {
      readonly name: string;
      readonly since?: string;
      readonly values?: readonly string[] | "any";
    }[];
    readonly views?: Readonly<Record<string, readonly string[]>>;
  };
  readonly settings?: readonly string[];
  readonly indexPatterns?: readonly string[];
  /** Index to which the job writes canaries; without it it knows none. */
  readonly canaryIndex?: string;
  readonly plugin?: string;
  readonly local?: {
    readonly properties?: PropertyTemplates;
    /** Seconds of event time replayed in a second. */
    readonly speedup?: number;
    readonly onceSpeedup?: number;
  };
}

/** YAML in which a day such as 2026-01-31 is text, as in the files of a stack. */
const yaml = CORE_SCHEMA.extend({
  implicit: [
    new Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text) => text === "<<" }),
  ],
});

const conforms = schemas.compile<WorkloadFile>(schema);

/** First day of a derived archive's partitions: Athena looks at no folder before it. */
const firstDay = "2020-01-01";

/**
 * Reads the folder of a workload.
 * @param folder - absolute path
 * @param problems - takes one sentence for each problem
 * @param shown - the folder as the user wrote it, for the messages
 * @returns undefined where there are problems
 */
export function readWorkload(folder: string, problems: Problems, shown: string = folder) {
  const before = problems.found.length;
  const file = parsed(folder, shown, problems);
  if (file === undefined) return undefined;
  const at = (relative: string): string => path.resolve(folder, relative);
  const complain = (problem: string): void => {
    problems.add(`${path.join(shown, "workload.yaml")}: ${problem}`);
  };
  const existing = (
    key: string,
    relative: string | undefined,
    kinds: readonly ("file" | "folder")[] = ["file"],
  ): string | undefined => {
    if (relative === undefined) return undefined;
    if (!kinds.some((kind) => kind === kindOf(at(relative)))) {
      complain(`${key} must be an existing ${kinds.join(" or ")}; got ${relative}`);
    }
    return at(relative);
  };
  const json = (key: string, relative: string | undefined): SchemaObject | undefined => {
    const found = existing(key, relative);
    if (found === undefined || kindOf(found) !== "file") return undefined;
    try {
      return schemaOf(readFileSync(found, "utf8"));
    } catch (error) {
      complain(`${key} ${String(relative)} must be a JSON Schema; ${(error as Error).message}`);
      return undefined;
    }
  };

  const { job, archive = {}, eventTime, replay, local, ...others } = file;
  checkPlaceholders("properties", file.properties, placeholders, complain);
  checkPlaceholders("local.properties", local?.properties ?? {}, localPlaceholders, complain);
  const code = codeOf(job.code, job.version, folder, complain);
  if (job.rules !== undefined && !Object.hasOwn(propertyRules, job.rules)) {
    complain(`job.rules must be one of ${Object.keys(propertyRules).join(", ")}; got ${job.rules}`);
  }
  const eventSchema = json("eventSchema", file.eventSchema ?? "event.schema.json");
  const propertySchema = json("job.propertySchema", job.propertySchema);
  const transform = existing("archive.transform", archive.transform);
  const input = existing("input", file.input, ["file", "folder"]);
  const expected = existing("expected", file.expected);
  const settings = [".", ...(file.settings ?? [])].map(
    (one) => existing("settings", one, ["folder"]) ?? one,
  );
  checkSettings(settings, folder, complain);
  const table = archive.table ?? file.name.replaceAll("-", "_");
  const views = readViews(folder, archive.views ?? {}, settings, complain);
  if (table in views) complain(`archive.views must not have the table's name; got ${table}`);
  const queries = readQueries(folder, complain);
  const { field, format = "iso", timeZone = "UTC" } = eventTime;
  if (!isTimeFormat(format)) {
    complain(
      `eventTime.format must be ${namedFormats.join(", ")}, or a pattern of Luxon's tokens such as MM/dd/yyyy HH:mm:ss; got ${format}`,
    );
  }
  if (!IANAZone.isValidZone(timeZone)) {
    complain(`eventTime.timeZone must be an IANA time zone such as Europe/London; got ${timeZone}`);
  }
  if (eventSchema !== undefined) {
    checkField("eventTime.field", field, eventSchema, complain);
    checkField("partitionKey", file.partitionKey, eventSchema, complain);
  }
  const partitions = archive.partitions?.map(({ name, since, values = "any" }) => {
    return { name, values: since === undefined ? values : { since } };
  });
  const folders = (partitions ?? []).map(({ name }) => name);
  if (new Set(folders).size < folders.length) {
    complain(`archive.partitions must have names that differ; got ${folders.join(", ")}`);
  }
  if (transform === undefined && folders.some((name) => name !== "day")) {
    complain(
      `archive.partitions without archive.transform must be day, the UTC day of the event time; got ${folders.join(", ")}. Write a transform that returns them`,
    );
  }
  if (code === undefined || eventSchema === undefined || problems.found.length > before) {
    return undefined;
  }
  const producerArguments = [
    "--workload",
    "events",
    "--event-time-field",
    field,
    ...(format === "iso" ? [] : ["--event-time-format", format]),
    ...(timeZone === "UTC" ? [] : ["--time-zone", timeZone]),
    "--key-field",
    file.partitionKey,
  ];
  const { instants = [], columns = {} } = archive;
  const days: readonly { readonly name: string; readonly values: PartitionValues }[] = [
    { name: "day", values: { since: firstDay } },
  ];
  const { build, rules } = job;
  return {
    ...others,
    folder,
    eventTime: { field, format, timeZone },
    eventSchema,
    eventSchemaPath: at(file.eventSchema ?? "event.schema.json"),
    input,
    expected,
    /** Options of the producer, without the path of a schema. */
    replay: { files: true, arguments: producerArguments, ...replay },
    job: { code, build, sources: at(job.sources ?? "."), propertySchema, rules },
    /** A transform that is undefined is derived from the event schema. Views are by the index that each is like. */
    archive: {
      table,
      transform,
      instants,
      columns,
      partitions: partitions ?? days,
      views,
      queries,
    },
    /** Folders with index templates, lifecycle policies and dashboards. */
    settings,
    local: { properties: {}, speedup: 60, onceSpeedup: 600, ...local },
  };
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

function kindOf(place: string): "file" | "folder" | undefined {
  const found = statSync(place, { throwIfNoEntry: false });
  return found && (found.isDirectory() ? "folder" : "file");
}

function parsed(folder: string, shown: string, problems: Problems): WorkloadFile | undefined {
  const file = path.join(folder, "workload.yaml");
  if (!existsSync(file)) {
    problems.add(
      kindOf(folder) === "folder"
        ? `${shown} has no workload.yaml. Write one, or begin with \`npm run new-workload -- NAME\``
        : `workload ${shown} is not a folder. Set it to the folder of a workload, such as ./workloads/taxi`,
    );
    return undefined;
  }
  const where = path.join(shown, "workload.yaml");
  try {
    const value: unknown = load(readFileSync(file, "utf8"), { schema: yaml });
    if (conforms(value)) return value;
  } catch (error) {
    problems.add(`${where} must be YAML; ${(error as Error).message.split("\n")[0] ?? ""}`);
    return undefined;
  }
  for (const error of conforms.errors ?? []) {
    // The forms of values are reported one by one already, the keys that exclude each other together.
    const { keyword, schemaPath } = error;
    if (
      schemaPath.includes("oneOf") &&
      keyword === (schemaPath.includes("values") ? "oneOf" : "required")
    )
      continue;
    problems.add(`${where}: ${described(error, (key) => key, "the file")}`);
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
  const places = folders.flatMap((folder) => kinds.map((kind) => path.join(folder, kind)));
  for (const file of jsonFilesOf(places)) {
    try {
      JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      complain(`${path.relative(root, file)} must be JSON; ${(error as Error).message}`);
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
  if (additionalProperties !== false || Object.hasOwn(properties, first)) return;
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
