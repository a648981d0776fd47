import type { kinesis } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { refused, type DeclaredResource } from "../../provider/data-plane";
import { bucketOf } from "../storage/object-store";
import { deliveryPrefix } from "./delivery-prefix";

const MIB = 1024 ** 2;

export type DeliverySettings = ReturnType<typeof deliverySettings>;
export type DeliveryTarget = ReturnType<typeof targetOf>;

type Inputs = Unwrap<kinesis.FirehoseDeliveryStreamArgs>;
type S3 = NonNullable<Inputs["extendedS3Configuration"]>;
type Backup = NonNullable<S3["s3BackupConfiguration"]>;

/**
 * A Firehose delivery stream to a bucket, as the program declares it.
 * @throws Error that lists everything that is declared but cannot be done locally.
 */
export function deliverySettings(resource: DeclaredResource) {
  const inputs = resource.inputs as Inputs;
  const { destination, extendedS3Configuration: s3, kinesisSourceConfiguration: source } = inputs;
  const problems: string[] = [];
  if (destination !== "extended_s3" || s3 === undefined) {
    problems.push(`destination ${destination} is not there locally; use extended_s3`);
  }
  if (inputs.mskSourceConfiguration !== undefined) {
    problems.push("MSK cannot be the source; declare kinesisSourceConfiguration or no source");
  }
  const backup = s3?.s3BackupMode === "Enabled" ? s3.s3BackupConfiguration : undefined;
  problems.push(...[s3, backup].flatMap((target) => (target ? compressionProblems(target) : [])));
  const table = s3 && tableOf(s3, problems);
  const { delimiter, transform } = processingOf(s3?.processingConfiguration, problems);
  if (s3 === undefined || problems.length > 0) throw refused(resource, problems);
  const { versionId, arn } = resource.outputs;
  const partitioned = s3.dynamicPartitioningConfiguration?.enabled ?? false;
  return {
    ...targetOf(s3, partitioned),
    name: inputs.name ?? "",
    arn: typeof arn === "string" ? arn : "",
    // Counts the changes of the configuration; part of the objects' names.
    version: typeof versionId === "string" ? versionId : "1",
    // Name of the Kinesis stream that it reads; without one it takes what is put to it.
    ...(source && { streamName: streamOf(source.kinesisStreamArn) }),
    timeZone: s3.customTimeZone ?? "UTC",
    delimiter,
    // Whether the records' partition keys say into which object they go.
    partitioned,
    ...(transform && { transform }),
    // The table whose columns the objects have.
    ...(table && { table }),
    ...(backup && { backup: targetOf(backup) }),
  };
}

/** A place for objects, and how long records are collected for one of them. */
function targetOf(block: S3 | Backup, partitioned = false) {
  const { prefix = "", errorOutputPrefix, bufferingSize = 5, bufferingInterval = 300 } = block;
  const compression: "UNCOMPRESSED" | "GZIP" =
    block.compressionFormat === "GZIP" ? "GZIP" : "UNCOMPRESSED";
  const { fileExtension = compression === "GZIP" ? ".gz" : "" } = block as S3;
  return {
    bucket: bucketOf(block.bucketArn),
    prefix: deliveryPrefix(prefix, errorOutputPrefix, partitioned),
    // An object is written when the records weigh this much, before compression.
    bufferBytes: bufferingSize * MIB,
    // An object is written at the latest this long after its first record.
    bufferMilliseconds: bufferingInterval * 1000,
    compression,
    fileExtension,
  };
}

function compressionProblems({ compressionFormat = "UNCOMPRESSED" }: S3 | Backup): string[] {
  return ["UNCOMPRESSED", "GZIP"].includes(compressionFormat)
    ? []
    : [`compressionFormat ${compressionFormat} is not there locally; use GZIP or UNCOMPRESSED`];
}

function tableOf(s3: S3, problems: string[]) {
  const { compressionFormat = "UNCOMPRESSED", bufferingSize = 5 } = s3;
  const conversion = s3.dataFormatConversionConfiguration;
  // Declaring the block switches it on.
  if (conversion === undefined || conversion.enabled === false) return undefined;
  if (conversion.outputFormatConfiguration.serializer.parquetSerDe === undefined) {
    problems.push("only Parquet can be converted to locally; declare parquetSerDe");
  }
  // Both are what the service says, too.
  if (compressionFormat !== "UNCOMPRESSED") {
    problems.push("compressionFormat must be UNCOMPRESSED with dataFormatConversionConfiguration");
  }
  if (bufferingSize < 64) {
    problems.push("bufferingSize must be at least 64 with dataFormatConversionConfiguration");
  }
  const { databaseName, tableName } = conversion.schemaConfiguration;
  return { database: databaseName, name: tableName };
}

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html */
function processingOf(processing: S3["processingConfiguration"], problems: string[]) {
  let delimiter = "";
  let transform;
  for (const { type, parameters = [] } of (processing?.enabled && processing.processors) || []) {
    const value = new Map(parameters.map((one) => [one.parameterName, one.parameterValue]));
    if (type === "AppendDelimiterToRecord") {
      // A line break unless the processor says otherwise, where it may be written as two characters.
      delimiter = (value.get("Delimiter") ?? "\n").replaceAll("\\n", "\n");
    } else if (type === "Lambda") {
      transform = {
        functionArn: value.get("LambdaArn") ?? "",
        retries: Number(value.get("NumberOfRetries") ?? 3),
        bufferBytes: Number(value.get("BufferSizeInMBs") ?? 1) * MIB,
        bufferMilliseconds: Number(value.get("BufferIntervalInSeconds") ?? 60) * 1000,
      };
    } else problems.push(`processor ${type} is not there locally`);
  }
  return { delimiter, transform };
}

function streamOf(arn: string): string {
  const [, name] = /:stream\/(.+)$/.exec(arn) ?? [];
  if (name === undefined) throw new Error(`${arn} is not the ARN of a Kinesis stream`);
  return name;
}
