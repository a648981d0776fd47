import path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import {
  checkProperties,
  configuredKeys,
  plainSchema,
  readWorkload,
  resolvedProperties,
  type Workload,
  workloadFolder,
} from "../contracts/workload";
import type { ConfigReader } from "../core/config-reader";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";
import type { DeliveryStreamArgs, DeliveryTransformArgs } from "../delivery/args";
import type { ColumnSchema } from "../delivery/columns";
import type { ArchiveChoices } from "../delivery/config";
import type { ArchivedEvents } from "../delivery/transform/events";

/** What flows through a stack and what its job is given. */
export interface JobConfig {
  readonly workload: Workload;
  /** Values of the stack's keys that the properties of the workload name. */
  readonly configured: Readonly<Record<string, string | undefined>>;
  /** The job writes files to the archive's bucket, where its workload has that output. */
  readonly archived: boolean;
  /** Event time in seconds by which records of a shard may be out of order, 0 to 86,400. */
  readonly maxDisorderSeconds: number;
}

/**
 * Reads the workload of a stack and the keys that its properties name.
 * @param root - folder that the path of the workload is relative to
 * @returns undefined where the workload cannot be read
 */
export function readJob(
  read: ConfigReader,
  root: string,
  problems: Problems,
): JobConfig | undefined {
  const folder = read.form("workload", { pattern: /\S/, description: "the folder of a workload" });
  const archived = read.boolean("jobArchive");
  const maxDisorderSeconds = read.integer("outOfOrdernessSeconds", limits.maxDisorderSeconds);
  if (folder === "") return undefined;
  const workload = readWorkload(workloadFolder(folder, root), problems, folder);
  if (workload === undefined) return undefined;
  const configured = Object.fromEntries(
    configuredKeys(workload).map((key) => [key, read.text(key)]),
  );
  return { workload, configured, archived, maxDisorderSeconds };
}

/** What the job would refuse when it starts. */
export function checkJob(
  { workload, configured, archived }: JobConfig,
  fanOut: boolean,
  read: ConfigReader,
  problems: Problems,
): void {
  const absent = [
    ...(archived && workload.outputs.includes("archive") ? [] : ["archive.path"]),
    ...(fanOut ? [] : ["stream.consumerArn"]),
    ...(workload.outputs.includes("results") ? [] : ["results.name", "results.arn"]),
  ];
  checkProperties(
    workload,
    (key) => configured[key],
    new Set(absent),
    problems,
    (property) => {
      const [group = "", key = ""] = property.split(".");
      const [, configuredKey] =
        /^\$\{config\.(\w+)\}$/.exec(String(workload.properties[group]?.[key])) ?? [];
      return configuredKey === undefined ? `properties.${property}` : read.name(configuredKey);
    },
  );
}

/** The property groups of the application. */
export function propertyGroups(
  { workload, configured }: JobConfig,
  values: Readonly<Record<string, pulumi.Input<string> | undefined>>,
): Record<string, Record<string, pulumi.Input<string>>> {
  return resolvedProperties(workload.properties, (placeholder) =>
    placeholder.startsWith("config.")
      ? configured[placeholder.slice("config.".length)]
      : values[placeholder],
  );
}

/** The transform, the partitions and the table that the events of a workload are archived with. */
export function archiveOf(
  workload: Workload,
  { format, partitioned, databaseName }: ArchiveChoices,
): Pick<DeliveryStreamArgs, "transform" | "partitions" | "table"> {
  const { table, instants, columns, partitions } = workload.archive;
  const { properties } = workload.eventSchema as ColumnSchema;
  return {
    transform: transformOf(workload),
    ...(partitioned && { partitions: partitions.map(({ name }) => ({ name })) }),
    ...(format === "PARQUET" && {
      table: {
        tableName: table,
        description: workload.description,
        schema: { properties: { ...properties, ...columns } },
        instants,
        databaseName,
        partitions: partitioned ? partitions : [],
      },
    }),
  };
}

/** The index template of indexed events, derived from their schema; none where the workload's folders have one of that name. */
export function eventTemplates({
  archive,
  eventSchema,
}: Workload): Record<string, Readonly<Record<string, unknown>>> {
  const { table, instants, columns } = archive;
  const { properties } = eventSchema as ColumnSchema;
  return {
    [table]: {
      index_patterns: [`${table}-*`],
      template: {
        settings: { number_of_shards: 1, refresh_interval: "30s" },
        mappings: {
          dynamic: eventSchema["additionalProperties"] === false ? "strict" : false,
          properties: eventMapping({ ...properties, ...columns }, instants),
        },
      },
    },
  };
}

/** Types of an index by those of a JSON Schema; the transform turns a list into JSON text. */
const fieldTypes: Readonly<Record<string, string>> = {
  boolean: "boolean",
  integer: "long",
  number: "double",
  string: "keyword",
  array: "keyword",
};

/** Fields of an index as the transform flattens events. */
function eventMapping(
  properties: Readonly<Record<string, ColumnSchema>>,
  instants: readonly string[],
): Record<string, { readonly type: string }> {
  const fields = (path: string, property: ColumnSchema): (readonly [string, string])[] => {
    if (property.type === "object") {
      return Object.entries(property.properties ?? {}).flatMap(([key, nested]) =>
        fields(`${path}_${key}`, nested),
      );
    }
    const isInstant = property.format === "date-time" || instants.includes(path);
    return [[path, isInstant ? "date" : (fieldTypes[property.type ?? ""] ?? "keyword")]];
  };
  return Object.fromEntries(
    Object.entries(properties)
      .flatMap(([key, property]) => fields(key, property))
      .map(([name, type]) => [name, { type }]),
  );
}

/** The function that prepares the events of a workload for archive and indices. */
export function transformOf({
  archive: { transform },
  eventSchema,
  eventTime,
}: Workload): DeliveryTransformArgs {
  if (transform !== undefined) return { entryPath: transform };
  const { field: timeField, format, timeZone } = eventTime;
  const schema = plainSchema(eventSchema);
  const events: ArchivedEvents = { schema, timeField, format, timeZone };
  return {
    entryPath: path.join(__dirname, "../delivery/transform/events.ts"),
    constants: { ARCHIVED_EVENTS: events },
  };
}
