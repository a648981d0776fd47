import { isSet, known, Undecided } from "../engine/known";
import { relationPolicy, resourcePolicy, type StackPolicy, typesPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { ofType } from "../engine/relation";
import { texts } from "../engine/setting-schema";
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
import { CompositeAlarm, MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";

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

export const streamMetrics = resourcePolicy("kinesis-stream-shard-level-metrics", Stream, {
  severity: "low",
  rule: "Report a stream's metrics for each shard.",
  reason:
    "A hot shard is throttled while the stream as a whole looks idle. Each metric of each shard has a price.",
  fix: "Add the metrics to shardLevelMetrics, or take them out of the policy's configuration.",
  source: "https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html",
  config: {
    metrics: texts(
      "Metrics that must be reported for each shard.",
      "IncomingBytes IncomingRecords IteratorAgeMilliseconds " +
        "ReadProvisionedThroughputExceeded WriteProvisionedThroughputExceeded",
    ),
  },
  *check({ shardLevelMetrics = [] }, { metrics }) {
    const missing = metrics.filter((metric) => !shardLevelMetrics.includes(metric));
    if (missing.length > 0) {
      yield {
        fact: `shardLevelMetrics lack ${missing.join(", ")}`,
        limit: "they must be reported for each shard",
      };
    }
  },
});

export const alarmActions = typesPolicy("cloudwatch-alarm-action", [MetricAlarm, CompositeAlarm], {
  severity: "high",
  rule: "Let every alarm tell somebody.",
  reason: "An alarm without an action is a line on a page that nobody looks at.",
  fix: "Set alarmActions to a topic, and leave actionsEnabled on.",
  controls: ["CloudWatch.15", "CloudWatch.17"],
  source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
  *check(alarm) {
    // What an action is may be unknown in a preview; that there is one is not.
    const actions = known(() => alarm["alarmActions"]);
    if (isSet(alarm, "alarmActions") && actions === undefined) {
      throw new Undecided("alarmActions");
    }
    if (!Array.isArray(actions) || actions.length === 0) {
      yield {
        fact: `alarmActions is ${Array.isArray(actions) ? "empty" : "not set"}`,
        limit: "an alarm needs an action",
      };
    }
    if (alarm["actionsEnabled"] === false) {
      yield { fact: "actionsEnabled is false", limit: "an alarm's actions must be enabled" };
    }
  },
});
