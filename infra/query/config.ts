import type { ConfigReader } from "../core/config-reader";
import { limits, roleArn } from "../core/limits";
import type { ArchiveChoices } from "../delivery/config";

/** How the archive of a stack is queried. */
export type QueriesConfig = NonNullable<ReturnType<typeof readQueries>>;

/** @returns undefined where the archive is not queried */
export function readQueries(read: ConfigReader) {
  const enabled = read.boolean("archiveQueries");
  const scanLimitMiB = read.integer("queryScanLimitMiB", limits.queryScanMiB);
  const roleArns = read.forms("queryReaderRoleArns", limits.archiveReaders, roleArn);
  const columns = read.strings("queryReaderColumns", limits.archiveReaderColumns);
  if (!enabled) return undefined;
  return {
    scanLimitMiB,
    /** Grants by Lake Formation; undefined where IAM alone decides. */
    readers: roleArns.length > 0 ? { roleArns, columns } : undefined,
  };
}

/** What queries demand of the archive. @param columns of its table */
export function checkQueries(
  queries: QueriesConfig,
  archive: ArchiveChoices,
  columns: readonly string[],
  read: ConfigReader,
): void {
  read.problems.require(
    archive.format === "PARQUET",
    `${read.name("archiveQueries")} requires ${read.name("archiveFormat")} PARQUET, which has a table; got ${archive.format}. Set ${read.name("archiveQueries")} to false, or choose PARQUET`,
  );
  for (const column of queries.readers?.columns ?? []) {
    read.problems.oneOf(`A column of ${read.name("queryReaderColumns")}`, column, columns);
  }
}
