import type * as pulumi from "@pulumi/pulumi";
import type { WatchedApplication } from "../flink/monitoring";
import type { WatchedDelivery } from "../delivery/monitoring";
import type { WatchedDomain } from "../search/monitoring";
import type { WatchedFunction } from "../function/monitoring";
import type { WatchedCanary } from "../canary/monitoring";
import type { WatchedHost } from "../replay/monitoring";
import type { WatchedQueries } from "../query/monitoring";
import type { WatchedIngestion } from "../ingestion/monitoring";
import type { WatchedScaling } from "../scaling/monitoring";
import type { WatchedStream } from "../stream/monitoring";
import { lagSeconds } from "../scaling/args";
import { flinkRuntime } from "../flink/args";
import { limits } from "../core/limits";
import { type Form, Problems } from "../core/validate";

export interface MonitoringArgs {
  /** Name of the dashboard and stem of the composite alarms' names: 1 to 240 letters, digits, hyphens, underscores. */
  readonly title: pulumi.Input<string>;
  /** E-mail addresses and https URLs that receive pages; each has to confirm. @default none */
  readonly subscribers?: readonly string[];
  /** E-mail addresses and https URLs that receive tickets; each has to confirm. @default none */
  readonly ticketSubscribers?: readonly string[];
  /** A stream. @default not watched */
  readonly stream?: WatchedStream | undefined;
  /** A Flink application. @default not watched */
  readonly application?: WatchedApplication | undefined;
  /** The delivery stream of the archive. @default not watched */
  readonly delivery?: WatchedDelivery | undefined;
  /** The workgroup that queries the archive. @default not watched */
  readonly queries?: WatchedQueries | undefined;
  /** A stream of results. @default not watched */
  readonly results?: WatchedStream | undefined;
  /** The delivery stream that archives results. @default not watched */
  readonly resultsDelivery?: WatchedDelivery | undefined;
  /** A delivery stream that indexes events as they are. @default not watched */
  readonly eventsDelivery?: WatchedDelivery | undefined;
  /** A function that reads the stream. @default not watched */
  readonly function?: WatchedFunction | undefined;
  /** The delivery stream that the function puts records into. @default not watched */
  readonly functionDelivery?: WatchedDelivery | undefined;
  /** A search domain. @default not watched */
  readonly domain?: WatchedDomain | undefined;
  /** A replay host. @default not watched */
  readonly host?: WatchedHost | undefined;
  /** URL of docs/operations.md, for dashboard and alarms. @default no links in the dashboard; its path in alarms */
  readonly runbookUrl?: string | undefined;
  /** A canary. @default not watched */
  readonly canary?: WatchedCanary | undefined;
  /** An HTTP ingestion. @default not watched */
  readonly ingestion?: WatchedIngestion | undefined;
  /** A scaler. @default not watched */
  readonly scaling?: WatchedScaling | undefined;
  /** ARN of the KMS key that encrypts messages; its policy has to let CloudWatch in. @default not encrypted at rest */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** Name of a dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const dashboardName: Form = {
  pattern: /^[A-Za-z0-9_-]{1,240}$/,
  description: "1 to 240 letters, digits, hyphens and underscores",
};

export const subscriber: Form = {
  pattern: /^([^\s@/]+@[^\s@/]+\.[^\s@/]+|https:\/\/[^\s]+)$/,
  description: "an e-mail address or a URL that begins with https://",
};

/** Where the runbook can be read, without an anchor. */
export const runbookAddress: Form = {
  pattern: /^https:\/\/[^\s#()]+$/,
  description: "a URL that begins with https:// and has no anchor",
};

/** @throws Error that lists every invalid argument. */
export function validate(name: string, args: MonitoringArgs): void {
  const problems = new Problems();
  const { stream, application, delivery, domain } = args;
  problems.check(args, {
    title: dashboardName,
    subscribers: subscriber,
    ticketSubscribers: subscriber,
    runbookUrl: runbookAddress,
  });
  problems.require(
    stream !== undefined ||
      application !== undefined ||
      delivery !== undefined ||
      domain !== undefined,
    "stream, application, delivery and domain are all missing; say what to watch",
  );
  const { results, resultsDelivery, eventsDelivery, functionDelivery } = args;
  for (const [key, one] of Object.entries({ stream, results })) {
    const rules = { retentionHours: limits.streamRetentionHours, maxLagSeconds: lagSeconds };
    problems.check(one ?? {}, rules, `${key}.`);
  }
  const flink = {
    runtime: flinkRuntime,
    checkpointIntervalSeconds: limits.checkpointIntervalSeconds,
  };
  problems.check(application ?? {}, flink, "application.");
  const deliveries = { delivery, resultsDelivery, eventsDelivery, functionDelivery };
  for (const [key, one] of Object.entries(deliveries)) {
    problems.check(one ?? {}, { bufferSeconds: limits.deliveryBufferSeconds }, `${key}.`);
  }
  const nodes = { dataNodes: limits.searchInstanceCount, volumeGiB: limits.searchVolumeGiB };
  problems.check(domain ?? {}, nodes, "domain.");
  problems.throwIfAny(`Monitoring "${name}" has invalid arguments`);
}
