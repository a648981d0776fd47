import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Canary } from "../canary/canary";
import { componentInputs } from "../core/component";
import { EncryptionKey, keyServices } from "../core/encryption-key";
import { policyDocument, ServiceRole, withPermissionsBoundary } from "../core/iam";
import { databaseNameLength, domainNameLength, physicalName } from "../core/names";
import { present } from "../core/present";
import { PrivateBucket } from "../core/private-bucket";
import { DeliveryStream } from "../delivery/delivery-stream";
import { FlinkApplication } from "../flink/application";
import { SnapshotKeeper } from "../flink/snapshot-keeper";
import { StreamFunction } from "../function/stream-function";
import { HttpIngestion } from "../ingestion/http-ingestion";
import { JobDelivery } from "../job-delivery/job-delivery";
import { Monitoring } from "../monitoring/monitoring";
import { Network } from "../network/network";
import { ArchiveQueries } from "../query/archive-queries";
import { ReplayHost } from "../replay/host";
import { Autoscaling } from "../scaling/autoscaling";
import { SearchBootstrap } from "../search/bootstrap/bootstrap";
import { SearchDomain, searchDomainArn } from "../search/domain";
import { SearchSignIn } from "../search/sign-in";
import { SearchSnapshots } from "../search/snapshots";
import { EventStream } from "../stream/event-stream";
import { ResultsStream } from "../stream/results-stream";
import type { StackConfig } from "./config";
import { type PipelineOutputs, producerCommand } from "./outputs";
import type { WorkloadOutput } from "../contracts/workload";
import { archiveOf, eventTemplates, propertyGroups, queriesOf, transformOf } from "./workload";

/** Where the programs lie that run in the pipeline. */
export interface PipelinePaths {
  /** The job's jar in place of the workload's, such as one that was built elsewhere. */
  readonly jobJar?: string;
  /** The producer's command line. */
  readonly producer: string;
}

/** The configuration of a stack and what it deploys. */
export type PipelineArgs = StackConfig & { readonly paths: PipelinePaths };

/** Name of the job's registration where it reads by enhanced fan-out. */
const jobConsumer = "flink-job";

/** Name of the registration of the function on the stream where it reads by enhanced fan-out. */
const functionConsumer = "function";

/** Folder of the archive's bucket that takes the files of a job that writes some. */
const jobFolder = "results/";

/** Buffer of events that are indexed unchanged: shorter than the archive's. */
const eventsBuffer = { bufferMiB: 5, bufferSeconds: 60 };

/**
 * The streaming pipeline: producer → event stream → Flink application → search domain, and event stream → archive.
 * Its parts in the order in which they are created.
 *
 * @example
 * const paths = { producer: "producer/cli.ts" };
 * const { outputs } = new Pipeline("pipeline", { ...loadConfig(), paths });
 */
export class Pipeline extends pulumi.ComponentResource {
  /** What a user of the stack wants to know. */
  readonly outputs: PipelineOutputs;

  constructor(name: string, args: PipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "streaming:infra:Pipeline",
      name,
      componentInputs(args, "paths", "job", "monitoring", "function"),
      withPermissionsBoundary(args.permissionsBoundaryArn, opts),
    );

    const child = { parent: this };
    const { logRetentionDays, protectData, job, scaling: scalers } = args;
    const { workload } = job;
    const writesTo = (output: WorkloadOutput): boolean => workload.outputs.includes(output);
    const writesFiles = job.archived && writesTo("archive");
    const { encryptAtRest, customerManagedKey } = args.encryption;
    const { maxLagSeconds } = args.monitoring;
    const { region } = aws.getRegionOutput({}, child);

    // Kept in the state from the first deployment on: a stack that is renamed keeps its domain.
    const { output: given } = new pulumi.Stash(
      `${name}-name`,
      { input: args.name },
      { parent: this, ignoreChanges: ["input"] },
    ) as { readonly output: pulumi.Output<string> };
    const domainName = given.apply((text) => physicalName(text, domainNameLength));
    const databaseName = given.apply((text) =>
      physicalName(text, databaseNameLength).replaceAll("-", "_"),
    );

