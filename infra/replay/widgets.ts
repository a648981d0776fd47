import type * as pulumi from "@pulumi/pulumi";
import { graph, linesOf, type Section } from "../watch/widgets";
import type { WatchedHost } from "./alarms";

/** Who puts records into the stream, and how that goes. */
export function hostSection(
  { instanceId }: pulumi.Unwrap<WatchedHost>,
  streamName: string | undefined,
): Section {
  const host = linesOf("host", { InstanceId: instanceId });
  const puts = streamName === undefined ? undefined : linesOf("stream", { StreamName: streamName });
  return {
    heading: "Producer",
    runbook: "replay",
    widgets: [
      graph("Replay host", [
        host("CPUUtilization", "Average", "CPU %"),
        host("NetworkOut", "Sum", "bytes sent", true),
      ]),
      puts && [
        graph("Records that had to be sent again", [
          puts("PutRecords.FailedRecords", "Sum", "failed"),
          puts("PutRecords.ThrottledRecords", "Sum", "throttled"),
        ]),
        graph("PutRecords latency (ms)", [
          puts("PutRecords.Latency", "Average", "average"),
          puts("PutRecords.Latency", "p99", "99th percentile"),
        ]),
      ],
    ],
  };
}
