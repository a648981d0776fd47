import path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import {
  checkProperties,
  configuredKeys,
  configuredPlaceholders,
  type ConfiguredValues,
  type PlaceholderValues,
  resolvedProperties,
} from "../contracts/property-templates";
import { readWorkload, type Workload, workloadFolder } from "../contracts/workload";
import type { ConfigReader } from "../core/config-reader";
import { limits } from "../core/limits";
import type { DeliveryStreamArgs, DeliveryTransformArgs } from "../delivery/args";
import {
  columnProblems,
  type ColumnSchema,
  flatProperties,
  tableColumns,
  valueType,
} from "../delivery/columns";
import type { ArchiveChoices } from "../delivery/config";
import type { ArchiveQueriesArgs } from "../query/archive-queries";
import type { ArchivedEvents } from "../delivery/transform/events";

/** What flows through a stack and what its job is given. */
export interface JobConfig {
  readonly workload: Workload;
  /** Values of the stack's keys that the properties of the workload name. */
  readonly configured: ConfiguredValues;
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
export function readJob(read: ConfigReader, root: string): JobConfig | undefined {
  const folder = read.form("workload", { pattern: /\S/, description: "the folder of a workload" });
  const archived = read.boolean("jobArchive");
  const maxDisorderSeconds = read.integer("outOfOrdernessSeconds", limits.maxDisorderSeconds);
  if (folder === "") return undefined;
  const workload = readWorkload(workloadFolder(folder, root), read.problems, folder);
  if (workload === undefined) return undefined;
  const { views, queries } = workload.archive;
  const sqls = [...Object.values(views), ...Object.values(queries)].map(({ sql }) => sql);
  const configured = Object.fromEntries(
    [workload.properties, { sql: { all: sqls.join() } }]
      .flatMap((templates) => configuredKeys(templates))
      .map((key) => [key, read.text(key)]),
  );
  return { workload, configured, archived, maxDisorderSeconds };
}

/** What the job would refuse when it starts, and what a table of its events could not have as columns. */
export function checkJob(
  { workload, configured, archived }: JobConfig,
  fanOut: boolean,
  archive: ArchiveChoices,
  read: ConfigReader,
): void {
  const { table } = archiveOf(workload, archive, "");
  for (const problem of table === undefined ? [] : columnProblems(table)) {
    read.problems.add(
      `The event schema of ${read.name("workload")}: ${problem}. Correct it, or set ${read.name("archiveFormat")} to JSON`,
    );
  }
  const absent = [
    ...(archived && workload.outputs.includes("archive") ? [] : ["archive.path"]),
    ...(fanOut ? [] : ["stream.consumerArn"]),
    ...(workload.outputs.includes("results") ? [] : ["results.name", "results.arn"]),
  ];
  checkProperties(workload, configured, absent, read.problems, (property) => {
    const [group = "", key = ""] = property.split(".");
    const [, configuredKey] =
      /^\$\{config\.(\w+)\}$/.exec(String(workload.properties[group]?.[key])) ?? [];
    return configuredKey === undefined ? `properties.${property}` : read.name(configuredKey);
  });
}

/** The property groups of the application. */
export function propertyGroups(
  { workload, configured }: JobConfig,
  values: PlaceholderValues,
): Record<string, Record<string, pulumi.Input<string>>> {
  return resolvedProperties(workload.properties, {
    ...configuredPlaceholders(configured),
    ...values,
  });
}

/** The transform, the partitions and the table that the events of a workload are archived with. */
export function archiveOf(
  workload: Workload,
  { format, partitioned }: ArchiveChoices,
  databaseName: pulumi.Input<string>,
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

/** The columns of a workload's archive, partitions included. */
export function columnsOf(workload: Workload, { partitioned }: ArchiveChoices): string[] {
  const { table } = archiveOf(workload, { format: "PARQUET", partitioned }, "");
  if (table === undefined) return [];
  return [...tableColumns(table), ...(table.partitions ?? [])].map(({ name }) => name);
}

/** Views and queries of a workload's archive, with the values of the stack. */
export function queriesOf({
  workload,
  configured,
}: JobConfig): Required<Pick<ArchiveQueriesArgs, "views" | "queries">> {
  const { views, queries } = workload.archive;
  const filled = (sql: string): string =>
    sql.replace(/\$\{config\.(\w+)\}/g, (_, key: string) => configured[key] ?? "");
  return {
    // Athena knows lower case alone, and quotes a hyphen.
    views: Object.fromEntries(
      Object.entries(views).map(([index, { sql, fields }]) => [
        index.replaceAll("-", "_"),
        {
          sql: filled(sql),
          columns: Object.fromEntries(
            Object.entries(fields).map(([field, type]) => [field.toLowerCase(), type]),
          ),
        },
      ]),
    ),
    queries: Object.fromEntries(
      Object.entries(queries).map(([name, query]) => [name, { ...query, sql: filled(query.sql) }]),
    ),
  };
}

/** The index template of indexed events, derived from their schema; one of that name in the workload's folders replaces it. */
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
        settings: { refresh_interval: "30s" },
        mappings: {
          dynamic: eventSchema["additionalProperties"] === false ? "strict" : false,
          properties: Object.fromEntries(
            flatProperties({ ...properties, ...columns }).map(([name, property]) => {
              const { format } = property;
              const isInstant = format === "date-time" || instants.includes(name);
              return [
                name,
                { type: isInstant ? "date" : (fieldTypes[valueType(property)] ?? "keyword") },
              ];
            }),
          ),
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

/** The function that prepares the events of a workload for archive and indices. */
export function transformOf({
  archive: { transform },
  eventSchema,
  eventTime,
}: Workload): DeliveryTransformArgs {
  if (transform !== undefined) return { entryPath: transform };
  const { field: timeField, format, timeZone } = eventTime;
  const events: ArchivedEvents = { schema: eventSchema, timeField, format, timeZone };
  return {
    entryPath: path.join(__dirname, "../delivery/transform/events.ts"),
    constants: { ARCHIVED_EVENTS: events },
  };
}
