import type * as pulumi from "@pulumi/pulumi";
import { present } from "../core/present";
import { type Alarm, alarm, incomingRecords, readingsOf, stopped } from "../watch/alarm";
import { functionGraph, graph, linesOf, type Section } from "../watch/widgets";

/** A delivery stream to be watched. */
export interface WatchedDelivery {
  /** Name of the stream; its ARN would be a dimension that nothing has. */
  readonly name: pulumi.Input<string>;
  /** Where it delivers to. @default S3 */
  readonly destination?: keyof typeof destinations;
  /** Name of the stream that it reads. @default it is not watched whether it reads at all */
  readonly sourceName?: pulumi.Input<string> | undefined;
  /** Seconds after which a batch is delivered. */
  readonly bufferSeconds: number;
  /** Name of the function that prepares records. @default none */
  readonly transformName?: pulumi.Input<string> | undefined;
  /** Records become columns. @default false */
  readonly converts?: boolean;
  /** Objects lie in folders by the records' content. @default false */
  readonly partitions?: boolean;
  /** The archive is encrypted with a customer managed key. @default false */
  readonly customerKey?: boolean;
}

/** The metrics of each kind of destination, and what it is called. */
export const destinations = {
  S3: {
    freshness: "DeliveryToS3.DataFreshness",
    success: "DeliveryToS3.Success",
    place: "the archive",
    mend: "its role, and the bucket's key",
  },
  OpenSearch: {
    freshness: "DeliveryToAmazonOpenSearchService.DataFreshness",
    success: "DeliveryToAmazonOpenSearchService.Success",
    place: "the index",
    mend: "its role in IAM and in the domain, and the domain's health",
  },
  Http: {
    freshness: "DeliveryToHttpEndpoint.DataFreshness",
    success: "DeliveryToHttpEndpoint.Success",
    place: "the HTTP endpoint",
    mend: "its secret, and the endpoint's health",
  },
  Splunk: {
    freshness: "DeliveryToSplunk.DataFreshness",
    success: "DeliveryToSplunk.Success",
    place: "Splunk",
    mend: "its secret, and Splunk's health",
  },
  // Its age is that of the objects that are copied.
  Redshift: {
    freshness: "DeliveryToS3.DataFreshness",
    success: "DeliveryToRedshift.Success",
    place: "Redshift",
    mend: "its secret, the table, and the manifests of failed copies under errors/",
  },
} as const;

/** Seconds that a record may take to the archive: at least a quarter of an hour, and twice what is buffered. */
export function maxFreshnessSeconds(bufferSeconds: number): number {
  return Math.max(900, 2 * bufferSeconds);
}

/** Does everything reach the archive, and in time? */
export function deliveryAlarms(delivery: WatchedDelivery): Alarm[] {
  const read = readingsOf("delivery", { DeliveryStreamName: delivery.name });
  const seconds = maxFreshnessSeconds(delivery.bufferSeconds);
  const { freshness, success, place, mend } = destinations[delivery.destination ?? "S3"];
  const { sourceName } = delivery;
  const incoming = sourceName === undefined ? undefined : incomingRecords(sourceName);

  return present(
    alarm("delivery-late", read(freshness, "Maximum"), { threshold: seconds }, { place }),
    alarm(
      "delivery-lag",
      read("KinesisMillisBehindLatest", "Maximum"),
      { threshold: seconds * 1000 },
      { seconds },
    ),
    incoming &&
      alarm("delivery-silent", stopped(incoming, read("DataReadFromKinesisStream.Records", "Sum"))),
    alarm("delivery-failures", read(success, "Average"), {}, { place, mend }),
    delivery.transformName !== undefined &&
      alarm("delivery-transform-failures", read("ExecuteProcessing.Success", "Average")),
    delivery.converts &&
      alarm("delivery-conversion-failures", read("FailedConversion.Records", "Sum")),
    delivery.partitions &&
      alarm("delivery-partitions-exceeded", read("PartitionCountExceeded", "Maximum")),
    delivery.customerKey &&
      alarm("delivery-key-failures", {
        expression: "MAX([denied, disabled, invalid, absent])",
        label: "calls of the key that failed",
        readings: {
          denied: read("KMSKeyAccessDenied", "Sum"),
          disabled: read("KMSKeyDisabled", "Sum"),
          invalid: read("KMSKeyInvalidState", "Sum"),
          absent: read("KMSKeyNotFound", "Sum"),
        },
      }),
  );
}

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
