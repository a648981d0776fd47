import type { DeclaredResource } from "../provider/data-plane";
import { Declared } from "./declared";
import { DeliveryPrefix } from "./delivery-prefix";
import { bucketOf } from "./object-store";

const MIB = 1024 ** 2;

/** A Firehose delivery stream from a Kinesis stream to a bucket, as the program declares it. */
export interface DeliverySettings {
  readonly name: string;
  /** Counts the changes of the configuration; part of the objects' names. */
  readonly version: string;
  readonly streamName: string;
  readonly bucket: string;
  readonly prefix: DeliveryPrefix;
  readonly timeZone: string;
  /** An object is written when the records weigh this much, before compression. */
  readonly bufferBytes: number;
  /** An object is written at the latest this long after its first record. */
  readonly bufferMilliseconds: number;
  readonly compression: "UNCOMPRESSED" | "GZIP";
  /** Between the records of an object. */
  readonly delimiter: string;
  readonly fileExtension: string;
}

/** @throws Error that lists everything that is declared but cannot be done locally. */
export function deliverySettings(resource: DeclaredResource): DeliverySettings {
  const inputs = Declared.inputsOf(resource);
  const problems: string[] = [];
  const destination = inputs.string("destination");
  if (destination !== "extended_s3") {
    problems.push(`destination ${destination} is not there locally; use extended_s3`);
  }
  if (!inputs.has("kinesisSourceConfiguration")) {
    problems.push("only a Kinesis stream can be the source; declare kinesisSourceConfiguration");
  }
  const s3 = inputs.block("extendedS3Configuration");
  const compression = s3.string("compressionFormat", "UNCOMPRESSED");
  if (compression !== "UNCOMPRESSED" && compression !== "GZIP") {
    problems.push(
      `compressionFormat ${compression} is not there locally; use GZIP or UNCOMPRESSED`,
    );
  }
  if (s3.block("dynamicPartitioningConfiguration").boolean("enabled", false)) {
    problems.push("dynamicPartitioningConfiguration is not there locally");
  }
  // Declaring the block switches it on.
  const conversion = "dataFormatConversionConfiguration";
  if (s3.has(conversion) && s3.block(conversion).boolean("enabled", true)) {
    problems.push(`${conversion} is not there locally`);
  }
  if (s3.string("s3BackupMode", "Disabled") === "Enabled") {
    problems.push("s3BackupMode Enabled is not there locally");
  }
  const processing = s3.block("processingConfiguration");
  const processors = processing.boolean("enabled", false) ? processing.blocks("processors") : [];
  let delimiter = "";
  for (const processor of processors) {
    const type = processor.string("type");
    if (type === "AppendDelimiterToRecord") delimiter = delimiterOf(processor);
    else problems.push(`processor ${type} is not there locally`);
  }
  if (problems.length > 0) {
    throw new Error(
      [
        `${resource.type} "${resource.name}" cannot run on this machine:`,
        ...problems.map((problem) => `- ${problem}`),
      ].join("\n"),
    );
  }
  const version = resource.outputs["versionId"];
  return {
    name: inputs.string("name"),
    version: typeof version === "string" ? version : "1",
    streamName: streamOf(inputs.block("kinesisSourceConfiguration").string("kinesisStreamArn")),
    bucket: bucketOf(s3.string("bucketArn")),
    prefix: new DeliveryPrefix(
      s3.string("prefix", ""),
      s3.has("errorOutputPrefix") ? s3.string("errorOutputPrefix") : undefined,
    ),
    timeZone: s3.string("customTimeZone", "UTC"),
    bufferBytes: s3.number("bufferingSize", 5) * MIB,
    bufferMilliseconds: s3.number("bufferingInterval", 300) * 1000,
    compression: compression === "GZIP" ? "GZIP" : "UNCOMPRESSED",
    delimiter,
    fileExtension: s3.string("fileExtension", compression === "GZIP" ? ".gz" : ""),
  };
}

/** A line break unless the processor says otherwise, where it may be written as two characters. */
function delimiterOf(processor: Declared): string {
  const parameter = processor
    .blocks("parameters")
    .find((candidate) => candidate.string("parameterName") === "Delimiter");
  return (parameter?.string("parameterValue") ?? "\\n").replaceAll("\\n", "\n");
}

function streamOf(arn: string): string {
  const [, name] = /:stream\/(.+)$/.exec(arn) ?? [];
  if (name === undefined) throw new Error(`${arn} is not the ARN of a Kinesis stream`);
  return name;
}
