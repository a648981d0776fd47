import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, reading } from "../watch/alarm";

/** An HTTP ingestion to be watched. */
export interface WatchedIngestion {
  readonly apiName: pulumi.Input<string>;
  readonly apiId: pulumi.Input<string>;
  readonly apiStageName: string;
  /** Requests per second that are let through. */
  readonly requestsPerSecond: number;
}

/** Do events come in that are sent by HTTP? */
export function ingestionAlarms(ingestion: WatchedIngestion): Alarm[] {
  const api = { ApiName: ingestion.apiName, Stage: ingestion.apiStageName };
  return [
    {
      name: "ingestion-errors",
      description:
        "More than 1 % of the requests to the ingestion API have failed for five minutes, and clients that do not send again lose events. The execution log has the reason: a missing permission of the API's role or on the key, or a stream that is away.",
      severity: "critical",
      // The average of these metrics is a share of the requests.
      value: reading("api", "5XXError", api, "Average"),
      threshold: 0.01,
      periodSeconds: 60,
      periods: 5,
    },
    {
      name: "ingestion-refused",
      description:
        "More than 5 % of the requests to the ingestion API have been refused for a quarter of an hour: events that do not conform to the schema, callers without permission, or too many requests. The access log has caller and status.",
      value: reading("api", "4XXError", api, "Average"),
      threshold: 0.05,
      periods: 3,
    },
    {
      name: "ingestion-throttled",
      description: `The ingestion API has refused requests for five minutes, as there are more than ${ingestion.requestsPerSecond} per second, a client's quota is used up, or a shard is full. Give the stream more shards or raise the throttle; a single frequent partition key needs another one.`,
      value: reading("ingestion", "Throttled", { Api: ingestion.apiId }, "Sum"),
      threshold: 1,
      periodSeconds: 60,
      periods: 5,
    },
    {
      name: "ingestion-slow",
      description:
        "One in a hundred requests to the ingestion API has waited a second or more for the stream for a quarter of an hour. Look at the throttling of the stream and at the health of Kinesis in the region.",
      value: reading("api", "IntegrationLatency", api, "p99"),
      threshold: 1000,
      periods: 3,
    },
  ];
}
