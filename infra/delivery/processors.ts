import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { DeliveryPartition, DeliveryTransformArgs } from "./args";

type Processor =
  aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationProcessingConfigurationProcessor;

/** What Firehose does when nothing else is said; the provider does not record it, so that saying it is a change for ever. */
const serviceDefaults = { retries: 3, bufferMiB: 1, bufferSeconds: 60 };

/** Hands batches of records to a version of a function. */
export function transformProcessor(
  functionArn: pulumi.Input<string>,
  { retries, bufferMiB, bufferSeconds }: DeliveryTransformArgs,
): Processor {
  const parameters = [
    { parameterName: "LambdaArn", parameterValue: functionArn },
    ...stated("NumberOfRetries", retries, serviceDefaults.retries),
    ...stated("BufferSizeInMBs", bufferMiB, serviceDefaults.bufferMiB),
    ...stated("BufferIntervalInSeconds", bufferSeconds, serviceDefaults.bufferSeconds),
  ];
  return { type: "Lambda", parameters };
}

/** Evaluates the queries of partition keys; none where the transform returns every key. */
export function partitionProcessors(partitions: readonly DeliveryPartition[]): Processor[] {
  const queries = partitions.flatMap(({ name, query }) =>
    query === undefined ? [] : [`${name}:${query}`],
  );
  if (queries.length === 0) return [];
  return [
    {
      type: "MetadataExtraction",
      parameters: [
        { parameterName: "JsonParsingEngine", parameterValue: "JQ-1.6" },
        { parameterName: "MetadataExtractionQuery", parameterValue: `{${queries.join(",")}}` },
      ],
    },
  ];
}

/** Firehose joins records as they are: without a line break an object is one endless line. */
export const lineBreaks: Processor = { type: "AppendDelimiterToRecord" };

/** Folders of the partitions. */
export function partitionPrefix(partitions: readonly DeliveryPartition[]): string {
  return partitions
    .map(
      ({ name, query }) =>
        `${name}=!{partitionKeyFrom${query === undefined ? "Lambda" : "Query"}:${name}}/`,
    )
    .join("");
}

function stated(parameterName: string, value: number | undefined, serviceDefault: number) {
  return value === undefined || value === serviceDefault
    ? []
    : [{ parameterName, parameterValue: String(value) }];
}
