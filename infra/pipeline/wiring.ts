import type * as pulumi from "@pulumi/pulumi";
import type { DeliveryStreamArgs } from "../delivery/args";
import { archiveOf } from "../delivery/workloads";
import type { EventStream, EventStreamArgs } from "../stream/event-stream";
import type { Common, PipelineArgs } from "./common";
import type { ResultsStreamArgs } from "../stream/results-stream";
import type { ResultsConfig } from "../stream/config";

/** Name of the job's registration where it reads by enhanced fan-out. */
const jobConsumer = "flink-job";

/** Names of the consumers with enhanced fan-out that a stack asks for. */
export function fanOutConsumers({ stream }: PipelineArgs): readonly string[] {
  return stream.fanOut ? [jobConsumer] : [];
}

export function streamArguments(
  args: PipelineArgs,
  { encryptAtRest, kmsKeyArn, protectData }: Common,
): EventStreamArgs {
  const { mode, shardCount, retentionHours, maxRecordSizeKiB, warmThroughputMiBps } = args.stream;
  return {
    mode,
    shardCount,
    retentionHours,
    maxRecordSizeKiB,
    warmThroughputMiBps,
    fanOutConsumers: fanOutConsumers(args),
    scaledElsewhere: args.scaling.stream !== undefined,
    encryptAtRest,
    kmsKeyArn,
    protectData,
  };
}

export function archiveArguments(
  args: PipelineArgs,
  { kmsKeyArn, logRetentionDays, protectData }: Common,
  events: EventStream,
  logBucketName: pulumi.Output<string>,
): DeliveryStreamArgs {
  return {
    ...args.delivery,
    ...archiveOf(args.job.workload, args.archive),
    source: { streamArn: events.arn, statements: events.readStatements() },
    logRetentionDays,
    kmsKeyArn,
    logBucketName,
    protectData,
  };
}

export function resultsArguments(
  { stream, delivery }: PipelineArgs,
  { shardCount, archived }: ResultsConfig,
  common: Common,
  logBucketName: pulumi.Output<string>,
): ResultsStreamArgs {
  return {
    ...common,
    mode: stream.mode,
    shardCount,
    retentionHours: stream.retentionHours,
    archive: archived ? delivery : undefined,
    logBucketName,
  };
}
