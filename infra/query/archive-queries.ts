import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { actions, allow, arnBeside, type Statement } from "../core/iam";
import { limits, roleArn } from "../core/limits";
import { bucketArgs, PrivateBucket } from "../core/private-bucket";
import { type Form, Problems } from "../core/validate";
import { type QueriedTable, tableNameForm } from "../delivery/table";
import { type ArchiveView, viewTable } from "./view";

/** A query that is offered in the workgroup. */
export interface ArchiveQuery {
  /** Statement in the SQL of Athena engine version 3; `?` stands for a parameter. */
  readonly sql: string;
  /** What it answers and what its parameters are, up to 1,024 characters. */
  readonly description: string;
}

/** Roles that read some columns of the table. */
export interface ColumnReaders {
  readonly roleArns: readonly string[];
  /** Columns of the table, partitions included. An empty list stands for all. */
  readonly columns: readonly string[];
}

export interface ArchiveQueriesArgs {
  /** The table to query, such as `archive.queried()` of a `DeliveryStream`. */
  readonly archive: QueriedTable;
  /** MiB that a query may read before it is canceled, 10 to 10,485,760. Athena bills what is read. */
  readonly scanLimitMiB: number;
  /** Views by name, in the database of the table. @default none */
  readonly views?: Readonly<Record<string, ArchiveView>>;
  /** Queries by name. @default none */
  readonly queries?: Readonly<Record<string, ArchiveQuery>>;
  /**
   * Grants by Lake Formation: SELECT on these columns and on the views. They narrow access only where Lake Formation
   * manages the table: https://docs.aws.amazon.com/lake-formation/latest/dg/upgrade-glue-lake-formation.html
   * @default none; IAM alone decides
   */
  readonly readers?: ColumnReaders | undefined;
  /** Days after which a query's result expires, 1 to 3,653. @default 7 */
  readonly resultExpirationDays?: number;
  /** ARN of the KMS key that encrypts results. @default S3's own keys (SSE-S3) */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Name of the bucket that takes the log of requests to the results. @default no log */
  readonly logBucketName?: pulumi.Input<string> | undefined;
  /** Keeps results when they leave the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/** Name of a query: https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html */
const queryName: Form = {
  pattern: /^[A-Za-z0-9_.-]{1,128}$/,
  description: "1 to 128 letters, digits, dots, hyphens and underscores",
};

/**
 * Queries of an archive with Athena: a workgroup whose settings no client overrides, with a bucket for results, the
 * views and queries of the archive, and, as asked for, grants of single columns.
 *
 * @example
 * new ArchiveQueries("queries", {
 *   archive: archive.queried(),
 *   scanLimitMiB: 1024,
 *   queries: { revenue: { sql: "SELECT sum(price) FROM orders", description: "Revenue." } },
 * });
 */
export class ArchiveQueries extends pulumi.ComponentResource {
  readonly workgroupName: pulumi.Output<string>;

  readonly #args: ArchiveQueriesArgs;
  readonly #results: PrivateBucket;
  readonly #workgroupArn: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: ArchiveQueriesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ArchiveQueries", name, args, opts);
    validate(name, args);

    const { archive, kmsKeyArn, views = {}, queries = {}, readers } = args;
    const { databaseName } = archive;
    const child = { parent: this };
    const { accountId } = aws.getCallerIdentityOutput({}, child);
    const results = new PrivateBucket(
      `${name}-results`,
      bucketArgs({ ...args, expirationDays: args.resultExpirationDays ?? 7 }),
      child,
    );
    const workgroup = new aws.athena.Workgroup(
      name,
      {
        description: "Queries of the archive",
        configuration: {
          enforceWorkgroupConfiguration: true,
          publishCloudwatchMetricsEnabled: true,
          bytesScannedCutoffPerQuery: args.scanLimitMiB * 2 ** 20,
          engineVersion: { selectedEngineVersion: "Athena engine version 3" },
          resultConfiguration: {
            outputLocation: pulumi.interpolate`s3://${results.bucketName}/`,
            expectedBucketOwner: accountId,
            encryptionConfiguration:
              kmsKeyArn === undefined
                ? { encryptionOption: "SSE_S3" }
                : { encryptionOption: "SSE_KMS", kmsKeyArn },
          },
        },
        // The history of queries goes with it; results are in the bucket.
        forceDestroy: true,
      },
      child,
    );
    const viewNames = Object.entries(views).map(
      ([view, definition]) =>
        new aws.glue.CatalogTable(
          `${name}-${view}`,
          { databaseName, name: view, ...viewTable(definition, databaseName) },
          child,
        ).name,
    );
    for (const [query, { sql, description }] of Object.entries(queries)) {
      new aws.athena.NamedQuery(
        `${name}-${query}`,
        { name: query, description, database: databaseName, workgroup: workgroup.name, query: sql },
        child,
      );
    }
    readers?.roleArns.forEach((principal, index) => {
      const permissions = ["SELECT"];
      const columns =
        readers.columns.length > 0 ? { columnNames: [...readers.columns] } : { wildcard: true };
      const table = { databaseName, name: archive.tableName, ...columns };
      new aws.lakeformation.Permissions(
        `${name}-reader-${index}`,
        { principal, permissions, tableWithColumns: table },
        child,
      );
      viewNames.forEach((view, at) => {
        new aws.lakeformation.Permissions(
          `${name}-reader-${index}-view-${at}`,
          { principal, permissions, table: { databaseName, name: view } },
          child,
        );
      });
    });

