import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, incomingRecords, type Reading, reading, stoppedAlarm } from "../watch/alarm";
import type { MetricName, Statistic } from "../watch/metrics";

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
  const dimensions = { DeliveryStreamName: delivery.name };
  const read = (name: MetricName<"delivery">, statistic: Statistic): Reading =>
    reading("delivery", name, dimensions, statistic);
  const seconds = maxFreshnessSeconds(delivery.bufferSeconds);
  const { freshness, success, place, mend } = destinations[delivery.destination ?? "S3"];
  /** Something that ought never to happen. */
  const never = (
    name: string,
    value: Alarm["value"],
    description: string,
    severity: Alarm["severity"],
  ): Alarm => ({
    name,
    description,
    severity,
    value,
    comparison: ">",
    threshold: 0,
  });

  return [
    {
      name: "delivery-late",
      description: `The oldest record that is not yet in ${place} is older than ${seconds} s. Firehose's log has the cause; delivery is abandoned after a day.`,
      severity: "critical",
      value: read(freshness, "Maximum"),
      comparison: ">",
      threshold: seconds,
    },
    {
      name: "delivery-lag",
      description: `Firehose has been more than ${seconds} s behind its stream for a quarter of an hour. Look at its log and at read throttling of the stream.`,
      value: read("KinesisMillisBehindLatest", "Maximum"),
      comparison: ">",
      threshold: seconds * 1000,
      periods: 3,
    },
    ...(delivery.sourceName === undefined
      ? []
      : [
          stoppedAlarm(
            "delivery-silent",
            [
              incomingRecords(delivery.sourceName),
              read("DataReadFromKinesisStream.Records", "Sum"),
            ],
            15,
            "Records have come into the stream for a quarter of an hour and Firehose has read none. Look at its log, its role and the key of the stream.",
          ),
        ]),
    {
      name: "delivery-failures",
      description: `Writes to ${place} fail: look at Firehose's log, ${mend}.`,
      value: read(success, "Average"),
      comparison: "<",
      threshold: 0.95,
      periods: 3,
    },
    ...(delivery.transformName === undefined
      ? []
      : [
          {
            name: "delivery-transform-failures",
            description:
              "The function that prepares records fails; after three tries its records go to errors/ in the archive. Its log has the error.",
            value: read("ExecuteProcessing.Success", "Average"),
            comparison: "<",
            threshold: 0.95,
          } satisfies Alarm,
        ]),
    ...(delivery.converts === true
      ? [
          never(
            "delivery-conversion-failures",
            read("FailedConversion.Records", "Sum"),
            "Records do not fit the columns of the archive's table and went to errors/.",
            "warning",
          ),
        ]
      : []),
    ...(delivery.partitions === true
      ? [
          never(
            "delivery-partitions-exceeded",
            read("PartitionCountExceeded", "Maximum"),
            "There are more partitions at a time than Firehose keeps open (500 unless the account has more); the rest went to errors/. Partition by less.",
            "warning",
          ),
        ]
      : []),
    ...(delivery.customerKey === true
      ? [
          never(
            "delivery-key-failures",
            {
              expression: "MAX([denied, disabled, invalid, absent])",
              label: "calls of the key that failed",
              readings: {
                denied: read("KMSKeyAccessDenied", "Sum"),
                disabled: read("KMSKeyDisabled", "Sum"),
                invalid: read("KMSKeyInvalidState", "Sum"),
                absent: read("KMSKeyNotFound", "Sum"),
              },
            },
            "Firehose cannot use the key of the source: look at the key's state and at the role's statements.",
            "critical",
          ),
        ]
      : []),
  ];
}
