import * as pulumi from "@pulumi/pulumi";

/** Types of a view's columns, by those of an index's fields: what Athena calls each, and what Glue does. */
export const viewTypes = {
  boolean: { sql: "boolean", glue: "boolean" },
  date: { sql: "timestamp(3)", glue: "timestamp" },
  double: { sql: "double", glue: "double" },
  integer: { sql: "integer", glue: "int" },
  keyword: { sql: "varchar", glue: "string" },
  long: { sql: "bigint", glue: "bigint" },
} as const;

export type ViewColumns = Readonly<Record<string, keyof typeof viewTypes>>;

/** A view over the archive's table. */
export interface ArchiveView {
  /** SELECT statement with these columns, in any order and of types that can be cast to these. */
  readonly sql: string;
  /** Columns and the types that they have in an index, such as `{ zone: "integer", windowstart: "date" }`. */
  readonly columns: ViewColumns;
}

/**
 * A view as the Data Catalog keeps it for Athena, which refuses one whose columns have other types than its statement:
 * https://docs.aws.amazon.com/athena/latest/ug/views-glue.html
 */
export function viewTable({ sql, columns }: ArchiveView, databaseName: pulumi.Input<string>) {
  const typed = Object.entries(columns).map(([name, type]) => [name, viewTypes[type]] as const);
  const casts = typed.map(([name, type]) => `CAST("${name}" AS ${type.sql}) AS "${name}"`);
  const definition = pulumi.output(databaseName).apply((schema) =>
    JSON.stringify({
      originalSql: `SELECT\n  ${casts.join(",\n  ")}\nFROM (\n${sql.trimEnd()}\n)`,
      catalog: "awsdatacatalog",
      schema,
      columns: typed.map(([name, type]) => ({ name, type: type.sql })),
    }),
  );
  return {
    tableType: "VIRTUAL_VIEW",
    // By these two Athena knows its own views.
    parameters: { presto_view: "true", comment: "Presto View" },
    viewOriginalText: definition.apply(
      (text) => `/* Presto View: ${Buffer.from(text).toString("base64")} */`,
    ),
    viewExpandedText: "/* Presto View */",
    storageDescriptor: { columns: typed.map(([name, type]) => ({ name, type: type.glue })) },
  };
}

/** The statement of a view that {@link viewTable} made; undefined for a table that is none. */
export function viewStatement(viewOriginalText: string | undefined): string | undefined {
  const [, encoded] = /^\/\* Presto View: (.*) \*\/$/.exec(viewOriginalText ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const definition = JSON.parse(Buffer.from(encoded, "base64").toString()) as {
    readonly originalSql: string;
  };
  return definition.originalSql;
}
