import type { DashboardSubjects } from "../monitoring/dashboard";
import { capacityLine, linesOf } from "../watch/lines";
import { graph, type Line, type Section } from "../watch/widgets";

type Subject<Key extends keyof DashboardSubjects> = NonNullable<DashboardSubjects[Key]>;

/** Who puts records into the stream, and how that goes. */
export function hostSection(
  region: string,
  { instanceId }: Subject<"host">,
  streamName: string | undefined,
): Section {
  const host = linesOf("host", { InstanceId: instanceId });
  const puts = streamName === undefined ? undefined : linesOf("stream", { StreamName: streamName });
  return {
    heading: "Producer",
    widgets: [
      graph(region, "Replay host", [
        host("CPUUtilization", "Average", "CPU %"),
        host("NetworkOut", "Sum", "bytes sent", true),
      ]),
      ...(puts
        ? [
            graph(region, "Records that had to be sent again", [
              puts("PutRecords.FailedRecords", "Sum", "failed"),
              puts("PutRecords.ThrottledRecords", "Sum", "throttled"),
            ]),
            graph(region, "PutRecords latency (ms)", [
              puts("PutRecords.Latency", "Average", "average"),
              puts("PutRecords.Latency", "p99", "99th percentile"),
            ]),
          ]
        : []),
    ],
  };
}

/** What goes in and out of a stream. */
export function streamSection(
  region: string,
  heading: string,
  { name, retentionHours, maxLagSeconds, fanOutConsumers }: Subject<"stream">,
  targets: Subject<"scaling">["targets"] = [],
): Section {
  const line = linesOf("stream", { StreamName: name });
  const ofConsumer = (consumer: string) =>
    linesOf("fanOut", { StreamName: name, ConsumerName: consumer });
  const scaled = targets.find((target) => target.kind === "stream");
  const lags: Line[] = [
    line("GetRecords.IteratorAgeMilliseconds", "Maximum", "polling"),
    ...fanOutConsumers.map((consumer) =>
      ofConsumer(consumer)("SubscribeToShardEvent.MillisBehindLatest", "Maximum", consumer),
    ),
  ];
  return {
    heading,
    widgets: [
      graph(region, "Records a minute", [
        line("IncomingRecords", "Sum", "in"),
        line("GetRecords.Records", "Sum", "out, all readers that poll"),
        ...fanOutConsumers.map((consumer) =>
          ofConsumer(consumer)("SubscribeToShardEvent.Records", "Sum", `out, ${consumer}`),
        ),
      ]),
      graph(region, "Bytes a minute", [
        line("IncomingBytes", "Sum", "in"),
        line("GetRecords.Bytes", "Sum", "out, all readers that poll"),
      ]),
      graph(region, `Readers behind (ms); records expire after ${retentionHours} h`, lags, [
        { label: "late", value: maxLagSeconds * 1000 },
      ]),
      graph(region, "Throttled", [
        line("WriteProvisionedThroughputExceeded", "Sum", "writes"),
        line("ReadProvisionedThroughputExceeded", "Sum", "reads"),
      ]),
      graph(region, "Share of calls that succeed", [
        line("PutRecords.Success", "Average", "PutRecords"),
        line("GetRecords.Success", "Average", "GetRecords"),
      ]),
      ...(scaled
        ? [
            graph(
              region,
              "Open shards",
              [
                capacityLine("Capacity", scaled.kind, name),
                capacityLine("RequestedCapacity", scaled.kind, name),
              ],
              [{ label: "maximum", value: scaled.max }],
            ),
          ]
        : []),
    ],
  };
}
