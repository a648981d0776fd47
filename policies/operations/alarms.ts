import { MetricAlarm } from "@pulumi/aws/cloudwatch";
import {
  applicationSubject,
  deliverySubject,
  domainSubject,
  isMetricOf,
  type MetricSubject,
  streamSubject,
  subjects,
  watchedMetrics,
} from "./alarm-metrics";
import { isSet } from "../engine/known";
import { relationPolicy, type StackPolicy } from "../engine/policy";
import { ofType } from "../engine/relation";
import { covers } from "../engine/policy-document";
import { texts } from "../engine/setting-schema";

export const streamAlarms = minimumAlarms("kinesis-stream-alarms", streamSubject, {
  rule: "Watch every stream for readers that fall behind and for throttling.",
  reason:
    "Records that are not read in time expire, and throttled producers lose theirs: both begin unseen.",
  source: "https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html",
  metrics: [
    "GetRecords.IteratorAgeMilliseconds|SubscribeToShardEvent.MillisBehindLatest",
    "ReadProvisionedThroughputExceeded",
    "WriteProvisionedThroughputExceeded",
  ],
});

export const applicationAlarms = minimumAlarms("flink-application-alarms", applicationSubject, {
  rule: "Watch every Flink application for failures, failed checkpoints and a lack of resources.",
  reason:
    "An application counts as running while its job restarts again and again; only the metrics tell.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/monitoring-metrics-alarms.html",
  metrics: [
    "downtime|fullRestarts|restartingTime|numRestarts|failingTime",
    "numberOfFailedCheckpoints",
    "cpuUtilization|containerCPUUtilization",
    "heapMemoryUtilization|containerMemoryUtilization",
  ],
});

export const deliveryAlarms = minimumAlarms("firehose-delivery-stream-alarms", deliverySubject, {
  rule: "Watch every delivery stream for records that do not arrive.",
  reason:
    "Firehose tries for a day and then puts records aside; the age of the oldest one tells of it at once.",
  source:
    "https://docs.aws.amazon.com/firehose/latest/dev/firehose-cloudwatch-metrics-best-practices.html",
  metrics: ["DeliveryTo*.DataFreshness"],
});

export const domainAlarms = minimumAlarms("opensearch-domain-alarms", domainSubject, {
  rule: "Watch every domain for lost shards, full disks, blocked writes, failed snapshots and a lack of resources.",
  reason: "A domain that is short of disk or memory refuses writes long before it fails.",
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html",
  metrics: [
    "ClusterStatus.red",
    "FreeStorageSpace",
    "ClusterIndexWritesBlocked",
    "AutomatedSnapshotFailure",
    "CPUUtilization",
    "JVMMemoryPressure|OldGenJVMMemoryPressure",
  ],
});

export const alarmDimensions = relationPolicy("cloudwatch-alarm-dimensions", MetricAlarm, {
  severity: "high",
  rule: "Point every alarm at a resource of the stack.",
  reason:
    "With a missing or mistaken dimension, such as an ARN where a name belongs, a metric has no data: the alarm is silent for ever, or always on.",
  fix: "Take the dimension's value from the resource itself, by the property that CloudWatch uses.",
  source:
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension",
  *check(alarm, resources) {
    for (const metric of watchedMetrics(alarm)) {
      const candidates = subjects.filter(({ namespace }) => namespace === metric.namespace);
      const subject = candidates.find(({ dimension }) => isSet(metric.dimensions, dimension));
      // Other namespaces, such as the program's own, have dimensions that nobody else knows.
      const isOther = candidates.every(({ hasOthers = false }) => hasOthers);
      if (subject === undefined && isOther) {
        continue;
      }
      const missing =
        subject === undefined
          ? [candidates.map(({ dimension }) => dimension).join(" or ")]
          : (subject.furtherDimensions ?? []).filter((name) => !isSet(metric.dimensions, name));
      if (subject === undefined || missing.length > 0) {
        yield {
          fact: `metric ${metric.name} lacks ${missing.join(", ")}`,
          limit: `${metric.namespace} has no data without`,
        };
        continue;
      }
      const targets = ofType(resources, subject.resourceClass);
      if (!targets.some((one) => isMetricOf(alarm, metric, subject, one))) {
        yield {
          fact: `${subject.dimension} of metric ${metric.name} is no ${subject.resourceClass.name} of the stack`,
          limit: `it must be the ${subject.property} of one`,
        };
      }
    }
  },
});

interface MinimumAlarms {
  readonly rule: string;
  readonly reason: string;
  readonly source: string;
  /** Metrics by default; a bar stands between those of which one is enough. */
  readonly metrics: readonly string[];
}

/** A policy that every resource of a kind has the alarms without which nobody should run it. */
function minimumAlarms(
  name: string,
  subject: MetricSubject,
  { metrics: defaults, ...text }: MinimumAlarms,
): StackPolicy {
  return relationPolicy(name, subject.resourceClass, {
    ...text,
    severity: "high",
    fix: `Add a cloudwatch.MetricAlarm for each, with dimension ${subject.dimension}, or take the metric out of the policy's configuration.`,
    config: {
      metrics: texts(
        "Metrics that need an alarm; between alternatives stands a bar, and * stands for any characters.",
        defaults,
      ),
    },
    *check(target, resources, { metrics }) {
      const watched = ofType(resources, MetricAlarm).flatMap((alarm) =>
        watchedMetrics(alarm).filter((metric) => isMetricOf(alarm, metric, subject, target)),
      );
      const missing = metrics.filter(
        (alternatives) => !watched.some((one) => covers(alternatives.split("|"), one.name)),
      );
      if (missing.length > 0) {
        yield {
          fact: `no alarm for ${missing.map((one) => one.replaceAll("|", " or ")).join(", ")}`,
          limit: `every ${subject.resourceClass.name} needs its alarms`,
        };
      }
    },
  });
}
