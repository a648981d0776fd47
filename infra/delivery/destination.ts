import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DeliveryPartition, DeliveryStreamArgs, DeliveryTransformArgs } from "./args";
import { present } from "../core/present";
import { httpConfiguration } from "./http-destination";
import { redshiftConfiguration } from "./redshift-destination";
import { searchConfiguration } from "./search-destination";
import { splunkConfiguration } from "./splunk-destination";
import type { DeliveryTable } from "./table";

type Logging =
  aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions;

/** What a delivery stream delivers with and to, besides its arguments. */
interface DeliveryParts {
  readonly bucketArn: pulumi.Input<string>;
  readonly roleArn: pulumi.Input<string>;
  readonly logging: Logging;
  readonly backupLogging: Logging;
  /** ARN of the version of the function that prepares records, where there is one. */
  readonly transformArn: pulumi.Input<string> | undefined;
  readonly table: DeliveryTable | undefined;
}

/** Where objects lie in the bucket: what was delivered, what came in, what could not be delivered. */
export const folders = { events: "events/", source: "source/", errors: "errors/" };

/** A destination may be configured not to buffer, its backup may not: https://docs.aws.amazon.com/firehose/latest/dev/create-configure-backup.html */
const shortestBackupSeconds = 60;

/** Folders by UTC time of arrival; Athena reads them as columns. */
const byDay = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/";
const byHour = `${byDay}hour=!{timestamp:HH}/`;
const errorOutputPrefix = `${folders.errors}!{firehose:error-output-type}/${byDay}`;

/** An index with its bucket, or the bucket alone, as Firehose takes it. */
export function deliveryDestination(args: DeliveryStreamArgs, parts: DeliveryParts) {
  const { search, http, splunk, redshift, kmsKeyArn, keepSource = false } = args;
  const { bucketArn, roleArn, logging } = parts;
  const buffering = { bufferingSize: args.bufferMiB, bufferingInterval: args.bufferSeconds };
  const bucket = { bucketArn, roleArn, ...(kmsKeyArn !== undefined && { kmsKeyArn }) };
  const backup = {
    ...bucket,
    ...buffering,
    bufferingInterval: Math.max(shortestBackupSeconds, args.bufferSeconds),
    compressionFormat: "GZIP",
    prefix: folders.source + byHour,
    errorOutputPrefix,
    cloudwatchLoggingOptions: parts.backupLogging,
  };
  const delivery = {
    roleArn,
    ...processing(args, parts),
    cloudwatchLoggingOptions: logging,
    s3Configuration: backup,
    keepSource,
  };
  const buffered = { ...delivery, ...buffering };
  if (search !== undefined) {
    const opensearchConfiguration = searchConfiguration(search, buffered);
    return { destination: "opensearch", opensearchConfiguration };
  }
  if (http !== undefined) {
    const httpEndpointConfiguration = httpConfiguration(http, buffered);
    return { destination: "http_endpoint", httpEndpointConfiguration };
  }
  if (splunk !== undefined) {
    return { destination: "splunk", splunkConfiguration: splunkConfiguration(splunk, buffered) };
  }
  if (redshift !== undefined) {
    const copied = { ...backup, ...buffering, prefix: folders.events + byHour };
    const redshiftConfigured = redshiftConfiguration(redshift, copied, delivery);
    return { destination: "redshift", redshiftConfiguration: redshiftConfigured };
  }
  return {
    destination: "extended_s3",
    extendedS3Configuration: {
      ...bucket,
      ...buffering,
      ...processing(args, parts),
      ...objects(args, parts),
      errorOutputPrefix,
      cloudwatchLoggingOptions: logging,
      ...(keepSource && { s3BackupMode: "Enabled", s3BackupConfiguration: backup }),
    },
  };
}

/** In the order in which Firehose applies them. */
function processing(
  { partitions = [], transform, search, http, splunk }: DeliveryStreamArgs,
  { transformArn, table }: DeliveryParts,
) {
  const queries = partitions.flatMap(({ name, query }) =>
    query === undefined ? [] : [`${name}:${query}`],
  );
  const processors = present<Processor>(
    transform && transformArn !== undefined && transformProcessor(transformArn, transform),
    // The transform returns the keys without a query.
    queries.length > 0 && {
      type: "MetadataExtraction",
      parameters: [
        { parameterName: "JsonParsingEngine", parameterValue: "JQ-1.6" },
        { parameterName: "MetadataExtractionQuery", parameterValue: `{${queries.join(",")}}` },
      ],
    },
    // Firehose joins records as they are: without a line break an object is one endless line.
    !(table || search || http || splunk) && { type: "AppendDelimiterToRecord" },
  );
  return processors.length > 0 ? { processingConfiguration: { enabled: true, processors } } : {};
}

/** What objects of the archive are called and made of. */
function objects({ partitions = [] }: DeliveryStreamArgs, { roleArn, table }: DeliveryParts) {
  return {
    prefix: folders.events + (partitions.length > 0 ? partitionPrefix(partitions) : byHour),
    ...(partitions.length > 0 && { dynamicPartitioningConfiguration: { enabled: true } }),
    ...(table
      ? {
          dataFormatConversionConfiguration: table.conversion(roleArn),
          fileExtension: ".parquet",
          // Parquet compresses inside; anything else here is an error.
          compressionFormat: "UNCOMPRESSED",
        }
      : { compressionFormat: "GZIP" }),
  };
}

type Processor =
  aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfigurationProcessor;

/** Hands batches of records to a version of a function. */
function transformProcessor(
  functionArn: pulumi.Input<string>,
  { retries = 3, bufferMiB = 1, bufferSeconds = 60 }: DeliveryTransformArgs,
): Processor {
  // The provider does not record the defaults of the service, so that saying one is a change for ever.
  const stated = (parameterName: string, value: number, serviceDefault: number) =>
    value !== serviceDefault && { parameterName, parameterValue: String(value) };
  return {
    type: "Lambda",
    parameters: present<{ parameterName: string; parameterValue: pulumi.Input<string> }>(
      { parameterName: "LambdaArn", parameterValue: functionArn },
      stated("NumberOfRetries", retries, 3),
      stated("BufferSizeInMBs", bufferMiB, 1),
      stated("BufferIntervalInSeconds", bufferSeconds, 60),
    ),
  };
}

/** Folders of the partitions. */
function partitionPrefix(partitions: readonly DeliveryPartition[]): string {
  return partitions
    .map(
      ({ name, query }) =>
        `${name}=!{partitionKeyFrom${query === undefined ? "Lambda" : "Query"}:${name}}/`,
    )
    .join("");
}
