import { resolve } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./config";
import { Pipeline, type PipelinePaths } from "./pipeline";

/** The outputs of a stack. */
export type Outputs = Readonly<Record<OutputName, pulumi.Output<string>>>;

/** What a stack tells about itself. */
export type OutputName =
  | "streamName"
  | "applicationName"
  | "searchEndpoint"
  | "dashboardsUrl"
  | "archiveBucketName"
  | "replayInstanceId"
  | "sessionManagerUrl"
  | "monitoringUrl"
  | "alarmTopicArn"
  | "producerCommand";

const root = resolve(__dirname, "..");

/** Where this repository builds and keeps the programs. */
export const repositoryPaths: PipelinePaths = {
  jobJar: resolve(root, "flink-job/target/flink-job.jar"),
  producer: resolve(root, "producer/cli.ts"),
};

/**
 * The whole program of a stack; it can run inside another process, such as the local stack's.
 * @throws Error that lists everything wrong with the configuration
 */
export function program(paths: PipelinePaths = repositoryPaths): Outputs {
  const pipeline = new Pipeline("pipeline", { ...loadConfig(), paths });
  return {
    streamName: pipeline.streamName,
    applicationName: pipeline.applicationName,
    searchEndpoint: pipeline.searchEndpoint,
    dashboardsUrl: pipeline.dashboardsUrl,
    archiveBucketName: pipeline.archiveBucketName,
    replayInstanceId: pipeline.replayInstanceId,
    sessionManagerUrl: pipeline.sessionManagerUrl,
    monitoringUrl: pipeline.monitoringUrl,
    alarmTopicArn: pipeline.alarmTopicArn,
    producerCommand: pipeline.producerCommand,
  };
}