    const { fanOut, ...streamSettings } = args.stream;
    const { producerRoleArns, readerRoleArns } = streamSettings;
    const kmsKeyArn = customerManagedKey
      ? new EncryptionKey(
          `${name}-key`,
          {
            description: "Streaming pipeline",
            services: keyServices,
            producerRoleArns,
            readerRoleArns,
            protectData,
          },
          child,
        ).arn
      : undefined;

    const logged = { logRetentionDays, kmsKeyArn };
    const network = new Network(
      `${name}-network`,
      "existing" in args.network
        ? args.network
        : { ...args.network, instanceTypes: [args.replay.instanceType], ...logged },
      child,
    );
    const privateSubnets = { vpcId: network.vpcId, subnetIds: network.privateSubnetIds };

    const { bucketName: logBucketName } = new PrivateBucket(
      `${name}-logs`,
      { takesLogs: true, expirationDays: logRetentionDays, protectData },
      child,
    );
    const guarded = { kmsKeyArn, logBucketName, protectData };
    const kept = { ...guarded, logRetentionDays };
    const artifacts = new PrivateBucket(`${name}-artifacts`, guarded, child);

    const fanOutConsumers = fanOut ? [jobConsumer] : [];
    const functionReader = args.function?.fanOut === true && functionConsumer;
    const events = new EventStream(
      `${name}-events`,
      {
        ...streamSettings,
        fanOutConsumers: functionReader ? [...fanOutConsumers, functionReader] : fanOutConsumers,
        scaledElsewhere: scalers.stream !== undefined,
        encryptAtRest,
        kmsKeyArn,
        protectData,
      },
      child,
    );
    const source = { streamArn: events.arn, statements: events.readStatements() };
    const archive = new DeliveryStream(
      `${name}-archive`,
      { ...args.delivery, ...archiveOf(workload, args.archive, databaseName), source, ...kept },
      child,
    );
    const queries =
      args.queries &&
      new ArchiveQueries(
        `${name}-queries`,
        {
          ...args.queries,
          ...queriesOf(job),
          archive: archive.queried(),
          resultExpirationDays: logRetentionDays,
          ...guarded,
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
          ...kept,
          encryptAtRest,
        },
        child,
      );

    // Created before the domain, whose master user it is, and the function that works with it.
    const searchAdmin = new ServiceRole(
      `${name}-search-admin`,
      { service: "lambda.amazonaws.com" },
      child,
    );
    const { signInPrefix, snapshotDays, ...searchSettings } = args.search;
    const signIn =
      signInPrefix === undefined
        ? undefined
        : new SearchSignIn(
            `${name}-sign-in`,
            {
              domainPrefix: signInPrefix,
              domainArn: searchDomainArn(domainName, child),
              protectData,
            },
            child,
          );
    const search = new SearchDomain(
      `${name}-search`,
      {
        ...searchSettings,
        domainName,
        vpc: { ...privateSubnets, subnetCount: network.subnetCount },
        masterUserArn: searchAdmin.arn,
        signIn: signIn && {
          userPoolId: signIn.userPoolId,
          identityPoolId: signIn.identityPoolId,
          roleArn: signIn.roleArn,
        },
        ...logged,
        encryptAtRest,
        protectData,
      },
      child,
    );
    const searchNetwork = {
      subnetIds: network.privateSubnetIds,
      securityGroupIds: search.clientSecurityGroupIds,
    };
    const eventsDelivery = args.searchEvents
      ? new DeliveryStream(
          `${name}-events-delivery`,
          {
            ...eventsBuffer,
            source,
            transform: transformOf(workload),
            search: {
              domainArn: search.arn,
              indexName: workload.archive.table,
              rotation: "OneDay",
              ...searchNetwork,
            },
            expirationDays: args.delivery.expirationDays,
            ...kept,
          },
          child,
        )
      : undefined;
    // Created before the domain's settings, which map it to a role, and the application, which waits for them.
    const jobRole = new ServiceRole(
      `${name}-job`,
      { service: "kinesisanalytics.amazonaws.com" },
      child,
    );
    const { canaryIndex } = workload;
    const canaryRole =
      args.monitoring.canary && canaryIndex !== undefined
        ? new ServiceRole(`${name}-canary`, { service: "lambda.amazonaws.com" }, child)
        : undefined;
    const snapshots =
      snapshotDays === 0
        ? undefined
        : new SearchSnapshots(
            `${name}-search-snapshots`,
            { domainArn: searchDomainArn(domainName, child), keepDays: snapshotDays, ...guarded },
            child,
          );
    const domainSettings = new SearchBootstrap(
      `${name}-search-settings`,
      {
        endpoint: search.endpoint,
        masterRole: searchAdmin,
        statements: search.adminStatements(),
        vpc: searchNetwork,
        folders: workload.settings,
        indexTemplates: args.searchEvents ? eventTemplates(workload) : {},
        indexPatterns: workload.indexPatterns,
        replicas: search.zones - 1,
        indexShards: args.search.indexShards,
        warm: args.search.warm !== undefined,
        accessControl: encryptAtRest,
        snapshots: snapshots?.settings,
        writerRoleArns: [jobRole.arn],
        deliveryRoleArns: eventsDelivery ? [eventsDelivery.roleArn] : [],
        adminRoleArns: args.search.adminRoleArns,
        readerRoleArns: present<string | pulumi.Output<string>>(
          args.search.readerRoleArns,
          signIn?.userRoleArn,
          canaryRole?.arn,
        ),
        ...logged,
      },
      child,
    );

