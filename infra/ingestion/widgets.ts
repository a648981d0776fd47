import type * as pulumi from "@pulumi/pulumi";
import { graph, linesOf, type Section } from "../watch/widgets";
import type { WatchedIngestion } from "./alarms";

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
