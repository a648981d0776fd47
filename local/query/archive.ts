import { existsSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { viewStatement } from "../../infra/query/view";
import { filesIn } from "../machine/project";
import { mapValues } from "../provider/values";

/** A resource of the deployed program. */
export interface Deployed {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Table {
  readonly name: string;
  readonly viewOriginalText?: string;
  readonly partitionKeys?: readonly { readonly name: string }[];
  readonly storageDescriptor: {
    readonly location?: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  };
}

/** A query of the workgroup. */
interface NamedQuery {
  readonly name: string;
  readonly description: string;
  readonly query: string;
}

/** A row by column; instants are texts such as 2019-03-01T18:00:00Z. */
export type Row = Readonly<Record<string, unknown>>;

/** DuckDB's names of Glue's types. Those that are missing are the same in both. */
const columnTypes: Readonly<Record<string, string>> = { string: "varchar" };

/** What Athena has and DuckDB has not. */
const athenaFunctions = [
  "CREATE MACRO sequence(first, last) AS generate_series(first, last), (first, last, step) AS generate_series(first, last, step)",
];

export type LocalArchive = Awaited<ReturnType<typeof openArchive>>;

/**
 * Views and queries of a deployed program, answered by DuckDB from the objects of the archive on this machine.
 * @param bucketFolder - folder with the objects of a bucket
 */
export async function openArchive(
  resources: readonly Deployed[],
  bucketFolder: (bucket: string) => string,
) {
  // Nothing is downloaded: what is not built in is an error.
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  for (const statement of ["SET TimeZone = 'UTC'", ...athenaFunctions]) {
    await connection.run(statement);
  }
  let isEmpty = true;
  const tables = inputsOf(resources, "aws:glue/catalogTable:CatalogTable") as unknown as Table[];
  // A view needs the tables that it reads.
  for (const table of tables) {
    if (table.viewOriginalText !== undefined) continue;
    const files = objectsOf(table, bucketFolder);
    isEmpty &&= files.length === 0;
    await connection.run(`CREATE VIEW "${table.name}" AS ${readingOf(table, files)}`);
  }
  for (const { name, viewOriginalText } of tables) {
    const statement = viewStatement(viewOriginalText);
    if (statement === undefined) continue;
    await connection.run(`CREATE VIEW "${name}" AS ${statement}`).catch((cause: unknown) => {
      throw new Error(`The view ${name} cannot be made: ${(cause as Error).message}`, { cause });
    });
  }
  const queries: unknown = inputsOf(resources, "aws:athena/namedQuery:NamedQuery");
  return {
    queries: queries as readonly NamedQuery[],
    isEmpty,
    /** How many values a statement takes. @throws as `rows` */
    async parameterCount(sql: string): Promise<number> {
      return (await connection.prepare(sql)).parameterCount;
    },
    /** @throws Error of DuckDB that names what is wrong with the statement */
    async rows(sql: string, parameters: readonly string[] = []): Promise<Row[]> {
      const reader = await connection.runAndReadAll(sql, [...parameters]);
      return reader.getRowObjectsJS().map((row) => mapValues(row, plain));
    },
    close(): void {
      connection.closeSync();
    },
  };
}

function inputsOf(resources: readonly Deployed[], type: string): Deployed["inputs"][] {
  return resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs);
}

/** Parquet files of a table. */
function objectsOf(
  { storageDescriptor: { location = "" } }: Table,
  bucketFolder: (bucket: string) => string,
): string[] {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? [];
  const folder = path.join(bucketFolder(bucket), prefix);
  return existsSync(folder) ? filesIn(folder).filter((file) => file.endsWith(".parquet")) : [];
}

/** The statement that reads objects with the columns and types of a table. */
function readingOf({ storageDescriptor, partitionKeys = [] }: Table, files: string[]): string {
  const keys = partitionKeys.map(({ name }) => ({ name, type: "string" }));
  const columns = [...storageDescriptor.columns, ...keys].map(({ name, type }) => {
    const value = files.length > 0 ? `"${name}"` : "NULL";
    return `CAST(${value} AS ${columnTypes[type] ?? type}) AS "${name}"`;
  });
  const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ");
  const source =
    files.length > 0
      ? `FROM read_parquet([${list}], hive_partitioning = ${keys.length > 0}, hive_types_autocast = false, union_by_name = true)`
      : "WHERE false";
  return `SELECT ${columns.join(", ")} ${source}`;
}

/** A value as the documents of an index have it. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Date ? value.toISOString().replace(".000Z", "Z") : value;
}
