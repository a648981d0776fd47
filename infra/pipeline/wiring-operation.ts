import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Autoscaling, AutoscalingArgs } from "../scaling/autoscaling";
import type { DeliveryStream } from "../delivery/delivery-stream";
import type { EventStream } from "../stream/event-stream";
import type { FlinkApplication } from "../flink/application";
import type { JobDeliveryArgs, RepositorySource } from "../job-delivery/args";
import type { Monitoring } from "../monitoring/monitoring";
import type { MonitoringArgs } from "../monitoring/args";
import type { Network } from "../network/network";
import { type Common, type PipelineArgs, privateSubnets } from "./common";
import { eventsBuffer } from "./wiring-search";
import { fanOutConsumers } from "./wiring";
import type { PrivateBucket } from "../core/private-bucket";
import type { ReplayHost } from "../replay/host";
import type { ReplayHostArgs } from "../replay/args";
import type { ResultsStream } from "../stream/results-stream";
import type { SearchDomain } from "../search/domain";

export function replayArguments(
  args: PipelineArgs,
  { encryptAtRest, kmsKeyArn, logRetentionDays }: Common,
  {
    network,
    artifacts,
    events,
    search,
  }: {
    readonly network: Network;
    readonly artifacts: PrivateBucket;
    readonly events: EventStream;
    readonly search: SearchDomain;
  },
): ReplayHostArgs {
  const { replay } = args;
  return {
    ...replay,
    ssh: replay.ssh && {
      ...replay.ssh,
      subnetId: network.publicSubnetIds.apply(([first = ""]) => first),
    },
    ...privateSubnets(network),
    codeBucketName: artifacts.bucketName,
    codeBucketArn: artifacts.arn,
    producerPath: args.paths.producer,
    workload: args.job.workload,
    streamName: events.name,
    statements: events.writeStatements(),
    // A port forwarded through the host is the way to the dashboards.
    securityGroupIds: search.clientSecurityGroupIds,
    maxDisorderSeconds: args.job.source.outOfOrdernessSeconds,
    logRetentionDays,
    encryptAtRest,
    kmsKeyArn,
  };
}

/** @returns undefined where nobody but AWS scales */
export function scalingArguments(
  args: PipelineArgs,
  { kmsKeyArn, logRetentionDays }: Common,
  events: EventStream,
  analytics: FlinkApplication,
): AutoscalingArgs | undefined {
  const { stream, application } = args.scaling;
  if (stream === undefined && application === undefined) return undefined;
  return {
    ...args.scaling,
    stream: stream && { ...stream, name: events.name, arn: events.arn },
    application: application && {
      ...application,
      name: analytics.name,
      arn: analytics.arn,
      stateKmsKeyArn: kmsKeyArn,
      parallelismPerKpu: args.flink.parallelismPerKpu,
    },
    sourceStreamName: events.name,
    fanOutConsumers: fanOutConsumers(args),
    maxLagSeconds: args.monitoring.maxLagSeconds,
    logRetentionDays,
    kmsKeyArn,
  };
}

/** The parts of a pipeline that have metrics. */
export interface WatchedParts {
  readonly events: EventStream;
  readonly analytics: FlinkApplication;
  readonly archive: DeliveryStream;
  readonly results: ResultsStream | undefined;
  readonly eventsDelivery: DeliveryStream | undefined;
  readonly search: SearchDomain;
  readonly replay: ReplayHost;
  readonly scaling: Autoscaling | undefined;
}

export function monitoringArguments(
  args: PipelineArgs,
  { encryptAtRest, kmsKeyArn }: Common,
  { events, analytics, archive, results, eventsDelivery, search, replay, scaling }: WatchedParts,
): MonitoringArgs {
  const customerKey = kmsKeyArn !== undefined && encryptAtRest;
  return {
    title: args.monitoring.title,
    subscribers: args.monitoring.subscribers,
    stream: {
      name: events.name,
      retentionHours: args.stream.retentionHours,
      maxLagSeconds: args.monitoring.maxLagSeconds,
      fanOutConsumers: fanOutConsumers(args),
    },
    application: {
      name: analytics.name,
      logGroupName: analytics.logGroupName,
      runtime: args.flink.runtime,
      checkpointIntervalSeconds: args.flink.checkpointIntervalSeconds,
    },
    delivery: {
      name: archive.name,
      bufferSeconds: args.delivery.bufferSeconds,
      transformName: archive.transformName,
      converts: args.archive.format === "PARQUET",
      partitions: args.archive.partitioned,
      customerKey,
    },
    results: results && {
      name: results.name,
      retentionHours: args.stream.retentionHours,
      maxLagSeconds: args.monitoring.maxLagSeconds,
    },
    resultsDelivery: results?.deliveryName && {
      name: results.deliveryName,
      bufferSeconds: args.delivery.bufferSeconds,
      customerKey,
    },
    eventsDelivery: eventsDelivery && {
      name: eventsDelivery.name,
      destination: "OpenSearch",
      bufferSeconds: eventsBuffer.bufferSeconds,
      transformName: eventsDelivery.transformName,
      customerKey,
    },
    domain: {
      name: search.domainName,
      accountId: aws.getCallerIdentityOutput({}, { parent: search }).accountId,
      dataNodes: args.search.instanceCount,
      dedicatedMasters: args.search.dedicatedMasters,
      warmNodes: args.search.warm?.instanceCount ?? 0,
      volumeGiB: args.search.volumeGiB,
      customerKey,
    },
    host: { instanceId: replay.instanceId },
    scaling: scaling?.watched,
    kmsKeyArn,
  };
}

export function jobDeliveryArguments(
  args: PipelineArgs,
  source: RepositorySource,
  { kmsKeyArn, logRetentionDays, protectData }: Common,
  {
    analytics,
    events,
    artifacts,
    monitoring,
    logBucketName,
  }: {
    readonly analytics: FlinkApplication;
    readonly events: EventStream;
    readonly artifacts: PrivateBucket;
    readonly monitoring: Monitoring;
    readonly logBucketName: pulumi.Output<string>;
  },
): JobDeliveryArgs {
  return {
    source,
    application: { name: analytics.name, arn: analytics.arn, stateKmsKeyArn: kmsKeyArn },
    sourceStreamName: events.name,
    fanOutConsumer: fanOutConsumers(args)[0],
    codeBucketName: artifacts.bucketName,
    codeBucketArn: artifacts.arn,
    alarmTopicArn: monitoring.topicArn,
    logBucketName,
    logRetentionDays,
    kmsKeyArn,
    protectData,
  };
}
