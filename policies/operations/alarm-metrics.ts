import { RestApi } from "@pulumi/aws/apigateway";
import { Api } from "@pulumi/aws/apigatewayv2";
import { Instance, NatGateway } from "@pulumi/aws/ec2";
import { FirehoseDeliveryStream as Firehose, Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import { StateMachine } from "@pulumi/aws/sfn";
import { Topic } from "@pulumi/aws/sns";
import { Queue } from "@pulumi/aws/sqs";
import type { PolicyResource } from "@pulumi/policy";
import { isPresent, isSet, known } from "../engine/known";
import { isIdentity, isMadeOf } from "../engine/relation";

/** How CloudWatch identifies a resource of a service. */
export interface MetricSubject {
  readonly namespace: string;
  readonly resourceClass: Parameters<PolicyResource["isType"]>[0];
  /** The dimension that names the resource, and the property whose value it has. */
  readonly dimension: string;
  readonly property: string;
  /** Other dimensions without which there is never any data. */
  readonly furtherDimensions?: readonly string[];
  /** Whether the namespace has metrics of other things, too, without this dimension. */
  readonly hasOthers?: boolean;
}

function subject(
  namespace: string,
  resourceClass: MetricSubject["resourceClass"],
  dimension: string,
  property: string,
  more: Partial<MetricSubject> = {},
): MetricSubject {
  return { namespace: `AWS/${namespace}`, resourceClass, dimension, property, ...more };
}

export const streamSubject = subject("Kinesis", Stream, "StreamName", "name");
export const applicationSubject = subject("KinesisAnalytics", Application, "Application", "name");
export const deliverySubject = subject("Firehose", Firehose, "DeliveryStreamName", "name");
export const domainSubject = subject("ES", Domain, "DomainName", "domainName", {
  furtherDimensions: ["ClientId"],
});

/** Every kind of resource whose alarms can be checked. */
export const subjects: readonly MetricSubject[] = [
  streamSubject,
  applicationSubject,
  deliverySubject,
  domainSubject,
  subject("ApiGateway", RestApi, "ApiName", "name"),
  // HTTP and WebSocket APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
  subject("ApiGateway", Api, "ApiId", "id"),
  // EC2 sums up scaling groups, images and types; Lambda the account and event source mappings.
  subject("EC2", Instance, "InstanceId", "id", { hasOthers: true }),
  subject("Lambda", LambdaFunction, "FunctionName", "name", { hasOthers: true }),
  subject("NATGateway", NatGateway, "NatGatewayId", "id"),
  // What text messages cost is a matter of the account, whether they arrive one of countries.
  subject("SNS", Topic, "TopicName", "name", { hasOthers: true }),
  subject("SQS", Queue, "QueueName", "name"),
  subject("States", StateMachine, "StateMachineArn", "arn"),
];

type WatchedMetric = ReturnType<typeof watched>;

type Block = Readonly<Record<string, unknown>>;

/** The metrics of an alarm: its only one, or those of its queries. */
export function watchedMetrics({ props: alarm }: PolicyResource): readonly WatchedMetric[] {
  const queries = (alarm["metricQueries"] ?? []) as readonly Block[];
  const returned = queries.find(({ returnData }) => returnData === true) ?? queries[0];
  const used = idsBehind(String(returned?.["id"]), queries);
  return [
    ...(isSet(alarm, "metricName") ? [watched(alarm, alarm, "dimensions", "itself")] : []),
    ...queries.flatMap(({ id, metric }) => {
      const isUsed = used.has(String(id)) ? "expression" : "nothing";
      const use = id === returned?.["id"] ? "itself" : isUsed;
      return metric instanceof Object
        ? [watched(alarm, metric as Block, "metricQueries", use)]
        : [];
    }),
  ];
}

/** Ids of the queries that an expression depends on, through others as well. */
function idsBehind(id: string, queries: readonly Block[], found = new Set<string>()) {
  const expression = expressionOf(queries.find((one) => one["id"] === id) ?? {});
  const words = new Set(expression.match(/\b[a-z]\w*\b/g) ?? []);
  for (const other of queries.map((one) => String(one["id"]))) {
    // METRICS() stands for every metric of the alarm.
    if (!found.has(other) && (words.has(other) || /\bMETRICS\(/.test(expression))) {
      found.add(other);
      idsBehind(other, queries, found);
    }
  }
  return found;
}

function expressionOf(query: Block): string {
  return known(() => query["expression"] as string | undefined) ?? "";
}

/** Whether an alarm looks a metric up for every resource of a kind, by Metrics Insights or SEARCH. */
export function searches(
  { props }: PolicyResource,
  { namespace }: MetricSubject,
  names: readonly string[],
): boolean {
  return ((props["metricQueries"] ?? []) as readonly Block[]).some((query) => {
    const expression = expressionOf(query);
    return (
      /\b(SELECT|SEARCH)\b/.test(expression) &&
      expression.includes(namespace) &&
      names.some((name) => expression.includes(name))
    );
  });
}

/** Metrics that are bad when they are low; of others a high value is. */
const badWhenLow = /^(FreeStorageSpace|Nodes|uptime)$/;

/** The highest value of a metric, by its name. */
const ceilings: readonly (readonly [name: RegExp, most: number])[] = [
  [/Utilization$|MemoryPressure$/, 100],
  [/^(ClusterStatus\.|ClusterIndexWritesBlocked|AutomatedSnapshotFailure)/, 1],
  // The longest retention, 365 days.
  [/(Milliseconds|MillisBehindLatest)$/, 31_536_000_000],
  [/DataFreshness$/, 604_800],
];

/**
 * Why an alarm cannot detect a fault by a metric: direction, threshold, statistic or period. What is unknown in a preview is
 * taken as right; an expression may turn the direction and the scale round.
 */
export function faultOf(metric: WatchedMetric, maxMinutes: number): string | undefined {
  const { name, block, alarm, use } = metric;
  const read = (from: Block, property: string) =>
    known(() => from[property] as string | number | undefined);
  const [operator, threshold] = [read(alarm, "comparisonOperator"), read(alarm, "threshold")];
  const period = read(block, "period");
  const minutes = (Number(period) * Number(read(alarm, "evaluationPeriods") ?? 1)) / 60;
  const statistics = ["stat", "statistic", "extendedStatistic"].map((one) => block[one]);
  const statistic = statistics.find(Boolean) as string | undefined;
  if (use !== "itself") {
    return use === "nothing" ? "the returned expression does not depend on it" : undefined;
  }
  if (!isSet(block, "period") || minutes > maxMinutes) {
    return isSet(block, "period") ? `it looks back ${minutes} minutes` : "period is not set";
  }
  const isLow = badWhenLow.test(name);
  const wrong = isLow
    ? /^(Maximum|SampleCount|p[5-9]\d.*|p100)$/
    : /^(Minimum|SampleCount|p[0-4]?\d(\..*)?)$/;
  if (!statistic || wrong.test(statistic)) {
    return `statistic is ${statistic ?? "not set"}`;
  }
  // A band of anomaly detection takes the place of the threshold.
  if (
    typeof operator !== "string" ||
    /Upper|Lower/.test(operator) ||
    isSet(alarm, "thresholdMetricId")
  ) {
    return undefined;
  }
  if (operator.startsWith("Less") !== isLow) {
    return `comparisonOperator is ${operator}`;
  }
  const most =
    statistic === "Sum" ? Infinity : (ceilings.find(([one]) => one.test(name))?.[1] ?? Infinity);
  const isEqual = operator.includes("OrEqual");
  const value = Number(threshold);
  const isReachable = isLow
    ? value > 0
    : (value < most || (isEqual && value === most)) && (value > 0 || (value === 0 && !isEqual));
  return isReachable || (!isPresent(threshold) && isSet(alarm, "threshold"))
    ? undefined
    : `threshold is ${threshold ?? "not set"}`;
}

/** Whether a metric is that of a resource: by the dimension's value, or in a preview by what it is made of. */
export function isMetricOf(
  alarm: PolicyResource,
  metric: WatchedMetric,
  subject: MetricSubject,
  target: PolicyResource,
): boolean {
  const { namespace, dimensions, property, block } = metric;
  if (namespace !== subject.namespace || !isSet(dimensions, subject.dimension)) {
    return false;
  }
  const [own, other] = [alarm, target].map(({ props }) => known(() => props["region"] as unknown));
  const account = known(() => block["accountId"] as string | undefined);
  const arn = known(() => target.props["arn"] as string | undefined);
  const isElsewhere =
    (isPresent(own) && isPresent(other) && own !== other) ||
    (account && arn && arn.split(":")[4] !== account);
  const value = known(() => dimensions[subject.dimension]);
  return (
    !isElsewhere &&
    (isIdentity(value, target, [subject.property]) ?? isMadeOf(alarm, property, target))
  );
}

/**
 * A metric that an alarm watches.
 *
 * @param block what has its period and statistic: the alarm itself or the metric of a query
 * @param property of the alarm that the metric stands in
 * @param use whether the alarm compares the metric itself, an expression over it, or neither
 */
function watched(
  alarm: Block,
  block: Block,
  property: "dimensions" | "metricQueries",
  use: "itself" | "expression" | "nothing",
) {
  return {
    namespace: (block["namespace"] ?? "") as string,
    name: (block["metricName"] ?? "") as string,
    dimensions: (known(() => block["dimensions"]) ?? {}) as Block,
    property,
    block,
    alarm,
    use,
  };
}
