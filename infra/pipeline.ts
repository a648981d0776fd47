import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Autoscaling } from "./autoscaling";
import type { StackConfig } from "./config";
import { DeliveryStream } from "./delivery-stream";
import { archiveOf } from "./delivery-workloads";
import { EncryptionKey } from "./encryption";
import { EventStream } from "./event-stream";
import { flinkDefaults } from "./flink-arguments";
import { FlinkApplication } from "./flink-application";
import { ServiceRole } from "./iam";
import { keyServices } from "./key-services";
import { Monitoring } from "./monitoring";
import { Network } from "./network";
import { PrivateBucket } from "./private-bucket";
import { ReplayHost } from "./replay-host";
import { ResultsStream } from "./results-stream";
import { searchZones } from "./search-arguments";
import { SearchBootstrap } from "./search-bootstrap";
import { SearchDomain } from "./search-domain";

/** Where the programs lie that run in the pipeline. */
export interface PipelinePaths {
  /** The Flink job's jar. */
  readonly jobJar: string;
  /** The producer's command line. */
  readonly producer: string;
}

/** The configuration of a stack and what it deploys. */
export type PipelineArgs = StackConfig & { readonly paths: PipelinePaths };

/**
 * The streaming pipeline: producer → event stream → Flink application → search domain, and event stream → archive.
 */
export class Pipeline extends pulumi.ComponentResource {
  readonly streamName: pulumi.Output<string>;
  readonly applicationName: pulumi.Output<string>;
  readonly searchEndpoint: pulumi.Output<string>;
  readonly dashboardsUrl: pulumi.Output<string>;
  readonly archiveBucketName: pulumi.Output<string>;
  readonly replayInstanceId: pulumi.Output<string>;
  readonly sessionManagerUrl: pulumi.Output<string>;
  /** Opens the dashboard of stream, job, domain and archive in the console. */
  readonly monitoringUrl: pulumi.Output<string>;
  /** The topic that alarms write to. */
  readonly alarmTopicArn: pulumi.Output<string>;
  /** Replays the sample trips from a machine that holds credentials; ready to paste. */
  readonly producerCommand: pulumi.Output<string>;

