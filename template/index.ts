import * as pulumi from "@pulumi/pulumi";
import { DeliveryStream } from "streaming-pipeline-components/delivery-stream";
import { EncryptionKey } from "streaming-pipeline-components/encryption";
import { EventStream } from "streaming-pipeline-components/event-stream";
import { Monitoring } from "streaming-pipeline-components/monitoring";
import { PrivateBucket } from "streaming-pipeline-components/private-bucket";

const config = new pulumi.Config();
const workload = config.require("workload", { pattern: /^[a-z][a-z0-9-]{0,29}$/ });
const subscribers = config.requireObject<string[]>("alarmSubscribers");
const retentionHours = 168;
const bufferSeconds = 300;
const logRetentionDays = 365;

const { arn: kmsKeyArn } = new EncryptionKey("key", {
  description: `Records of ${workload}`,
  services: ["logs", "alarms"],
  protectData: true,
});
const { bucketName: logBucketName } = new PrivateBucket("logs", {
  takesLogs: true,
  expirationDays: logRetentionDays,
  protectData: true,
});
const events = new EventStream(workload, {
  mode: "PROVISIONED",
  shardCount: 2,
  retentionHours,
  kmsKeyArn,
  protectData: true,
});
const archive = new DeliveryStream("archive", {
  source: { streamArn: events.arn, statements: events.readStatements() },
  bufferMiB: 64,
  bufferSeconds,
  expirationDays: 365,
  keepSource: false,
  logRetentionDays,
  kmsKeyArn,
  logBucketName,
  protectData: true,
});
const monitoring = new Monitoring("monitoring", {
  title: `${pulumi.getProject()}-${pulumi.getStack()}`,
  subscribers,
  ticketSubscribers: subscribers,
  stream: { name: events.name, retentionHours },
  delivery: { name: archive.name, bufferSeconds },
  kmsKeyArn,
});

export const streamName = events.name;
export const archiveBucketName = archive.bucketName;
export const dashboardUrl = monitoring.dashboardUrl;
