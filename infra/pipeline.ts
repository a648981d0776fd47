import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import { DeliveryStream } from "./delivery-stream";
import { EncryptionKey } from "./encryption";
import { EventStream } from "./event-stream";
import { FlinkApplication } from "./flink-application";
import { ServiceRole } from "./iam";
import { Network } from "./network";
import { PrivateBucket } from "./private-bucket";
import { ReplayHost } from "./replay-host";
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
  /** Replays the sample trips from a machine that holds credentials; ready to paste. */
  readonly producerCommand: pulumi.Output<string>;

  constructor(name: string, args: PipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Pipeline", name, args, opts);

    const { protectData, logRetentionDays } = args;
    const { encryptAtRest } = args.encryption;
    const { region } = aws.getRegionOutput({}, { parent: this });
    const child = { parent: this };

    const key = args.encryption.customerManagedKey
      ? new EncryptionKey(`${name}-key`, { description: "Streaming pipeline", protectData }, child)
      : undefined;
    const kmsKeyArn = key?.arn;

    const network = new Network(
      `${name}-network`,
      { ...args.network, logRetentionDays, kmsKeyArn },
      child,
    );
    const subnets = { vpcId: network.vpcId, subnetIds: network.privateSubnetIds };

    const artifacts = new PrivateBucket(`${name}-artifacts`, { kmsKeyArn, protectData }, child);
    const code = { codeBucketName: artifacts.bucketName, codeBucketArn: artifacts.arn };

    const events = new EventStream(
      `${name}-events`,
      { ...args.stream, encryptAtRest, kmsKeyArn, protectData },
      child,
    );

    const archive = new DeliveryStream(
      `${name}-archive`,
      {
        ...args.delivery,
        sourceStreamArn: events.arn,
        sourceStatements: events.readStatements(),
        logRetentionDays,
        kmsKeyArn,
        protectData,
      },
      child,
    );

    // Made before the domain, which lets the role in, and the application, which needs the domain's address.
    const jobRole = new ServiceRole(
      `${name}-job`,
      { service: "kinesisanalytics.amazonaws.com" },
      child,
    );
    const search = new SearchDomain(
      `${name}-search`,
      {
        ...args.search,
        ...subnets,
        subnetCount: args.network.availabilityZones.length,
        masterUserArn: jobRole.arn,
        encryptAtRest,
        kmsKeyArn,
        logRetentionDays,
        protectData,
      },
      child,
    );

    const analytics = new FlinkApplication(
      `${name}-analytics`,
      {
        ...args.flink,
        ...subnets,
        ...code,
        jarPath: args.paths.jobJar,
        runtimeProperties: {
          job: { workload: args.workload },
          source: { streamName: events.name, region },
          search: { endpoint: search.endpoint, region },
          demand: args.demand,
          airports: args.airports,
        },
        role: jobRole,
        statements: [...events.readStatements(), ...search.writeStatements()],
        securityGroupIds: [search.clientSecurityGroupId],
        logRetentionDays,
        kmsKeyArn,
      },
      child,
    );

    const replay = new ReplayHost(
      `${name}-replay`,
      {
        ...args.replay,
        ...subnets,
        ...code,
        producerPath: args.paths.producer,
        streamName: events.name,
        statements: events.writeStatements(),
        // A port forwarded through the host is the way to the dashboards.
        securityGroupIds: [search.clientSecurityGroupId],
        encryptAtRest,
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
    this.producerCommand = pulumi.interpolate`npm run replay -- --stream ${events.name} --region ${region} --input local/data/yellow_tripdata_sample_2019-03.csv`;
    this.registerOutputs({
      streamName: this.streamName,
      applicationName: this.applicationName,
      searchEndpoint: this.searchEndpoint,
      dashboardsUrl: this.dashboardsUrl,
      archiveBucketName: this.archiveBucketName,
      replayInstanceId: this.replayInstanceId,
      sessionManagerUrl: this.sessionManagerUrl,
      producerCommand: this.producerCommand,
    });
  }
}
