import type * as pulumi from "@pulumi/pulumi";
import { checkHttp, type HttpDestination } from "./http-destination";
import { checkRedshift, type RedshiftDestination } from "./redshift-destination";
import { checkSearchDestination, type SearchDestination } from "./search-destination";
import { checkSplunk, type SplunkDestination } from "./splunk-destination";
import { columnProblems } from "./columns";
import { type DeliveryTableArgs, tableNameForm } from "./table";
import type { Statement } from "../core/iam";
import { limits, logRetentionDays } from "../core/limits";
import { type Naming, ownName, Problems } from "../core/validate";

/** A Kinesis data stream to deliver from. */
export interface DeliverySource {
  readonly streamArn: pulumi.Input<string>;
  /** What it takes to read that stream, such as `EventStream.readStatements()`. */
  readonly statements: readonly Statement[];
}

/** A Lambda function that every record goes through. */
export interface DeliveryTransformArgs {
  /** TypeScript module that exports the `handler`, such as one made by `transformer` in infra/delivery/transform. */
  readonly entryPath: string;
  /** Values that the module finds as global constants, by name. @default none */
  readonly constants?: Readonly<Record<string, unknown>>;
  /** MiB of memory, 128 to 10,240. @default 256 */
  readonly memoryMiB?: number;
  /** Seconds that a batch may take, 1 to 300. @default 60 */
  readonly timeoutSeconds?: number;
  /** Batches at a time that are set aside for it and that it never exceeds, 0 to 1,000. @default what the account has left */
  readonly reservedConcurrency?: number;
  /** MiB of records in a batch, 1 to 3. @default 1 */
  readonly bufferMiB?: number;
  /** Seconds after which a batch goes out even if it is not full, 0 to 900. @default 60 */
  readonly bufferSeconds?: number;
  /** Times that a failed call is made again before its records go to the error prefix, 0 to 300. @default 3 */
  readonly retries?: number;
}

/** A key of dynamic partitioning; it becomes the folder level `<name>=<value>/`. */
export interface DeliveryPartition {
  readonly name: string;
  /** JQ 1.6 expression for the value, such as `.symbol`. @default the transform's partition key of that name */
  readonly query?: string;
}