    const codeBucket =
      "bucket" in workload.job.code
        ? {
            name: workload.job.code.bucket,
            arn: pulumi.interpolate`arn:${aws.getPartitionOutput({}, child).partition}:s3:::${workload.job.code.bucket}`,
          }
        : undefined;
    const [consumerArn] = fanOutConsumers.map((consumer) => events.consumerArns[consumer]);
    const { snapshotSchedule, ...flink } = args.flink;
    const analytics = new FlinkApplication(
      `${name}-analytics`,
      {
        ...flink,
        autoScaling: scalers.byService,
        scaledElsewhere: scalers.application !== undefined,
        deliveredElsewhere: args.jobDelivery !== undefined,
        ...privateSubnets,
        codeBucketName: codeBucket?.name ?? artifacts.bucketName,
        codeBucketArn: codeBucket?.arn ?? artifacts.arn,
        code: args.paths.jobJar === undefined ? workload.job.code : { path: args.paths.jobJar },
        propertyGroups: propertyGroups(job, {
          region,
          "stream.name": events.name,
          "stream.arn": events.arn,
          "stream.consumerArn": consumerArn,
          "results.name": results?.name,
          "results.arn": results?.arn,
          "search.endpoint": search.endpoint,
          // Of Flink's two file systems for S3 only this one writes files exactly once; s3:// can be the other one.
          "archive.path": writesFiles
            ? pulumi.interpolate`s3a://${archive.bucketName}/${jobFolder}`
            : undefined,
        }),
        role: jobRole,
        statements: present(
          source.statements,
          events.fanOutStatements([jobConsumer]),
          writesTo("search") && search.writeStatements(),
          results?.writeStatements(),
          writesFiles && archive.fileStatements(jobFolder),
        ),
        securityGroupIds: search.clientSecurityGroupIds,
        startAfter: [domainSettings],
        ...logged,
        stateKmsKeyArn: kmsKeyArn,
        protectData,
      },
      child,
    );

    if (snapshotSchedule !== undefined) {
      new SnapshotKeeper(
        `${name}-snapshots`,
        {
          ...snapshotSchedule,
          applicationName: analytics.name,
          arn: analytics.arn,
          stateKmsKeyArn: kmsKeyArn,
          ...logged,
        },
        child,
      );
    }

