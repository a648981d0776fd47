import type { DeclaredResource } from "../../provider/data-plane";
import { Declared } from "../declared";
import { DeliveryPrefix } from "./delivery-prefix";
import type { TransformSettings } from "./delivery-transform";
import { bucketOf } from "../storage/object-store";

const MIB = 1024 ** 2;

export interface BufferLimits {
  /** An object is written when the records weigh this much, before compression. */
  readonly bufferBytes: number;
  /** An object is written at the latest this long after its first record. */
  readonly bufferMilliseconds: number;
}

/** A place for objects, and how long records are collected for one of them. */
export interface DeliveryTarget extends BufferLimits {
  readonly bucket: string;
  readonly prefix: DeliveryPrefix;
  readonly compression: "UNCOMPRESSED" | "GZIP";
  readonly fileExtension: string;
}

/** A Firehose delivery stream to a bucket, as the program declares it. */
export interface DeliverySettings extends DeliveryTarget {
  readonly name: string;
  readonly arn: string;
  /** Counts the changes of the configuration; part of the objects' names. */
  readonly version: string;
  /** Name of the Kinesis stream that it reads. @default it takes what is put to it */
  readonly streamName?: string;
  readonly timeZone: string;
  readonly delimiter: string;
  /** Whether the records' partition keys say into which object they go. */
  readonly partitioned: boolean;
  readonly transform?: TransformSettings & BufferLimits;
  /** The table whose columns the objects have. */
  readonly table?: { readonly database: string; readonly name: string };
  readonly backup?: DeliveryTarget;
}

/** @throws Error that lists everything that is declared but cannot be done locally. */
export function deliverySettings(resource: DeclaredResource): DeliverySettings {
  const inputs = Declared.inputsOf(resource);
  const problems: string[] = [];
  const destination = inputs.string("destination");
  if (destination !== "extended_s3") {
    problems.push(`destination ${destination} is not there locally; use extended_s3`);
  }
  if (inputs.has("mskSourceConfiguration")) {
    problems.push("MSK cannot be the source; declare kinesisSourceConfiguration or no source");
  }
  const s3 = inputs.block("extendedS3Configuration");
  const partitioned = s3.block("dynamicPartitioningConfiguration").boolean("enabled", false);
  const compression = compressionOf(s3, problems);
  const table = tableOf(s3, problems);
  const { delimiter, transform } = processingOf(s3, problems);
  const backup =
    s3.string("s3BackupMode", "Disabled") === "Enabled"
      ? s3.block("s3BackupConfiguration")
      : undefined;
  const backupCompression = backup && compressionOf(backup, problems);
  if (problems.length > 0) throw inputs.refused(problems);
  const version = resource.outputs["versionId"];
  const arn = resource.outputs["arn"];
  return {
    ...targetOf(s3, compression, partitioned),
    name: inputs.string("name"),
    arn: typeof arn === "string" ? arn : "",
    version: typeof version === "string" ? version : "1",
    ...(inputs.has("kinesisSourceConfiguration") && {
      streamName: streamOf(inputs.block("kinesisSourceConfiguration").string("kinesisStreamArn")),
    }),
    timeZone: s3.string("customTimeZone", "UTC"),
    delimiter,
    partitioned,
    ...(transform && { transform }),
    ...(table && { table }),
    ...(backup && { backup: targetOf(backup, backupCompression ?? "UNCOMPRESSED") }),
  };
}

function targetOf(
  block: Declared,
  compression: DeliveryTarget["compression"],
  partitioned = false,
): DeliveryTarget {
  return {
    bucket: bucketOf(block.string("bucketArn")),
    prefix: new DeliveryPrefix(
      block.string("prefix", ""),
      block.has("errorOutputPrefix") ? block.string("errorOutputPrefix") : undefined,
      partitioned,
    ),
    bufferBytes: block.number("bufferingSize", 5) * MIB,
    bufferMilliseconds: block.number("bufferingInterval", 300) * 1000,
    compression,
    fileExtension: block.string("fileExtension", compression === "GZIP" ? ".gz" : ""),
  };
}

function compressionOf(block: Declared, problems: string[]): DeliveryTarget["compression"] {
  const compression = block.string("compressionFormat", "UNCOMPRESSED");
  if (compression === "UNCOMPRESSED" || compression === "GZIP") return compression;
  problems.push(`compressionFormat ${compression} is not there locally; use GZIP or UNCOMPRESSED`);
  return "UNCOMPRESSED";
}

function tableOf(s3: Declared, problems: string[]): DeliverySettings["table"] {
  const name = "dataFormatConversionConfiguration";
  const conversion = s3.block(name);
  // Declaring the block switches it on.
  if (!s3.has(name) || !conversion.boolean("enabled", true)) return undefined;
  const serializer = conversion.block("outputFormatConfiguration").block("serializer");
  if (!serializer.has("parquetSerDe")) {
    problems.push("only Parquet can be converted to locally; declare parquetSerDe");
  }
  // Both are what the service says, too.
  if (s3.string("compressionFormat", "UNCOMPRESSED") !== "UNCOMPRESSED") {
    problems.push(`compressionFormat must be UNCOMPRESSED with ${name}`);
  }
  if (s3.number("bufferingSize", 5) < 64) {
    problems.push(`bufferingSize must be at least 64 with ${name}`);
  }
  const schema = conversion.block("schemaConfiguration");
  return { database: schema.string("databaseName"), name: schema.string("tableName") };
}

function processingOf(s3: Declared, problems: string[]) {
  const processing = s3.block("processingConfiguration");
  const processors = processing.boolean("enabled", false) ? processing.blocks("processors") : [];
  let delimiter = "";
  let transform: DeliverySettings["transform"];
  for (const processor of processors) {
    const type = processor.string("type");
    if (type === "AppendDelimiterToRecord") delimiter = delimiterOf(processor);
    else if (type === "Lambda") transform = transformOf(processor);
    else problems.push(`processor ${type} is not there locally`);
  }
  return { delimiter, transform };
}

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html */
function transformOf(processor: Declared): NonNullable<DeliverySettings["transform"]> {
  const value = (name: string, fallback: number): number =>
    Number(parameter(processor, name) ?? fallback);
  return {
    functionArn: parameter(processor, "LambdaArn") ?? "",
    retries: value("NumberOfRetries", 3),
    bufferBytes: value("BufferSizeInMBs", 1) * MIB,
    bufferMilliseconds: value("BufferIntervalInSeconds", 60) * 1000,
  };
}

/** A line break unless the processor says otherwise, where it may be written as two characters. */
function delimiterOf(processor: Declared): string {
  return (parameter(processor, "Delimiter") ?? "\\n").replaceAll("\\n", "\n");
}

function parameter(processor: Declared, name: string): string | undefined {
  return processor
    .blocks("parameters")
    .find((candidate) => candidate.string("parameterName") === name)
    ?.string("parameterValue");
}

function streamOf(arn: string): string {
  const [, name] = /:stream\/(.+)$/.exec(arn) ?? [];
  if (name === undefined) throw new Error(`${arn} is not the ARN of a Kinesis stream`);
  return name;
}
