import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarm, reading } from "../watch/alarm";
import { graph, linesOf, type Section } from "../watch/widgets";

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

/** Requests with events, and what became of them. */
export function ingestionSection(ingestion: pulumi.Unwrap<WatchedIngestion>): Section {
  const { apiId, requestsPerSecond } = ingestion;
  const api = linesOf("api", { ApiName: ingestion.apiName, Stage: ingestion.apiStageName });
  const own = linesOf("ingestion", { Api: apiId });
  return {
    heading: "HTTP ingestion",
    runbook: "http-ingestion",
    widgets: [
      graph(
        "Requests a minute",
        [api("Count", "Sum", "requests"), own("Throttled", "Sum", "throttled")],
        [{ label: "throttle", value: requestsPerSecond * 60 }],
      ),
      graph("Share of requests without success", [
        api("4XXError", "Average", "refused"),
        api("5XXError", "Average", "failed"),
      ]),
      graph("Latency (ms)", [
        api("Latency", "p99", "whole, 99th percentile"),
        api("IntegrationLatency", "p99", "of the stream, 99th percentile"),
      ]),
    ],
  };
}
