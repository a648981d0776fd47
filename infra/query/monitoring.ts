import type * as pulumi from "@pulumi/pulumi";
import { graph, linesOf, type Section } from "../watch/widgets";

/** A workgroup to be watched. Failed queries are mostly their author's mistakes, so it has no alarms. */
export interface WatchedQueries {
  readonly workgroupName: pulumi.Input<string>;
}

/** How much is queried, what of it fails, and what it reads, which is what it costs. */
export function queriesSection({ workgroupName }: pulumi.Unwrap<WatchedQueries>): Section {
  const line = (state: string) =>
    linesOf("queries", { WorkGroup: workgroupName, QueryState: state, QueryType: "DML" });
  return {
    heading: "Queries of the archive",
    runbook: "query-the-archive",
    widgets: [
      graph("Queries a minute", [
        line("SUCCEEDED")("TotalExecutionTime", "SampleCount", "succeeded"),
        line("FAILED")("TotalExecutionTime", "SampleCount", "failed"),
        line("CANCELED")("TotalExecutionTime", "SampleCount", "canceled, by the scan limit too"),
      ]),
      graph("Bytes read", [
        line("SUCCEEDED")("ProcessedBytes", "Sum", "by queries that succeeded"),
        line("CANCELED")("ProcessedBytes", "Sum", "by canceled ones"),
      ]),
      graph("Time of a query (ms)", [
        line("SUCCEEDED")("TotalExecutionTime", "p95", "95th percentile"),
        line("SUCCEEDED")("QueryQueueTime", "p95", "of it in the queue", true),
      ]),
    ],
  };
}