    this.#args = args;
    this.#results = results;
    this.#workgroupArn = workgroup.arn;
    this.workgroupName = workgroup.name;
    this.registerOutputs({ workgroupName: this.workgroupName });
  }

  /**
   * Statements for principals that query the archive in this workgroup:
   * https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html and
   * https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
   */
  readStatements(): Statement[] {
    const { archive, views = {}, readers } = this.#args;
    const beside = (service: string, resource: pulumi.Input<string>): pulumi.Output<string> =>
      pulumi.output(resource).apply((known) => arnBeside(this.#workgroupArn, service, known));
    const table = (name: pulumi.Input<string>): pulumi.Output<string> =>
      pulumi.interpolate`table/${archive.databaseName}/${name}`;
    return [
      allow(
        actions({
          athena:
            "BatchGetNamedQuery BatchGetQueryExecution GetNamedQuery GetQueryExecution GetQueryResults " +
            "GetQueryResultsStream GetQueryRuntimeStatistics GetWorkGroup ListNamedQueries " +
            "ListQueryExecutions StartQueryExecution StopQueryExecution",
        }),
        [this.#workgroupArn],
      ),
      allow(
        actions({
          athena: "GetDataCatalog GetDatabase GetTableMetadata ListDatabases ListTableMetadata",
        }),
        [beside("athena", "datacatalog/AwsDataCatalog")],
      ),
      // For the console; these actions know no resources.
      allow(actions({ athena: "ListDataCatalogs ListWorkGroups" }), ["*"]),
      // Athena looks at the database default with every query.
      allow(actions({ glue: "GetDatabase GetDatabases" }), [
        beside("glue", "catalog"),
        beside("glue", "database/default"),
        beside("glue", pulumi.interpolate`database/${archive.databaseName}`),
      ]),
      allow(actions({ glue: "GetPartition GetPartitions GetTable GetTables" }), [
        beside("glue", "catalog"),
        beside("glue", pulumi.interpolate`database/${archive.databaseName}`),
        ...[archive.tableName, ...Object.keys(views)].map((name) => beside("glue", table(name))),
      ]),
      ...(readers === undefined ? [] : [allow(["lakeformation:GetDataAccess"], ["*"])]),
      ...archive.statements,
      ...this.#results.fileStatements(""),
    ];
  }
}

function validate(name: string, args: ArchiveQueriesArgs): void {
  const problems = new Problems();
  const { archive, views = {}, queries = {}, readers } = args;
  problems.check(args, { scanLimitMiB: limits.queryScanMiB });
  for (const [view, { columns }] of Object.entries(views)) {
    problems.matches("A view's name", view, tableNameForm);
    problems.require(
      view !== archive.tableName,
      `view ${view} has the name of the table; choose another`,
    );
    const names = Object.keys(columns);
    problems.require(names.length > 0, `view ${view} must have columns; got none`);
    for (const column of names) problems.matches(`A column of view ${view}`, column, tableNameForm);
  }
  for (const [query, { sql, description }] of Object.entries(queries)) {
    problems.matches("A query's name", query, queryName);
    problems.integer(`The length of query ${query}`, sql.length, limits.queryLength);
    problems.integer(
      `The length of the description of query ${query}`,
      description.length,
      limits.queryDescriptionLength,
    );
  }
  if (readers !== undefined) {
    problems.distinct("readers.roleArns", readers.roleArns, limits.archiveReaders);
    problems.distinct("readers.columns", readers.columns, limits.archiveReaderColumns);
    problems.check(readers, { roleArns: roleArn, columns: tableNameForm }, "readers.");
  }
  problems.throwIfAny(`ArchiveQueries "${name}" has invalid arguments`);
}
