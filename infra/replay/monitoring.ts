import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarm, reading } from "../watch/alarm";
import { graph, linesOf, type Section } from "../watch/widgets";

/** A replay host to be watched. */
export interface WatchedHost {
  readonly instanceId: pulumi.Input<string>;
}

/** Does the host live? What it sends shows in the alarms of the stream. */
export function hostAlarms({ instanceId }: WatchedHost): Alarm[] {
  const dimensions = { InstanceId: instanceId };
  return [alarm("host-status", reading("host", "StatusCheckFailed", dimensions, "Maximum"))];
}

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