    const functionDelivery = args.function?.delivers
      ? new DeliveryStream(
          `${name}-function-delivery`,
          {
            bufferMiB: args.delivery.bufferMiB,
            bufferSeconds: args.delivery.bufferSeconds,
            expirationDays: args.delivery.expirationDays,
            ...kept,
          },
          child,
        )
      : undefined;
    const streamFunction =
      args.function &&
      new StreamFunction(
        `${name}-function`,
        {
          ...args.function,
          source: {
            streamArn: events.arn,
            ...(functionReader && { consumerArn: events.consumerArns[functionReader] }),
            statements: [...source.statements, ...events.fanOutStatements([functionConsumer])],
          },
          delivery: functionDelivery && {
            name: functionDelivery.name,
            statements: functionDelivery.putStatements(["firehose:PutRecordBatch"]),
          },
          expirationDays: args.delivery.expirationDays,
          ...kept,
        },
        child,
      );

    const { searchAccess, ...replaySettings } = args.replay;
    const replay = new ReplayHost(
      `${name}-replay`,
      {
        ...replaySettings,
        ssh: replaySettings.ssh && {
          ...replaySettings.ssh,
          subnetId: network.publicSubnetIds.apply(([first = ""]) => first),
        },
        ...privateSubnets,
        codeBucketName: artifacts.bucketName,
        codeBucketArn: artifacts.arn,
        producerPath: args.paths.producer,
        producerArguments: workload.replay.arguments,
        streamName: events.name,
        statements: events.writeStatements(),
        // `npm run dashboards` forwards a port through the host.
        securityGroupIds: searchAccess ? search.clientSecurityGroupIds : [],
        maxDisorderSeconds: job.maxDisorderSeconds,
        startAfter: [archive, eventsDelivery, results, analytics, streamFunction].filter(
          (reader) => reader !== undefined,
        ),
        ...logged,
        encryptAtRest,
      },
      child,
    );

    const scaling =
      scalers.stream === undefined && scalers.application === undefined
        ? undefined
        : new Autoscaling(
            `${name}-scaling`,
            {
              ...scalers,
              stream: scalers.stream && { ...scalers.stream, name: events.name, arn: events.arn },
              application: scalers.application && {
                ...scalers.application,
                name: analytics.name,
                arn: analytics.arn,
                stateKmsKeyArn: kmsKeyArn,
                parallelismPerKpu: flink.parallelismPerKpu,
              },
              network: privateSubnets,
              sourceStreamName: events.name,
              sourceApplicationName: analytics.name,
              ...logged,
              maxLagSeconds,
            },
            child,
          );

    const ingestion =
      args.ingestion &&
      new HttpIngestion(
        `${name}-ingestion`,
        {
          ...args.ingestion,
          streamName: events.name,
          streamArn: events.arn,
          eventSchema: workload.eventSchema,
          partitionKey: { field: workload.partitionKey },
          createLogRole: scalers.createApiGatewayLogRole && scaling === undefined,
          ...logged,
        },
        // The role for logs may be the scaler's.
        { ...child, dependsOn: scaling === undefined ? [] : [scaling] },
      );

    const canary =
      canaryRole && canaryIndex !== undefined
        ? new Canary(
            `${name}-canary`,
            {
              streamName: events.name,
              streamArn: events.arn,
              applicationName: analytics.name,
              endpoint: search.endpoint,
              domainArn: search.arn,
              index: canaryIndex,
              role: canaryRole,
              vpc: { ...searchNetwork, vpcId: network.vpcId },
              ...logged,
            },
            child,
          )
        : undefined;

