import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import type { Workload } from "../contracts/workload";

/** Outputs of a stack. */
export interface PipelineOutputs {
  readonly streamName: pulumi.Output<string>;
  readonly applicationName: pulumi.Output<string>;
  readonly searchEndpoint: pulumi.Output<string>;
  readonly dashboardsUrl: pulumi.Output<string>;
  /** Opens the dashboards on 127.0.0.1 through the replay host, where that reaches the domain; ready to paste. */
  readonly dashboardsCommand?: pulumi.Output<string>;
  /** IAM policy of readers of the domain, JSON to attach to the roles of `searchReaderRoleArns`. */
  readonly searchReadPolicy: pulumi.Output<string>;
  readonly archiveBucketName: pulumi.Output<string>;
  /** The bucket of the domain's daily snapshots, where there are any. */
  readonly snapshotBucketName?: pulumi.Output<string>;
  /** The Athena workgroup with the queries of the archive. */
  readonly queryWorkgroupName?: pulumi.Output<string>;
  /** IAM policy of principals that query the archive, JSON to attach to their roles. */
  readonly archiveReadPolicy?: pulumi.Output<string>;
  /** The stream of final results, with a workload that has one. */
  readonly resultsStreamName?: pulumi.Output<string>;
  /** The bucket of records that the function on the stream gave up, where there is one. */
  readonly functionFailuresBucketName?: pulumi.Output<string>;
  /** The bucket of what the function put into its delivery stream, where it has one. */
  readonly functionBucketName?: pulumi.Output<string>;
  /** Address to which events are posted, with HTTP ingestion. */
  readonly ingestionUrl?: pulumi.Output<string>;
  /** API key of HTTP ingestion, a secret, where clients do not sign. */
  readonly ingestionApiKey?: pulumi.Output<string>;
  readonly replayInstanceId: pulumi.Output<string>;
  /** Address for SSH, where the replay host has one. */
  readonly replayPublicIp?: pulumi.Output<string>;
  /** Opens a shell on the replay host in the browser. */
  readonly sessionManagerUrl: pulumi.Output<string>;
  /** Opens the dashboard of stream, job, domain and archive in the console. */
  readonly monitoringUrl: pulumi.Output<string>;
  /** The topic of pages. */
  readonly alarmTopicArn: pulumi.Output<string>;
  /** The topic of tickets. */
  readonly ticketTopicArn: pulumi.Output<string>;
  /** Sends sample events from a machine that holds credentials; ready to paste. */
  readonly producerCommand: pulumi.Output<string>;
}

export function producerCommand(
  { replay, input }: Pick<Workload, "replay" | "input">,
  streamName: pulumi.Output<string>,
  region: pulumi.Output<string>,
): pulumi.Output<string> {
  const events = [
    ...replay.arguments,
    ...(input === undefined ? [] : ["--input", path.relative(process.cwd(), input)]),
  ].join(" ");
  return pulumi.interpolate`npm run replay -- --stream ${streamName} --region ${region} ${events}`;
}
