import { program } from "./program";

export const {
  streamName,
  applicationName,
  searchEndpoint,
  dashboardsUrl,
  archiveBucketName,
  replayInstanceId,
  sessionManagerUrl,
  monitoringUrl,
  alarmTopicArn,
  producerCommand,
} = program();