    const customerKey = kmsKeyArn !== undefined && encryptAtRest;
    const delivered = { bufferSeconds: args.delivery.bufferSeconds, customerKey };
    const { retentionHours } = args.stream;
    const monitoring = new Monitoring(
      `${name}-monitoring`,
      {
        // Known when the domain is, which AWS refuses where the account has one of that name: nothing is overwritten.
        title: search.domainName,
        subscribers: args.monitoring.subscribers,
        ticketSubscribers: args.monitoring.ticketSubscribers,
        runbookUrl: args.monitoring.runbookUrl,
        stream: {
          name: events.name,
          retentionHours,
          maxLagSeconds,
          fanOutConsumers,
        },
        application: {
          name: analytics.name,
          logGroupName: analytics.logGroupName,
          runtime: flink.runtime,
          checkpointIntervalSeconds: flink.checkpointIntervalSeconds,
          kpuLimit: flink.kpuLimit,
          snapshotsKept: snapshotSchedule !== undefined,
        },
        delivery: {
          ...delivered,
          name: archive.name,
          transformName: archive.transformName,
          converts: args.archive.format === "PARQUET",
          partitions: args.archive.partitioned,
        },
        queries: queries && { workgroupName: queries.workgroupName },
        results: results && { name: results.name, retentionHours, maxLagSeconds },
        resultsDelivery: results?.deliveryName && { ...delivered, name: results.deliveryName },
        eventsDelivery: eventsDelivery && {
          name: eventsDelivery.name,
          destination: "OpenSearch",
          bufferSeconds: eventsBuffer.bufferSeconds,
          transformName: eventsDelivery.transformName,
          customerKey,
        },
        function: streamFunction && {
          name: streamFunction.name,
          mappingId: streamFunction.mappingId,
          streamName: events.name,
          retentionHours,
          maxAgeSeconds: args.function.maxAgeSeconds,
          maxLagSeconds,
        },
        functionDelivery: functionDelivery && { ...delivered, name: functionDelivery.name },
        domain: {
          name: search.domainName,
          accountId: aws.getCallerIdentityOutput({}, { parent: search }).accountId,
          dataNodes: args.search.instanceCount,
          dedicatedMasters: args.search.dedicatedMasters,
          warmNodes: args.search.warm?.instanceCount ?? 0,
          volumeGiB: args.search.volumeGiB,
          snapshotBucketName: snapshots?.bucketName,
          customerKey,
        },
        host: { instanceId: replay.instanceId },
        canary: canary?.watched,
        ingestion: ingestion?.watched,
        scaling: scaling?.watched,
        kmsKeyArn,
      },
      child,
    );

    if (args.jobDelivery !== undefined) {
      new JobDelivery(
        `${name}-job-delivery`,
        {
          source: args.jobDelivery,
          approval: protectData,
          application: { name: analytics.name, arn: analytics.arn, stateKmsKeyArn: kmsKeyArn },
          codeBucketName: artifacts.bucketName,
          codeBucketArn: artifacts.arn,
          alarmTopicArn: monitoring.ticketTopicArn,
          ...kept,
        },
        child,
      );
    }

    this.outputs = {
      streamName: events.name,
      applicationName: analytics.name,
      searchEndpoint: search.endpoint,
      dashboardsUrl: search.dashboardsUrl,
      ...(searchAccess && {
        dashboardsCommand: pulumi.interpolate`npm run dashboards -- ${pulumi.getStack()}`,
      }),
      searchReadPolicy: policyDocument(search.readStatements()),
      archiveBucketName: archive.bucketName,
      ...(snapshots && { snapshotBucketName: snapshots.bucketName }),
      ...(queries && {
        queryWorkgroupName: queries.workgroupName,
        archiveReadPolicy: policyDocument(queries.readStatements()),
      }),
      ...(results && { resultsStreamName: results.name }),
      ...(streamFunction && { functionFailuresBucketName: streamFunction.failuresBucketName }),
      ...(functionDelivery && { functionBucketName: functionDelivery.bucketName }),
      ...(ingestion && { ingestionUrl: ingestion.url }),
      ...(ingestion?.apiKey && { ingestionApiKey: ingestion.apiKey }),
      replayInstanceId: replay.instanceId,
      ...(replay.publicIp && { replayPublicIp: replay.publicIp }),
      sessionManagerUrl: replay.sessionManagerUrl,
      monitoringUrl: monitoring.dashboardUrl,
      alarmTopicArn: monitoring.topicArn,
      ticketTopicArn: monitoring.ticketTopicArn,
      producerCommand: producerCommand(workload, events.name, region),
    };
    this.registerOutputs(this.outputs);
  }
}
