import { RestApi } from "@pulumi/aws/apigateway";
import { Api } from "@pulumi/aws/apigatewayv2";
import { Instance, NatGateway } from "@pulumi/aws/ec2";
import { FirehoseDeliveryStream, Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import { StateMachine } from "@pulumi/aws/sfn";
import { Topic } from "@pulumi/aws/sns";
import { Queue } from "@pulumi/aws/sqs";
import type { PolicyResource } from "@pulumi/policy";
import { isSet, known } from "../engine/known";
import { isIdentity, isMadeOf } from "../engine/relation";

/** How CloudWatch tells one resource of a service from another. */
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
export const deliverySubject = subject(
  "Firehose",
  FirehoseDeliveryStream,
  "DeliveryStreamName",
  "name",
);
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

/** A metric that an alarm watches. */
export interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  /** Property of the alarm that the metric stands in. */
  readonly property: "dimensions" | "metricQueries";
}

type Block = Readonly<Record<string, unknown>>;

/** The metrics of an alarm: its only one, or those of its queries. */
export function watchedMetrics(alarm: PolicyResource): readonly WatchedMetric[] {
  const { metricName, metricQueries = [] } = alarm.props;
  const queries = (metricQueries as readonly Block[]).flatMap(({ metric }) =>
    metric instanceof Object ? [metric as Block] : [],
  );
  return [
    ...(metricName === undefined ? [] : [watched(alarm.props, "dimensions")]),
    ...queries.map((metric) => watched(metric, "metricQueries")),
  ];
}

/** Whether a metric is that of a resource: by the dimension's value, or in a preview by what it is made of. */
export function isMetricOf(
  alarm: PolicyResource,
  metric: WatchedMetric,
  subject: MetricSubject,
  target: PolicyResource,
): boolean {
  if (metric.namespace !== subject.namespace || !isSet(metric.dimensions, subject.dimension)) {
    return false;
  }
  const value = known(() => metric.dimensions[subject.dimension]);
  return isIdentity(value, target, [subject.property]) ?? isMadeOf(alarm, metric.property, target);
}

function watched(block: Block, property: WatchedMetric["property"]): WatchedMetric {
  return {
    namespace: (block["namespace"] ?? "") as string,
    name: (block["metricName"] ?? "") as string,
    dimensions: (known(() => block["dimensions"]) ?? {}) as Block,
    property,
  };
}
