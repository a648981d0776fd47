import * as pulumi from "@pulumi/pulumi";
import type { DeliveryStream } from "../delivery/delivery-stream";
import type { EventStream } from "../stream/event-stream";
import type { FlinkApplicationArgs } from "../flink/args";
import type { ServiceRole } from "../core/iam";
import type { Network } from "../network/network";
import { type Common, type PipelineArgs, privateSubnets } from "./common";
import { fanOutConsumers } from "./wiring";
import type { PrivateBucket } from "../core/private-bucket";
import type { ResultsStream } from "../stream/results-stream";
import type { RuntimePropertyInputs } from "../contracts/runtime-properties";
import type { SearchBootstrap } from "../search/bootstrap/bootstrap";
import type { SearchDomain } from "../search/domain";

/** What the job works with. */
export interface JobSurroundings {
  readonly region: pulumi.Output<string>;
  readonly network: Network;
  readonly artifacts: PrivateBucket;
  readonly events: EventStream;
  readonly archive: DeliveryStream;
  readonly results: ResultsStream | undefined;
  readonly search: SearchDomain;
  readonly searchSettings: SearchBootstrap;
  readonly role: ServiceRole;
}

/** Folder of the archive's bucket that takes the files of a job that writes some. */
const resultsFolder = "results/";

export function analyticsArguments(
  args: PipelineArgs,
  { kmsKeyArn, logRetentionDays, protectData }: Common,
  parts: JobSurroundings,
): FlinkApplicationArgs {
  const { artifacts, events, archive, results, search } = parts;
  return {
    ...args.flink,
    autoScaling: args.scaling.byService,
    scaledElsewhere: args.scaling.application !== undefined,
    deliveredElsewhere: args.jobDelivery !== undefined,
    ...privateSubnets(parts.network),
    codeBucketName: artifacts.bucketName,
    codeBucketArn: artifacts.arn,
    jarPath: args.paths.jobJar,
    runtimeProperties: runtimeProperties(args, parts),
    role: parts.role,
    statements: [
      ...events.readStatements(),
      ...events.fanOutStatements(),
      ...search.writeStatements(),
      ...(results?.writeStatements() ?? []),
      ...(args.job.archived ? archive.fileStatements(resultsFolder) : []),
    ],
    securityGroupIds: search.clientSecurityGroupIds,
    startAfter: [parts.searchSettings],
    logRetentionDays,
    kmsKeyArn,
    stateKmsKeyArn: kmsKeyArn,
    protectData,
  };
}

function runtimeProperties(
  args: PipelineArgs,
  { region, events, archive, results, search }: JobSurroundings,
): RuntimePropertyInputs {
  const { workload, windows, source, archived } = args.job;
  const [consumerArn] = fanOutConsumers(args).map((name) => events.consumerArns[name]);
  return {
    job: { workload },
    source: { streamName: events.name, region, ...source, ...(consumerArn && { consumerArn }) },
    search: { endpoint: search.endpoint, region },
    ...windows,
    ...(results && { resultsStream: { streamName: results.name, region } }),
    ...(archived && {
      // Of Flink's two file systems for S3 only this one writes files exactly once; s3:// can be the other one.
      archive: { path: pulumi.interpolate`s3a://${archive.bucketName}/${resultsFolder}` },
    }),
  };
}
