import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarm, reading } from "../watch/alarm";

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
  const { apiName, apiId, apiStageName, requestsPerSecond } = ingestion;
  const api = { ApiName: apiName, Stage: apiStageName };
  return [
    // The average of these metrics is a share of the requests.
    alarm("ingestion-errors", reading("api", "5XXError", api, "Average")),
    alarm("ingestion-refused", reading("api", "4XXError", api, "Average")),
    alarm(
      "ingestion-throttled",
      reading("ingestion", "Throttled", { Api: apiId }, "Sum"),
      {},
      { requestsPerSecond },
    ),
    alarm("ingestion-slow", reading("api", "IntegrationLatency", api, "p99")),
  ];
}