export interface DeliveryStreamArgs {
  /** Where records come from. @default callers of PutRecord (direct put) */
  readonly source?: DeliverySource | undefined;
  /** Encrypts records of a direct put while Firehose holds them; a Kinesis stream's have its encryption. @default true */
  readonly encryptAtRest?: boolean;
  /** MiB to collect before an object is written, 1 to 128; 64 or more with a table or partitions, 100 or less with search. */
  readonly bufferMiB: number;
  /** Seconds after which an object is written even if it is not full, 0 to 900; 60 or more with partitions. */
  readonly bufferSeconds: number;
  /** The function that prepares records. @default records are delivered as they are */
  readonly transform?: DeliveryTransformArgs | undefined;
  /** Folders to sort objects into by what is in the records. It is fixed once the stream exists. @default by hour of arrival */
  readonly partitions?: readonly DeliveryPartition[] | undefined;
  /** The table whose columns Parquet objects have. @default gzipped JSON, a record a line */
  readonly table?: Omit<DeliveryTableArgs, "bucketName" | "prefix"> | undefined;
  /** The index to deliver to, with the bucket for what it refuses. @default the bucket itself */
  readonly search?: SearchDestination | undefined;
  /** The HTTP endpoint to deliver to, with the bucket for what it refuses. @default the bucket itself */
  readonly http?: HttpDestination | undefined;
  /** The Splunk to deliver to, with the bucket for what it refuses. @default the bucket itself */
  readonly splunk?: SplunkDestination | undefined;
  /** The table in Redshift that copies from the bucket. @default the bucket itself */
  readonly redshift?: RedshiftDestination | undefined;
  /** Keeps records as they came under source/, too. @default those alone that could not be delivered, under errors/ */
  readonly keepSource?: boolean;
  /** Days after which an archived object expires, 1 to 3,653. @default objects are kept */
  readonly expirationDays?: number | undefined;
  /** Days for which the delivery log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts archive, logs and a direct put's records. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Name of the bucket that takes the log of requests to the archive. @default no log */
  readonly logBucketName?: pulumi.Input<string> | undefined;
  /** Keeps the archive when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/** Firehose collects more before it writes columns or sorts into folders. */
export function checkBuffers(
  args: {
    readonly bufferMiB: number;
    readonly bufferSeconds: number;
    readonly table: boolean;
    readonly partitions: boolean;
  },
  problems: Problems,
  name: Naming<keyof typeof args> = ownName,
): void {
  const { bufferMiB, bufferSeconds, table, partitions } = args;
  const reasons = [...(table ? [name("table")] : []), ...(partitions ? [name("partitions")] : [])];
  const { min } = limits.deliveryLargeBufferMiB;
  problems.require(
    reasons.length === 0 || !(bufferMiB < min),
    `${name("bufferMiB")} must be at least ${min} with ${reasons.join(" and ")}; got ${bufferMiB}`,
  );
  const { min: seconds } = limits.deliveryPartitionSeconds;
  problems.require(
    !partitions || !(bufferSeconds < seconds),
    `${name("bufferSeconds")} must be at least ${seconds} with ${name("partitions")}; got ${bufferSeconds}`,
  );
}

/** @throws Error that lists every invalid argument. */
export function validate(name: string, args: DeliveryStreamArgs): void {
  const problems = new Problems();
  const { partitions = [], table, transform, search, http, splunk, redshift } = args;
  const others = Object.entries({ search, http, splunk, redshift }).filter(([, each]) => each);

  const large = table !== undefined || partitions.length > 0;
  problems.check(args, {
    bufferMiB: limits.deliveryBufferMiB,
    bufferSeconds: limits.deliveryBufferSeconds,
    logRetentionDays,
  });
  checkBuffers(
    { ...args, table: table !== undefined, partitions: partitions.length > 0 },
    problems,
  );

  for (const partition of partitions) {
    problems.matches("A partition's name", partition.name, tableNameForm);
    problems.require(
      partition.query !== undefined || transform !== undefined,
      `partition ${partition.name} has no value: give it a query, or a transform that returns it`,
    );
  }
  const names = partitions.map((partition) => partition.name);
  if (names.length > 0) problems.distinct("The names of partitions", names, limits.partitionKeys);
  if (table !== undefined) {
    problems.check(table, { databaseName: tableNameForm, tableName: tableNameForm }, "table.");
    for (const problem of columnProblems(table)) problems.add(`table.schema: ${problem}`);
    const columns = (table.partitions ?? []).map((partition) => partition.name);
    problems.require(
      columns.join() === names.join(),
      `table.partitions must be the partitions of the archive, ${names.join(", ") || "none"}; got ${columns.join(", ") || "none"}`,
    );
  }
  if (transform !== undefined) {
    const rules = {
      timeoutSeconds: limits.transformTimeoutSeconds,
      bufferMiB: limits.transformBufferMiB,
      bufferSeconds: limits.transformBufferSeconds,
      retries: limits.transformRetries,
    };
    problems.check(transform, rules, "transform.");
  }
  const given = others.map(([name]) => name).join(" and ");
  problems.require(
    others.length < 2,
    `a delivery stream has one destination; got ${given}. Deliver twice`,
  );
  problems.require(
    others.length === 0 || !large,
    `${given} excludes table and partitions, which the bucket alone has; leave them out or deliver twice`,
  );
  if (http !== undefined) checkHttp(http, args.bufferMiB, problems);
  if (splunk !== undefined) checkSplunk(splunk, args, problems);
  if (redshift !== undefined) checkRedshift(redshift, problems);
  if (search !== undefined) checkSearchDestination(search, args.bufferMiB, problems);
  problems.throwIfAny(`DeliveryStream "${name}" has invalid arguments`);
}
