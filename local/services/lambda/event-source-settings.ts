import type { lambda } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import type { ShardStart } from "../../../producer/tail/shard-reader";
import { refused, type DeclaredResource } from "../../provider/data-plane";
import { bucketOf } from "../storage/object-store";
import { unknownOperators } from "./event-filter";

export type EventSourceSettings = ReturnType<typeof eventSourceSettings>;

/**
 * An event source mapping of a Kinesis stream, as the program declares it.
 * @throws Error that lists everything that is declared but cannot be done locally.
 */
export function eventSourceSettings(resource: DeclaredResource) {
  const inputs = resource.inputs as Unwrap<lambda.EventSourceMappingArgs>;
  const problems: string[] = [];
  const source = inputs.eventSourceArn ?? "none";
  const [, streamArn = ""] = /^(arn:[^:]+:kinesis:[^/]+\/[^/]+)/.exec(source) ?? [];
  if (streamArn === "") problems.push(`only a Kinesis stream can be the source; got ${source}`);
  const filters = (inputs.filterCriteria?.filters ?? []).map(
    ({ pattern = "" }) => JSON.parse(pattern) as unknown,
  );
  for (const operator of filters.flatMap(unknownOperators)) {
    problems.push(`filter patterns cannot have ${operator} here`);
  }
  const destination = inputs.destinationConfig?.onFailure?.destinationArn;
  if (destination !== undefined && !/^arn:[^:]+:s3:/.test(destination)) {
    problems.push(`only a bucket can be the destination of failures; got ${destination}`);
  }
  if (problems.length > 0) throw refused(resource, problems);
  const limit = (value = -1): number => (value === -1 ? Infinity : value);
  return {
    id: String(resource.outputs["uuid"]),
    functionArn: inputs.functionName,
    streamArn,
    start: startOf(inputs),
    batchSize: inputs.batchSize ?? 100,
    batchMilliseconds: (inputs.maximumBatchingWindowInSeconds ?? 0) * 1000,
    parallelization: inputs.parallelizationFactor ?? 1,
    bisects: inputs.bisectBatchOnFunctionError ?? false,
    retries: limit(inputs.maximumRetryAttempts),
    maxAgeMilliseconds: limit(inputs.maximumRecordAgeInSeconds) * 1000,
    // The answer names records that failed: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    reportsFailures: inputs.functionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    // Length of a tumbling window, 0 without.
    windowMilliseconds: (inputs.tumblingWindowInSeconds ?? 0) * 1000,
    // Patterns, one of which the data of a record must match. Without any, every record is processed.
    filters,
    // Of the bucket for what is given up.
    bucket: destination && bucketOf(destination),
    enabled: inputs.enabled ?? true,
  };
}

function startOf({
  startingPosition,
  startingPositionTimestamp = "",
}: Unwrap<lambda.EventSourceMappingArgs>): ShardStart {
  if (startingPosition === "AT_TIMESTAMP") return Date.parse(startingPositionTimestamp);
  return startingPosition === "LATEST" ? "latest" : "horizon";
}
