import type * as pulumi from "@pulumi/pulumi";

export type TargetKind = "stream" | "application";

/** Last parts of the URLs under which Application Auto Scaling reaches the targets. */
export const targetIds = {
  stream: "stream-shards",
  application: "application-parallelism",
} as const satisfies Record<TargetKind, string>;

/** `Target` of the metric of a network's subnets, whose `Name` is the id of the VPC. */
export const subnetsId = "subnets";

export interface ScaledTarget {
  readonly kind: TargetKind;
  readonly name: pulumi.Input<string>;
  readonly max: number;
}

/** Namespace of the metrics that the scaling function publishes: what is measured, and what was requested. */
export const scalingNamespace = "StreamingPipeline/Scaling";

/** A metric with the milliseconds by which a reader is behind. */
export interface LagMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The words of a text, each a type. */
type Words<Text extends string> = Text extends `${infer First} ${infer Rest}`
  ? First | Words<Rest>
  : Text;

/** Words of lines, which the compiler knows one by one. */
function words<const Line extends string>(...lines: readonly Line[]): readonly Words<Line>[] {
  return lines.flatMap((line) => line.split(" ")) as Words<Line>[];
}

/** CloudWatch metrics by what emits them, which the compiler checks: a mistaken alarm never has data. */
export const metricFamilies = {
  /** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
  stream: {
    namespace: "AWS/Kinesis",
    dimensions: ["StreamName"],
    metrics: words(
      "GetRecords.Bytes GetRecords.IteratorAgeMilliseconds GetRecords.Records",
      "GetRecords.Success IncomingBytes IncomingRecords PutRecords.FailedRecords",
      "PutRecords.Latency PutRecords.Success PutRecords.ThrottledRecords",
      "ReadProvisionedThroughputExceeded WriteProvisionedThroughputExceeded",
    ),
  },
  /** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
  fanOut: {
    namespace: "AWS/Kinesis",
    dimensions: ["StreamName", "ConsumerName"],
    metrics: ["SubscribeToShardEvent.MillisBehindLatest", "SubscribeToShardEvent.Records"],
  },
  /** Those of level APPLICATION: https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html */
  application: {
    namespace: "AWS/KinesisAnalytics",
    dimensions: ["Application"],
    metrics: words(
      "KPUs cancellingTime containerCPUUtilization containerDiskUtilization",
      "containerMemoryUtilization cpuUtilization downtime failingTime fullRestarts",
      "heapMemoryUtilization lastCheckpointDuration lastCheckpointSize",
      "numLateRecordsDropped numRecordsInPerSecond numRecordsOutPerSecond numRestarts",
      "numberOfFailedCheckpoints oldGenerationGCTime restartingTime runningTime",
      "threadsCount uptime",
      // The job's own: https://docs.aws.amazon.com/managed-flink/latest/java/monitoring-metrics-custom.html
      "admitted canaries duplicates future late malformed millisBehindLatest outside records",
      "rejected",
    ),
  },
  /** https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
  delivery: {
    namespace: "AWS/Firehose",
    dimensions: ["DeliveryStreamName"],
    metrics: words(
      "DataReadFromKinesisStream.Records DeliveryToAmazonOpenSearchService.DataFreshness",
      "DeliveryToAmazonOpenSearchService.Success DeliveryToHttpEndpoint.DataFreshness",
      "DeliveryToHttpEndpoint.Success DeliveryToRedshift.Success DeliveryToS3.Bytes",
      "DeliveryToSplunk.DataFreshness DeliveryToSplunk.Success",
      "DeliveryToS3.DataFreshness DeliveryToS3.Records DeliveryToS3.Success",
      "ExecuteProcessing.Success FailedConversion.Records KMSKeyAccessDenied KMSKeyDisabled",
      "KMSKeyInvalidState KMSKeyNotFound KinesisMillisBehindLatest PartitionCount",
      "PartitionCountExceeded ThrottledGetRecords",
    ),
  },
  /** Of a workgroup, by what became of the queries: https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html */
  queries: {
    namespace: "AWS/Athena",
    dimensions: ["WorkGroup", "QueryState", "QueryType"],
    metrics: ["ProcessedBytes", "QueryQueueTime", "TotalExecutionTime"],
  },
  /** ClientId is the account: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html */
  domain: {
    namespace: "AWS/ES",
    dimensions: ["DomainName", "ClientId"],
    metrics: words(
      "AutomatedSnapshotFailure CPUUtilization ClusterIndexWritesBlocked ClusterStatus.red",
      "ClusterStatus.yellow FreeStorageSpace IndexingLatency IndexingRate JVMMemoryPressure",
      "KMSKeyError KMSKeyInaccessible MasterCPUUtilization MasterJVMMemoryPressure",
      "MasterReachableFromNode Nodes OldGenJVMMemoryPressure SearchLatency SearchRate",
      "SearchableDocuments ThreadpoolSearchQueue ThreadpoolSearchRejected",
      "ThreadpoolWriteQueue ThreadpoolWriteRejected",
    ),
  },
  /** Requests of a filter: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
  bucket: {
    namespace: "AWS/S3",
    dimensions: ["BucketName", "FilterId"],
    metrics: ["PutRequests"],
  },
  /** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html */
  host: {
    namespace: "AWS/EC2",
    dimensions: ["InstanceId"],
    metrics: ["CPUUtilization", "NetworkOut", "StatusCheckFailed"],
  },
  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  lambda: {
    namespace: "AWS/Lambda",
    dimensions: ["FunctionName"],
    metrics: ["Duration", "Errors", "Invocations", "IteratorAge", "Throttles"],
  },
  /** Of an event source mapping with `EventCount`: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  mapping: {
    namespace: "AWS/Lambda",
    dimensions: ["EventSourceMappingUUID"],
    metrics: words(
      "DroppedEventCount FilteredOutEventCount InvokedEventCount",
      "OnFailureDestinationDeliveredEventCount PolledEventCount",
    ),
  },
  /** Of all functions of the account in the region: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html */
  functions: {
    namespace: "AWS/Lambda",
    dimensions: [],
    metrics: ["ClaimedAccountConcurrency"],
  },
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
  api: {
    namespace: "AWS/ApiGateway",
    dimensions: ["ApiName", "Stage"],
    metrics: ["4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"],
  },
  /** The program's own, counted in the access log, as API Gateway has no metric of its own for it. */
  ingestion: {
    namespace: "StreamingPipeline/Ingestion",
    dimensions: ["Api"],
    metrics: ["Throttled"],
  },
  /** The program's own, published by the function that sends canaries. */
  canary: {
    namespace: "StreamingPipeline/Canary",
    dimensions: ["Stream"],
    metrics: ["Age", "Completeness"],
  },
  /** The program's own, published by the function that keeps snapshots; the age in seconds. */
  snapshots: {
    namespace: "StreamingPipeline/Snapshots",
    dimensions: ["Application"],
    metrics: ["Age", "Count"],
  },
  /** The program's own, published by the scaling function. */
  scaling: {
    namespace: scalingNamespace,
    dimensions: ["Target", "Name"],
    metrics: words(
      "AddressesUsed Capacity Changing ChangesLeft FailedActivities RefusedScaleOut RequestedCapacity",
    ),
  },
} as const;

