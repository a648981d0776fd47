import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ColumnSource, tableColumns } from "./columns";
import { allow, type Statement } from "../core/iam";
import type { Form } from "../core/validate";

/** A folder level of the archive, which Athena reads as a column. */
export interface TablePartition {
  readonly name: string;
  /**
   * What Athena may expect: days of the calendar since the first one (yyyy-MM-dd), a few values, or whatever a query
   * asks for, which then has to ask for a value.
   * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
   */
  readonly values: { readonly since: string } | readonly string[] | "any";
}

export interface DeliveryTableArgs extends ColumnSource {
  /** Database of the table; it is made with it. */
  readonly databaseName: pulumi.Input<string>;
  readonly tableName: string;
  readonly description: string;
  /** Folder levels below the location, outermost first. @default none */
  readonly partitions?: readonly TablePartition[];
  /** Name of the bucket. */
  readonly bucketName: pulumi.Input<string>;
  /** Where the objects lie in the bucket, such as `events/`. */
  readonly prefix: string;
}

/** A table that is there, to be queried. */
export interface QueriedTable {
  /** Known once the database exists. */
  readonly databaseName: pulumi.Input<string>;
  readonly tableName: pulumi.Input<string>;
  /** What it takes to read the table's objects. */
  readonly statements: readonly Statement[];
}

/** Names of databases, tables and partitions: what Athena takes without quotes. */
export const tableNameForm: Form = {
  pattern: /^[a-z_][a-z0-9_]{0,127}$/,
  description: "1 to 128 lower-case letters, digits and underscores that do not begin with a digit",
};

/**
 * The Glue table of an archive: Firehose takes from it how to write Parquet, Athena how to read it. Partitions are
 * projected from the folders' names, so that neither an update nor a crawler has to add them.
 *
 * @example
 * new DeliveryTable("trips", {
 *   databaseName: "streaming_dev",
 *   tableName: "trips",
 *   description: "Taxi trips",
 *   schema: tripSchema,
 *   bucketName: archive.bucketName,
 *   prefix: "events/",
 * });
 */
export class DeliveryTable extends pulumi.ComponentResource {
  readonly databaseName: pulumi.Output<string>;
  readonly tableName: pulumi.Output<string>;

  readonly #arns: readonly pulumi.Output<string>[];
  readonly #region: pulumi.Output<string>;

  constructor(name: string, args: DeliveryTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:DeliveryTable", name, args, opts);

    const { partitions = [] } = args;
    const folders = partitions.map(({ name: key }) => `${key}=\${${key}}/`).join("");
    const location = pulumi.interpolate`s3://${args.bucketName}/${args.prefix}`;
    const database = new aws.glue.CatalogDatabase(
      name,
      { name: args.databaseName, description: args.description },
      { parent: this },
    );
    const table = new aws.glue.CatalogTable(
      name,
      {
        databaseName: database.name,
        name: args.tableName,
        description: args.description,
        tableType: "EXTERNAL_TABLE",
        parameters: {
          EXTERNAL: "TRUE",
          classification: "parquet",
          ...(partitions.length > 0 && {
            "projection.enabled": "true",
            "storage.location.template": pulumi.interpolate`${location}${folders}`,
            ...Object.fromEntries(partitions.flatMap(projection)),
          }),
        },
        partitionKeys: partitions.map((partition) => ({ name: partition.name, type: "string" })),
        storageDescriptor: {
          location,
          columns: tableColumns(args),
          inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
          outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
          serDeInfo: {
            serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            parameters: { "serialization.format": "1" },
          },
        },
      },
      { parent: this },
    );

    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const { region } = aws.getRegionOutput({}, { parent: this });
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const arn = pulumi.interpolate`arn:${partition}:glue:${region}:${accountId}`;
    this.#arns = [
      "catalog",
      pulumi.interpolate`database/${args.databaseName}`,
      pulumi.interpolate`table/${args.databaseName}/${args.tableName}`,
    ].map((resource) => pulumi.interpolate`${arn}:${resource}`);
    this.#region = region;
    this.databaseName = database.name;
    this.tableName = table.name;
    this.registerOutputs({ databaseName: this.databaseName, tableName: this.tableName });
  }

  /** How Firehose turns JSON into Parquet with these columns, compressed with Snappy, the format's own compression. */
  conversion(roleArn: pulumi.Input<string>) {
    return {
      enabled: true,
      inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
      outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
      schemaConfiguration: {
        databaseName: this.databaseName,
        tableName: this.tableName,
        roleArn,
        region: this.#region,
      },
    };
  }

  /** What Firehose needs to read the schema: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-glue */
  readStatements(): Statement[] {
    return [allow(["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"], this.#arns)];
  }
}

/** How Athena finds the folders of a partition: https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html */
function projection({ name, values }: TablePartition): (readonly [string, string])[] {
  const key = `projection.${name}`;
  if (values === "any") return [[`${key}.type`, "injected"]];
  if ("since" in values) {
    return [
      [`${key}.type`, "date"],
      [`${key}.format`, "yyyy-MM-dd"],
      [`${key}.range`, `${values.since},NOW+1DAYS`],
      [`${key}.interval`, "1"],
      [`${key}.interval.unit`, "DAYS"],
    ];
  }
  return [
    [`${key}.type`, "enum"],
    [`${key}.values`, values.join(",")],
  ];
}
