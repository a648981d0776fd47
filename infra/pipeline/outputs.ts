import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../delivery/workloads";

/** What a stack tells about itself. */
export interface PipelineOutputs {
  readonly streamName: pulumi.Output<string>;
  readonly applicationName: pulumi.Output<string>;
  readonly searchEndpoint: pulumi.Output<string>;
  readonly dashboardsUrl: pulumi.Output<string>;
  readonly archiveBucketName: pulumi.Output<string>;
  /** The stream of final results, with a workload that has one. */
  readonly resultsStreamName?: pulumi.Output<string>;
  readonly replayInstanceId: pulumi.Output<string>;
  /** Address for SSH, where the replay host has one. */
  readonly replayPublicIp?: pulumi.Output<string>;
  /** Opens a shell on the replay host in the browser. */
  readonly sessionManagerUrl: pulumi.Output<string>;
  /** Opens the dashboard of stream, job, domain and archive in the console. */
  readonly monitoringUrl: pulumi.Output<string>;
  /** The topic that alarms write to. */
  readonly alarmTopicArn: pulumi.Output<string>;
  /** Sends sample events from a machine that holds credentials; ready to paste. */
  readonly producerCommand: pulumi.Output<string>;
}

/** What the producer is told of its events, beside where to send them. */
const sampleEvents: Readonly<Record<Workload, string>> = {
  taxi: "--input local/data/yellow_tripdata_sample_2019-03.csv",
  trades: "--workload trades",
};

export function producerCommand(
  workload: Workload,
  streamName: pulumi.Output<string>,
  region: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.interpolate`npm run replay -- --stream ${streamName} --region ${region} ${sampleEvents[workload]}`;
}
