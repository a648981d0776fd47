import type * as pulumi from "@pulumi/pulumi";
import { maxFreshnessSeconds, type WatchedDelivery } from "./alarms";
import { functionGraph, graph, linesOf, type Section } from "../watch/widgets";

/** What reaches the archive, and when. */
export function deliverySection({
  name,
  bufferSeconds,
  transformName,
}: pulumi.Unwrap<WatchedDelivery>): Section {
  const line = linesOf("delivery", { DeliveryStreamName: name });
  return {
    heading: "Archive",
    runbook: "alarms",
    widgets: [
      graph("Records a minute", [
        line("DataReadFromKinesisStream.Records", "Sum", "read"),
        line("DeliveryToS3.Records", "Sum", "archived"),
        line("DeliveryToS3.Bytes", "Sum", "bytes archived", true),
      ]),
      graph(
        "Age of the oldest record that is not archived (s)",
        [line("DeliveryToS3.DataFreshness", "Maximum", "age")],
        [{ label: "late", value: maxFreshnessSeconds(bufferSeconds) }],
      ),
      graph("Share of writes that succeed", [
        line("DeliveryToS3.Success", "Average", "writes"),
        transformName !== undefined && line("ExecuteProcessing.Success", "Average", "function"),
      ]),
      graph("Behind the stream", [
        line("KinesisMillisBehindLatest", "Maximum", "behind (ms)"),
        line("ThrottledGetRecords", "Sum", "throttled reads", true),
      ]),
      graph("Partitions and conversion", [
        line("PartitionCount", "Maximum", "partitions"),
        line("PartitionCountExceeded", "Maximum", "too many"),
        line("FailedConversion.Records", "Sum", "records that do not fit", true),
      ]),
      transformName !== undefined && functionGraph("Function", transformName),
    ],
  };
}
