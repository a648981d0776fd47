import type * as pulumi from "@pulumi/pulumi";
import { functionGraph, graph, linesOf, type Section } from "../watch/widgets";
import { lossMilliseconds, type WatchedFunction } from "./alarms";

/** Whether the function on the stream keeps up, and what became of the records. */
export function functionSection(watched: pulumi.Unwrap<WatchedFunction>): Section {
  const line = linesOf("lambda", { FunctionName: watched.name });
  const events = linesOf("mapping", { EventSourceMappingUUID: watched.mappingId });
  return {
    heading: "Function on the stream",
    runbook: "alarms",
    widgets: [
      functionGraph("Function", watched.name),
      graph(
        "Behind the stream (ms)",
        [line("IteratorAge", "Maximum", "behind")],
        [
          { label: "late", value: watched.maxLagSeconds * 1000 },
          { label: "records are about to be given up", value: lossMilliseconds(watched) },
        ],
      ),
      graph("Records a minute", [
        events("PolledEventCount", "Sum", "read"),
        events("FilteredOutEventCount", "Sum", "filtered out"),
        events("InvokedEventCount", "Sum", "given to the function"),
        events("OnFailureDestinationDeliveredEventCount", "Sum", "given up", true),
        events("DroppedEventCount", "Sum", "lost", true),
      ]),
    ],
  };
}
