import { CompositeAlarm, MetricAlarm } from "@pulumi/aws/cloudwatch";
import { resource, type TestResource, unknownString } from "../support/policy";
import { application, delivery, domain, queue, stream } from "./fixtures";

/** An alarm on a metric of a resource, whose name is unknown in a preview. */
export function alarmOn(
  target: TestResource,
  namespace: string,
  dimension: string,
  metricName: string,
) {
  return {
    ...resource(MetricAlarm, `${target.name}-${metricName}`, {
      namespace,
      metricName,
      dimensions: {
        [dimension]: unknownString,
        ...(namespace === "AWS/ES" && { ClientId: "123456789012" }),
      },
      ...(metricName === "FreeStorageSpace"
        ? { comparisonOperator: "LessThanThreshold", statistic: "Minimum" }
        : { comparisonOperator: "GreaterThanOrEqualToThreshold", statistic: "Maximum" }),
      threshold: 1,
      period: 60,
      evaluationPeriods: 1,
      alarmActions: [unknownString],
    }),
    dependencies: { dimensions: [target] },
  };
}

export const queueAlarm = {
  ...alarmOn(queue, "AWS/SQS", "QueueName", "ApproximateNumberOfMessagesVisible"),
  name: "failed-events",
};

export const compositeAlarm = resource(CompositeAlarm, "pipeline", {
  alarmName: "pipeline",
  alarmRule: "ALARM(events)",
  alarmActions: [unknownString],
});

export const alarms = [
  ...[
    "GetRecords.IteratorAgeMilliseconds",
    "ReadProvisionedThroughputExceeded",
    "WriteProvisionedThroughputExceeded",
  ].map((metric) => alarmOn(stream, "AWS/Kinesis", "StreamName", metric)),
  ...["downtime", "numberOfFailedCheckpoints", "cpuUtilization", "heapMemoryUtilization"].map(
    (metric) => alarmOn(application, "AWS/KinesisAnalytics", "Application", metric),
  ),
  alarmOn(delivery, "AWS/Firehose", "DeliveryStreamName", "DeliveryToS3.DataFreshness"),
  ...[
    "ClusterStatus.red",
    "FreeStorageSpace",
    "ClusterIndexWritesBlocked",
    "AutomatedSnapshotFailure",
    "CPUUtilization",
    "JVMMemoryPressure",
  ].map((metric) => alarmOn(domain, "AWS/ES", "DomainName", metric)),
  queueAlarm,
  compositeAlarm,
];