type Families = typeof metricFamilies;
export type MetricFamily = keyof Families;
export type MetricName<Family extends MetricFamily> = Families[Family]["metrics"][number];

/** The job's counters of what became of each record: counted in results, or not for one of these reasons. */
export const outcomes = [
  "admitted",
  "canaries",
  "duplicates",
  "future",
  "late",
  "malformed",
  "outside",
] as const satisfies readonly MetricName<"application">[];

/** A metric of one resource. `Text` is a plain string, or a Pulumi input where the resource is not made yet. */
export interface Metric<Text> {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, Text>>;
}

/** The dimensions of a family, which name the resource. */
export type Dimensions<Family extends MetricFamily, Text> = Readonly<
  Record<Families[Family]["dimensions"][number], Text>
>;

export function metric<Family extends MetricFamily, Text>(
  family: Family,
  name: MetricName<Family>,
  dimensions: Dimensions<Family, Text>,
): Metric<Text> {
  return { namespace: metricFamilies[family].namespace, name, dimensions };
}

/** Lag in milliseconds of readers that poll, or of the stream's consumer with enhanced fan-out. */
export function readerLag<Text>(stream: Text, consumer?: string): Metric<Text | string> {
  return consumer === undefined
    ? metric<"stream", Text | string>("stream", "GetRecords.IteratorAgeMilliseconds", {
        StreamName: stream,
      })
    : metric<"fanOut", Text | string>("fanOut", "SubscribeToShardEvent.MillisBehindLatest", {
        StreamName: stream,
        ConsumerName: consumer,
      });
}

/** Lag of a Flink application in milliseconds, as its own source reports it. */
export function jobLag<Text>(application: Text): Metric<Text> {
  return metric("application", "millisBehindLatest", { Application: application });
}

/** A metric by the names of CloudWatch's API, as passed to functions. */
export function queried<Text>({ namespace, name, dimensions }: Metric<Text>) {
  return { namespace, metricName: name, dimensions };
}

/** A query for the minutes of a metric. */
export function minutesOf(
  Id: string,
  { namespace: Namespace, metricName: MetricName, dimensions }: LagMetric,
  Stat: "Average" | "Maximum" | "SampleCount" | "Sum",
) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat } };
}

/** Statistics of a period, as CloudWatch names them; `p99` and such are percentiles. */
export type Statistic = "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum" | "p95" | "p99";
