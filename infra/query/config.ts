import type { ConfigReader } from "../core/config-reader";
import { limits, roleArn } from "../core/limits";
import type { Problems } from "../core/validate";
import type { ArchiveChoices } from "../delivery/config";
import type { ColumnReaders } from "./archive-queries";

/** How the archive of a stack is queried. */
export interface QueriesConfig {
  readonly scanLimitMiB: number;
  /** Grants by Lake Formation; undefined where IAM alone decides. */
  readonly readers: ColumnReaders | undefined;
}

/** @returns undefined where the archive is not queried */
export function readQueries(read: ConfigReader): QueriesConfig | undefined {
  const enabled = read.boolean("archiveQueries");
  const scanLimitMiB = read.integer("queryScanLimitMiB", limits.queryScanMiB);
  const roleArns = read.forms("queryReaderRoleArns", limits.archiveReaders, roleArn);
  const columns = read.strings("queryReaderColumns", limits.archiveReaderColumns);
  if (!enabled) return undefined;
  return { scanLimitMiB, readers: roleArns.length > 0 ? { roleArns, columns } : undefined };
}

/** What queries demand of the archive. @param columns of its table */
export function checkQueries(
  queries: QueriesConfig,
  archive: ArchiveChoices,
  columns: readonly string[],
  read: ConfigReader,
  problems: Problems,
): void {
  problems.require(
    archive.format === "PARQUET",
    `${read.name("archiveQueries")} requires ${read.name("archiveFormat")} PARQUET, which has a table; got ${archive.format}. Set ${read.name("archiveQueries")} to false, or choose PARQUET`,
  );
  for (const column of queries.readers?.columns ?? []) {
    problems.oneOf(`A column of ${read.name("queryReaderColumns")}`, column, columns);
  }
}
