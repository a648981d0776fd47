import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentInputs } from "../core/component";
import { type DeliveryStreamArgs, validate } from "./args";
import { deliveryDestination, folders } from "./destination";
import { secretStatements } from "./destination-secret";
import { searchStatements } from "./search-destination";
import { DeliveryTable, type QueriedTable } from "./table";
import { allow, ServiceRole, type Statement, useKey } from "../core/iam";
import { logGroup } from "../core/logs";
import { NodeFunction } from "../core/node-function";
import { bucketArgs, PrivateBucket } from "../core/private-bucket";

export type { DeliveryStreamArgs } from "./args";

/**
 * A Firehose stream with everything that it needs: the bucket of the archive, its role, its log and, as asked for, the
 * function that prepares records, the Glue table of a Parquet archive, and another destination than the bucket: an
 * OpenSearch index, an HTTP endpoint, Splunk or Redshift.
 *
 * It reads a Kinesis data stream or takes what is put to it. What cannot be delivered goes to errors/, by kind of
 * error and day; with `keepSource` everything goes to source/ as it came, too.
 *
 * @example
 * new DeliveryStream("archive", {
 *   source: { streamArn: events.arn, statements: events.readStatements() },
 *   bufferMiB: 16,
 *   bufferSeconds: 300,
 *   logRetentionDays: 30,
 * });
 */
export class DeliveryStream extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  /** The role that delivers; a domain with fine-grained access control has to map it. */
  readonly roleArn: pulumi.Output<string>;
  /** Name of the function that prepares records, where there is one. */
  readonly transformName: pulumi.Output<string> | undefined;

  readonly #archive: PrivateBucket;
  readonly #table: DeliveryTable | undefined;
  readonly #directPutKey: pulumi.Input<string> | undefined;
  readonly #region: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: DeliveryStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:DeliveryStream", name, componentInputs(args, "transform"), opts);
    validate(name, args);

    const { source, search, kmsKeyArn } = args;
    const secret = args.http ?? args.splunk ?? args.redshift;
    const { keepSource = false, encryptAtRest = true } = args;
    const child = { parent: this };
    this.#region = aws.getRegionOutput({}, child).region;

    const archive = new PrivateBucket(name, bucketArgs(args), child);
    const table =
      args.table &&
      new DeliveryTable(
        `${name}-table`,
        { ...args.table, bucketName: archive.bucketName, prefix: folders.events },
        child,
      );
    const transform =
      args.transform &&
      new NodeFunction(
        `${name}-transform`,
        {
          description: `Prepares records for the delivery stream ${name}`,
          entryPath: args.transform.entryPath,
          constants: args.transform.constants,
          memoryMiB: args.transform.memoryMiB,
          timeoutSeconds: args.transform.timeoutSeconds ?? 60,
          reservedConcurrency: args.transform.reservedConcurrency,
          logRetentionDays: args.logRetentionDays,
          kmsKeyArn,
        },
        child,
      );

    const { name: logGroupName } = logGroup(`${name}-logs`, args, child);
    const logStream = (part: string): aws.cloudwatch.LogStream =>
      new aws.cloudwatch.LogStream(`${name}-${part}`, { logGroupName }, child);
    const log = logStream("logs");
    const backupLog = search || secret || keepSource ? logStream("backup-logs") : log;
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "firehose.amazonaws.com",
        statements: [
          ...(source?.statements ?? []),
          ...archive.deliveryStatements(),
          ...(table?.readStatements() ?? []),
          ...(transform?.firehoseStatements() ?? []),
          ...(search ? searchStatements(search) : []),
          ...(secret ? secretStatements(secret, this.#region) : []),
          allow(
            ["logs:PutLogEvents"],
            [...new Set([log, backupLog])].map(({ arn }) => arn),
          ),
        ],
      },
      child,
    );

    const roleArn = role.arn;
    const logging = (stream: aws.cloudwatch.LogStream) => ({
      enabled: true,
      logGroupName,
      logStreamName: stream.name,
    });
    const firehose = new aws.kinesis.FirehoseDeliveryStream(
      name,
      {
        // A stream that reads from Kinesis takes over the encryption of its source, and setting it is an error:
        // https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
        ...(source
          ? { kinesisSourceConfiguration: { kinesisStreamArn: source.streamArn, roleArn } }
          : encryptAtRest && {
              serverSideEncryption:
                kmsKeyArn === undefined
                  ? { enabled: true, keyType: "AWS_OWNED_CMK" }
                  : { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn: kmsKeyArn },
            }),
        ...deliveryDestination(args, {
          bucketArn: archive.arn,
          roleArn,
          logging: logging(log),
          backupLogging: logging(backupLog),
          transformArn: transform?.versionArn,
          table,
        }),
      },
      // Firehose tries its role when the stream is created; the role without its policy is refused.
      { parent: this, dependsOn: [...role.ready] },
    );

    this.#archive = archive;
    this.#directPutKey = encryptAtRest ? kmsKeyArn : undefined;
    this.name = firehose.name;
    this.arn = firehose.arn;
    this.bucketName = archive.bucketName;
    this.roleArn = roleArn;
    this.transformName = transform?.name;
    this.#table = table;
    this.registerOutputs({ name: this.name, arn: this.arn, bucketName: this.bucketName });
  }

  /** What a program needs that writes files of its own into a folder of the archive's bucket. */
  fileStatements(folder: string): Statement[] {
    return this.#archive.fileStatements(folder);
  }

  /**
   * The table of the archive and what it takes to read its objects, for `ArchiveQueries`.
   * @throws Error without a table
   */
  queried(): QueriedTable {
    if (this.#table === undefined) {
      throw new Error("The delivery stream has no table that could be queried; set table");
    }
    const { databaseName, tableName } = this.#table;
    return { databaseName, tableName, statements: this.#archive.readStatements(folders.events) };
  }

  /**
   * Statements for principals that put records. With a key of one's own the caller uses it, too:
   * https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
   * @param actions - that the principals use; @default both
   */
  putStatements(
    actions: readonly ("firehose:PutRecord" | "firehose:PutRecordBatch")[] = [
      "firehose:PutRecord",
      "firehose:PutRecordBatch",
    ],
  ): Statement[] {
    return [
      allow(actions, [this.arn]),
      ...useKey(
        this.#directPutKey,
        ["kms:Decrypt", "kms:GenerateDataKey"],
        "firehose",
        this.#region,
      ),
    ];
  }
}
