import type * as aws from "@pulumi/aws";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";
import { type DestinationSecret, secretConfiguration } from "./destination-secret";
import type { BackedDelivery } from "./search-destination";

/**
 * A table in Redshift, Serverless or provisioned, as the destination: Firehose writes objects to the bucket and has the
 * database copy them. The secret is `{ "username": …, "password": … }` of a user that may INSERT into the table; the database
 * must be open to Firehose's addresses: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-rs-vpc
 */
export interface RedshiftDestination extends DestinationSecret {
  /** Such as jdbc:redshift://orders.123456789012.us-east-1.redshift-serverless.amazonaws.com:5439/dev. */
  readonly jdbcUrl: string;
  readonly tableName: string;
  /** Columns to fill. @default all, by name */
  readonly columns?: readonly string[];
  /** Seconds for which a failed copy is made again, 0 to 7,200. @default 3,600 */
  readonly retrySeconds?: number;
}

/** @param place - in the bucket for the objects that are copied; the backup has another */
export function redshiftConfiguration(
  redshift: RedshiftDestination,
  place: BackedDelivery["s3Configuration"],
  { keepSource, ...delivery }: Omit<BackedDelivery, "bufferingSize" | "bufferingInterval">,
): aws.types.input.kinesis.FirehoseDeliveryStreamRedshiftConfiguration {
  const { roleArn, cloudwatchLoggingOptions, processingConfiguration, s3Configuration } = delivery;
  return {
    roleArn,
    cloudwatchLoggingOptions,
    processingConfiguration,
    clusterJdbcurl: redshift.jdbcUrl,
    dataTableName: redshift.tableName,
    ...(redshift.columns && { dataTableColumns: redshift.columns.join() }),
    copyOptions: "json 'auto' gzip",
    retryDuration: redshift.retrySeconds ?? 3600,
    s3Configuration: place,
    ...(keepSource && { s3BackupMode: "Enabled", s3BackupConfiguration: s3Configuration }),
    secretsManagerConfiguration: secretConfiguration(redshift, roleArn),
  };
}

export function checkRedshift(redshift: RedshiftDestination, problems: Problems): void {
  const rules = {
    jdbcUrl,
    tableName: sqlName,
    columns: sqlName,
    retrySeconds: limits.deliveryRetrySeconds,
  };
  problems.check(redshift, rules, "redshift.");
}

const jdbcUrl = {
  pattern: /^jdbc:redshift:\/\/[a-z0-9.-]+:\d+\/[A-Za-z0-9_$]+$/,
  description: "a JDBC address such as jdbc:redshift://HOST:5439/DATABASE",
};

const sqlName = {
  pattern: /^[A-Za-z_]\w{0,126}(\.[A-Za-z_]\w{0,126})?$/,
  description: "a name of letters, digits and underscores, of a table with or without its schema",
};
