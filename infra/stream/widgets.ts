import type * as pulumi from "@pulumi/pulumi";
import { defaultMaxLagSeconds, type WatchedStream } from "./alarms";
import { graph, type Line, linesOf, type Section } from "../watch/widgets";

/** What goes in and out of a stream. */
export function streamSection(heading: string, stream: pulumi.Unwrap<WatchedStream>): Section {
  const { name, retentionHours } = stream;
  const { maxLagSeconds = defaultMaxLagSeconds, fanOutConsumers = [] } = stream;
  const line = linesOf("stream", { StreamName: name });
  const ofConsumer = (consumer: string) =>
    linesOf("fanOut", { StreamName: name, ConsumerName: consumer });
  const lags: Line[] = [
    line("GetRecords.IteratorAgeMilliseconds", "Maximum", "polling"),
    ...fanOutConsumers.map((consumer) =>
      ofConsumer(consumer)("SubscribeToShardEvent.MillisBehindLatest", "Maximum", consumer),
    ),
  ];
  return {
    heading,
    runbook: "reshard-and-scale",
    widgets: [
      graph("Records a minute", [
        line("IncomingRecords", "Sum", "in"),
        line("GetRecords.Records", "Sum", "out, all readers that poll"),
        fanOutConsumers.map((consumer) =>
          ofConsumer(consumer)("SubscribeToShardEvent.Records", "Sum", `out, ${consumer}`),
        ),
      ]),
      graph("Bytes a minute", [
        line("IncomingBytes", "Sum", "in"),
        line("GetRecords.Bytes", "Sum", "out, all readers that poll"),
      ]),
      graph(`Readers behind (ms); records expire after ${retentionHours} h`, lags, [
        { label: "late", value: maxLagSeconds * 1000 },
      ]),
      graph("Throttled", [
        line("WriteProvisionedThroughputExceeded", "Sum", "writes"),
        line("ReadProvisionedThroughputExceeded", "Sum", "reads"),
      ]),
      graph("Share of calls that succeed", [
        line("PutRecords.Success", "Average", "PutRecords"),
        line("GetRecords.Success", "Average", "GetRecords"),
      ]),
    ],
  };
}