  constructor(name: string, args: PipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Pipeline", name, args, opts);

    const { protectData, logRetentionDays } = args;
    const { encryptAtRest } = args.encryption;
    const { region } = aws.getRegionOutput({}, { parent: this });
    const child = { parent: this };

    const key = args.encryption.customerManagedKey
      ? new EncryptionKey(
          `${name}-key`,
          { description: "Streaming pipeline", services: keyServices, protectData },
          child,
        )
      : undefined;
    const kmsKeyArn = key?.arn;

    const network = new Network(
      `${name}-network`,
      "existing" in args.network ? args.network : { ...args.network, logRetentionDays, kmsKeyArn },
      child,
    );
    const subnets = { vpcId: network.vpcId, subnetIds: network.privateSubnetIds };

    const logs = new PrivateBucket(
      `${name}-logs`,
      { takesLogs: true, expirationDays: logRetentionDays, protectData },
      child,
    );
    const logBucketName = logs.bucketName;
    const artifacts = new PrivateBucket(
      `${name}-artifacts`,
      { kmsKeyArn, logBucketName, protectData },
      child,
    );
    const code = { codeBucketName: artifacts.bucketName, codeBucketArn: artifacts.arn };

    const events = new EventStream(
      `${name}-events`,
      {
        ...args.stream,
        scaledElsewhere: args.scaling.stream !== undefined,
        encryptAtRest,
        kmsKeyArn,
        protectData,
      },
      child,
    );

    const archive = new DeliveryStream(
      `${name}-archive`,
      {
        ...args.delivery,
        ...archiveOf(args.workload, args.archive),
        source: { streamArn: events.arn, statements: events.readStatements() },
        logRetentionDays,
        kmsKeyArn,
        logBucketName,
        protectData,
      },
      child,
    );

    const results =
      args.results &&
      new ResultsStream(
        `${name}-results`,
        {
          mode: args.stream.mode,
          shardCount: args.results.shardCount,
          retentionHours: args.stream.retentionHours,
          archive: args.results.archived ? args.delivery : undefined,
          encryptAtRest,
          logRetentionDays,
          kmsKeyArn,
          logBucketName,
          protectData,
        },
        child,
      );

    // Made before the domain, whose master user it is, and the function that works with it.
    const searchAdmin = new ServiceRole(
      `${name}-search-admin`,
      { service: "lambda.amazonaws.com" },
      child,
    );
    const searchArgs = {
      ...args.search,
      vpc: { ...subnets, subnetCount: network.subnetCount },
      masterUserArn: searchAdmin.arn,
      encryptAtRest,
      kmsKeyArn,
      logRetentionDays,
      protectData,
    };
    const search = new SearchDomain(`${name}-search`, searchArgs, child);

    // Made before the domain's settings, which let the role write, and the application, which waits for them.
    const jobRole = new ServiceRole(
      `${name}-job`,
      { service: "kinesisanalytics.amazonaws.com" },
      child,
    );
    const searchSettings = new SearchBootstrap(
      `${name}-search-settings`,
      {
        endpoint: search.endpoint,
        masterRole: searchAdmin,
        statements: search.adminStatements(),
        vpc: {
          subnetIds: network.privateSubnetIds,
          securityGroupIds: search.clientSecurityGroupIds,
        },
        replicas: searchZones(searchArgs) - 1,
        accessControl: encryptAtRest,
        writerRoleArns: [jobRole.arn],
        readerRoleArns: args.search.readerRoleArns,
        logRetentionDays,
        kmsKeyArn,
      },
      child,
    );

    const analytics = new FlinkApplication(
      `${name}-analytics`,
      {
        ...args.flink,
        autoScaling: args.scaling.byService,
        scaledElsewhere: args.scaling.application !== undefined,
        ...subnets,
        ...code,
        jarPath: args.paths.jobJar,
        runtimeProperties: {
          job: { workload: args.workload },
          source: {
            streamName: events.name,
            region,
            outOfOrdernessSeconds: args.outOfOrdernessSeconds,
          },
          search: { endpoint: search.endpoint, region },
          demand: args.demand,
          airports: args.airports,
          ...(results && { resultsStream: { streamName: results.name, region } }),
        },
        role: jobRole,
        statements: [
          ...events.readStatements(),
          ...search.writeStatements(),
          ...(results?.writeStatements() ?? []),
        ],
        securityGroupIds: search.clientSecurityGroupIds,
        startAfter: [searchSettings],
        logRetentionDays,
        kmsKeyArn,
        stateKmsKeyArn: kmsKeyArn,
        protectData,
      },
      child,
    );

    const replay = new ReplayHost(
      `${name}-replay`,
      {
        ...args.replay,
        ssh: args.replay.ssh && {
          ...args.replay.ssh,
          subnetId: network.publicSubnetIds.apply(([first = ""]) => first),
        },
        ...subnets,
        ...code,
        producerPath: args.paths.producer,
        streamName: events.name,
        statements: events.writeStatements(),
        // A port forwarded through the host is the way to the dashboards.
        securityGroupIds: search.clientSecurityGroupIds,
        maxDisorderSeconds: args.outOfOrdernessSeconds,
        logRetentionDays,
        encryptAtRest,
        kmsKeyArn,
      },
      child,
    );

    const { stream: streamBounds, application: applicationBounds } = args.scaling;
    const scaling =
      streamBounds === undefined && applicationBounds === undefined
        ? undefined
        : new Autoscaling(
            `${name}-scaling`,
            {
              ...args.scaling,
              stream: streamBounds && { ...streamBounds, name: events.name, arn: events.arn },
              application: applicationBounds && {
                ...applicationBounds,
                name: analytics.name,
                arn: analytics.arn,
                parallelismPerKpu: args.flink.parallelismPerKpu,
              },
              sourceStreamName: events.name,
              maxLagSeconds: args.monitoring.maxLagSeconds,
              logRetentionDays,
              kmsKeyArn,
            },
            child,
          );

    const customerKey = kmsKeyArn !== undefined;
    const monitoring = new Monitoring(
      `${name}-monitoring`,
      {
        title: args.monitoring.title,
        subscribers: args.monitoring.subscribers,
        stream: {
          name: events.name,
          retentionHours: args.stream.retentionHours,
          maxLagSeconds: args.monitoring.maxLagSeconds,
        },
        application: {
          name: analytics.name,
          logGroupName: analytics.logGroupName,
          runtime: flinkDefaults.runtime,
          checkpointIntervalSeconds: args.flink.checkpointIntervalSeconds,
        },
        delivery: {
          name: archive.name,
          bufferSeconds: args.delivery.bufferSeconds,
          transformName: archive.transformName,
          converts: args.archive.format === "PARQUET",
          partitions: args.archive.partitioned,
          customerKey: customerKey && encryptAtRest,
        },
        domain: {
          name: search.domainName,
          accountId: aws.getCallerIdentityOutput({}, child).accountId,
          dataNodes: args.search.instanceCount,
          dedicatedMasters: args.search.dedicatedMasters,
          warmNodes: args.search.warm?.instanceCount ?? 0,
          volumeGiB: args.search.volumeGiB,
          customerKey: customerKey && encryptAtRest,
        },
        host: { instanceId: replay.instanceId },
        scaling: scaling?.watched,
        kmsKeyArn,
      },
      child,
    );

    this.streamName = events.name;
    this.applicationName = analytics.name;
    this.searchEndpoint = search.endpoint;
    this.dashboardsUrl = search.dashboardsUrl;
    this.archiveBucketName = archive.bucketName;
    this.replayInstanceId = replay.instanceId;
    this.sessionManagerUrl = replay.sessionManagerUrl;
    this.monitoringUrl = monitoring.dashboardUrl;
    this.alarmTopicArn = monitoring.topicArn;
    this.producerCommand = pulumi.interpolate`npm run replay -- --stream ${events.name} --region ${region} --input local/data/yellow_tripdata_sample_2019-03.csv`;
    this.registerOutputs({
      streamName: this.streamName,
      applicationName: this.applicationName,
      searchEndpoint: this.searchEndpoint,
      dashboardsUrl: this.dashboardsUrl,
      archiveBucketName: this.archiveBucketName,
      replayInstanceId: this.replayInstanceId,
      sessionManagerUrl: this.sessionManagerUrl,
      monitoringUrl: this.monitoringUrl,
      alarmTopicArn: this.alarmTopicArn,
      producerCommand: this.producerCommand,
    });
  }
}
