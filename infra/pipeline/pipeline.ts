import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Autoscaling } from "../scaling/autoscaling";
import { componentInputs } from "../core/component";
import { DeliveryStream } from "../delivery/delivery-stream";
import { EncryptionKey } from "../core/encryption-key";
import { EventStream } from "../stream/event-stream";
import { FlinkApplication } from "../flink/application";
import { ServiceRole } from "../core/iam";
import { JobDelivery } from "../job-delivery/job-delivery";
import { keyServices } from "../core/key-services";
import { Monitoring } from "../monitoring/monitoring";
import { Network } from "../network/network";
import { analyticsArguments } from "./wiring-job";
import { commonArguments, type PipelineArgs } from "./common";
import {
  jobDeliveryArguments,
  monitoringArguments,
  replayArguments,
  scalingArguments,
} from "./wiring-operation";
import { type PipelineOutputs, producerCommand } from "./outputs";
import { eventsDeliveryArguments, searchArguments, searchSettingsArguments } from "./wiring-search";
import { archiveArguments, resultsArguments, streamArguments } from "./wiring";
import { PrivateBucket } from "../core/private-bucket";
import { ReplayHost } from "../replay/host";
import { ResultsStream } from "../stream/results-stream";
import { searchDomainArn } from "../search/access";
import { SearchBootstrap } from "../search/bootstrap/bootstrap";
import { SearchDomain } from "../search/domain";
import { SearchSignIn } from "../search/sign-in";

/**
 * The streaming pipeline: producer → event stream → Flink application → search domain, and event stream → archive.
 * Its parts in the order in which they are made; what each is told is in the pipeline-*.ts files.
 *
 * @example
 * const paths = { jobJar: "flink-job/target/flink-job.jar", producer: "producer/cli.ts" };
 * const { outputs } = new Pipeline("pipeline", { ...loadConfig(), paths });
 */
export class Pipeline extends pulumi.ComponentResource {
  /** What a user of the stack wants to know. */
  readonly outputs: PipelineOutputs;

  constructor(name: string, args: PipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:Pipeline", name, componentInputs(args, "paths"), opts);

    const child = { parent: this };
    const { logRetentionDays, protectData } = args;
    const { region } = aws.getRegionOutput({}, child);

    const key = args.encryption.customerManagedKey
      ? new EncryptionKey(
          `${name}-key`,
          { description: "Streaming pipeline", services: keyServices, protectData },
          child,
        )
      : undefined;
    const kmsKeyArn = key?.arn;
    const common = commonArguments(args, kmsKeyArn);

    const network = new Network(
      `${name}-network`,
      "existing" in args.network ? args.network : { ...args.network, logRetentionDays, kmsKeyArn },
      child,
    );

    const { bucketName: logBucketName } = new PrivateBucket(
      `${name}-logs`,
      { takesLogs: true, expirationDays: logRetentionDays, protectData },
      child,
    );
    const artifacts = new PrivateBucket(
      `${name}-artifacts`,
      { kmsKeyArn, logBucketName, protectData },
      child,
    );

    const events = new EventStream(`${name}-events`, streamArguments(args, common), child);
    const archive = new DeliveryStream(
      `${name}-archive`,
      archiveArguments(args, common, events, logBucketName),
      child,
    );
    const results =
      args.results &&
      new ResultsStream(
        `${name}-results`,
        resultsArguments(args, args.results, common, logBucketName),
        child,
      );

    // Made before the domain, whose master user it is, and the function that works with it.
    const searchAdmin = new ServiceRole(
      `${name}-search-admin`,
      { service: "lambda.amazonaws.com" },
      child,
    );
    const { signInPrefix: domainPrefix, domainName } = args.search;
    const signIn =
      domainPrefix === undefined
        ? undefined
        : new SearchSignIn(
            `${name}-sign-in`,
            { domainPrefix, domainArn: searchDomainArn(domainName, child), protectData },
            child,
          );
    const search = new SearchDomain(
      `${name}-search`,
      searchArguments(args, common, network, searchAdmin, signIn),
      child,
    );
    const eventsDelivery = args.searchEvents
      ? new DeliveryStream(
          `${name}-events-delivery`,
          eventsDeliveryArguments(args, common, { network, events, domain: search, logBucketName }),
          child,
        )
      : undefined;
    // Made before the domain's settings, which let the role write, and the application, which waits for them.
    const jobRole = new ServiceRole(
      `${name}-job`,
      { service: "kinesisanalytics.amazonaws.com" },
      child,
    );
    const searchSettings = new SearchBootstrap(
      `${name}-search-settings`,
      searchSettingsArguments(args, common, {
        network,
        domain: search,
        admin: searchAdmin,
        job: jobRole,
        signIn,
        eventsDelivery,
      }),
      child,
    );

    const analytics = new FlinkApplication(
      `${name}-analytics`,
      analyticsArguments(args, common, {
        region,
        network,
        artifacts,
        events,
        archive,
        results,
        search,
        searchSettings,
        role: jobRole,
      }),
      child,
    );

    const replay = new ReplayHost(
      `${name}-replay`,
      replayArguments(args, common, { network, artifacts, events, search }),
      child,
    );

    const scalingArgs = scalingArguments(args, common, events, analytics);
    const scaling = scalingArgs && new Autoscaling(`${name}-scaling`, scalingArgs, child);

    const monitoring = new Monitoring(
      `${name}-monitoring`,
      monitoringArguments(args, common, {
        events,
        analytics,
        archive,
        results,
        eventsDelivery,
        search,
        replay,
        scaling,
      }),
      child,
    );

    if (args.jobDelivery !== undefined) {
      new JobDelivery(
        `${name}-job-delivery`,
        jobDeliveryArguments(args, args.jobDelivery, common, {
          analytics,
          events,
          artifacts,
          monitoring,
          logBucketName,
        }),
        child,
      );
    }

    this.outputs = {
      streamName: events.name,
      applicationName: analytics.name,
      searchEndpoint: search.endpoint,
      dashboardsUrl: search.dashboardsUrl,
      archiveBucketName: archive.bucketName,
      ...(results && { resultsStreamName: results.name }),
      replayInstanceId: replay.instanceId,
      ...(replay.publicIp && { replayPublicIp: replay.publicIp }),
      sessionManagerUrl: replay.sessionManagerUrl,
      monitoringUrl: monitoring.dashboardUrl,
      alarmTopicArn: monitoring.topicArn,
      producerCommand: producerCommand(args.job.workload, events.name, region),
    };
    this.registerOutputs(this.outputs);
  }
}
