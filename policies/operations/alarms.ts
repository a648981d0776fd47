import { isSet, known } from "../engine/known";
import { relationPolicy, resourcePolicy, type StackPolicy, stackPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { isMadeOf, ofType, refersTo } from "../engine/relation";
import { integer, texts } from "../engine/setting-schema";
import {
  applicationSubject,
  deliverySubject,
  domainSubject,
  faultOf,
  searches,
  isMetricOf,
  type MetricSubject,
  streamSubject,
  subjects,
  watchedMetrics,
} from "./alarm-metrics";
import { CompositeAlarm, MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";
import { Topic, TopicSubscription } from "@pulumi/aws/sns";
import type { PolicyResource } from "@pulumi/policy";

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
    "Firehose tries for a day and then puts records aside; the age of the oldest record shows it immediately.",
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
  config: {
    elsewhere: texts(
      "Values of dimensions that name resources of other stacks; * stands for any characters.",
    ),
  },
  *check(alarm, resources, { elsewhere }) {
    for (const metric of watchedMetrics(alarm)) {
      const candidates = subjects.filter(({ namespace }) => namespace === metric.namespace);
      const subject = candidates.find(({ dimension }) => isSet(metric.dimensions, dimension));
      // Other namespaces, such as the program's own, have dimensions of their own.
      const isOther = candidates.every(({ hasOthers = false }) => hasOthers);
      if (!subject && isOther) {
        continue;
      }
      const missing = subject
        ? (subject.furtherDimensions ?? []).filter((name) => !isSet(metric.dimensions, name))
        : [candidates.map(({ dimension }) => dimension).join(" or ")];
      if (!subject || missing.length > 0) {
        yield {
          fact: `metric ${metric.name} lacks ${missing.join(", ")}`,
          limit: `${metric.namespace} has no data without`,
        };
        continue;
      }
      const value = known(() => metric.dimensions[subject.dimension]);
      if (typeof value === "string" && covers(elsewhere, value)) {
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

/** A policy that every resource of a kind has the alarms that its operation needs. */
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
      maxMinutes: integer(
        "Most minutes that an alarm looks back: its period times its evaluation periods.",
        1440,
        [1, 10_080],
      ),
    },
    *check(target, resources, { metrics, maxMinutes }) {
      const watched = ofType(resources, MetricAlarm).flatMap((alarm) =>
        watchedMetrics(alarm)
          .filter((metric) => isMetricOf(alarm, metric, subject, target))
          .map((metric) => ({ metric, alarm, fault: faultOf(metric, maxMinutes) })),
      );
      const missing = metrics.flatMap((alternatives) => {
        const own = watched.filter(({ metric }) => covers(alternatives.split("|"), metric.name));
        const [first] = own;
        const text = alternatives.replaceAll("|", " or ");
        const reason = first && `: ${first.fault ?? ""} in ${first.alarm.name}`;
        const isSearched = ofType(resources, MetricAlarm).some((alarm) =>
          searches(alarm, subject, alternatives.split("|")),
        );
        return isSearched || own.some(({ fault }) => !fault) ? [] : `${text}${reason ?? ""}`;
      });
      if (missing.length > 0) {
        yield {
          fact: `no alarm for ${missing.join(", ")}`,
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

const alarmTypes = [MetricAlarm, CompositeAlarm];

export const alarmActions = stackPolicy("cloudwatch-alarm-action", alarmTypes, {
  severity: "high",
  rule: "Notify someone of every alarm.",
  reason:
    "An alarm without an action, or with a topic that has no subscription, is seen by no one. A child of a composite alarm leaves the notification to that.",
  fix: "Set alarmActions to a topic with an sns.TopicSubscription, leave actionsEnabled on, or name the alarm in the alarmRule of a composite alarm that notifies.",
  controls: ["CloudWatch.15", "CloudWatch.17"],
  source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
  config: {
    subscribedElsewhere: texts("Logical names of topics that are subscribed to outside the stack."),
  },
  *check(resources, { subscribedElsewhere }) {
    const composites = ofType(resources, CompositeAlarm);
    const alarms = [...ofType(resources, MetricAlarm), ...composites];
    const subscriptions = ofType(resources, TopicSubscription);
    const silent = ofType(resources, Topic).filter(
      (topic) =>
        !subscribedElsewhere.includes(topic.name) &&
        !subscriptions.some((one) => refersTo(one, "topic", topic, "arn")),
    );
    for (const resource of alarms) {
      const isChild = notifiesFor(composites, resource);
      if (!isSet(resource.props, "alarmActions") && !isChild) {
        yield { resource, fact: "alarmActions is not set", limit: "an alarm needs an action" };
      }
      const other = knownActions(resource).find((one) => !one.startsWith("arn:"));
      if (other) {
        yield { resource, fact: `an action is ${other}`, limit: "it must be an ARN" };
      }
      if (known(() => resource.props["actionsEnabled"] as unknown) === false && !isChild) {
        const fact = "actionsEnabled is false";
        yield { resource, fact, limit: "an alarm's actions must be enabled" };
      }
      const topic = silent.find((one) => isPublishedTo(resource, one));
      if (topic) {
        const fact = `the topic ${topic.name} has no subscription`;
        yield { resource, fact, limit: "an alarm must reach someone" };
      }
    }
  },
});

/** Whether a composite alarm notifies when an alarm changes, through others as well. */
function notifiesFor(composites: readonly PolicyResource[], alarm: PolicyResource): boolean {
  const others = composites.filter((one) => one !== alarm);
  return others
    .filter((parent) => isInRule(parent, alarm))
    .some((parent) => isNotifying(parent) || notifiesFor(others, parent));
}

function isNotifying({ props }: PolicyResource): boolean {
  return isSet(props, "alarmActions") && known(() => props["actionsEnabled"] as unknown) !== false;
}

function isPublishedTo(alarm: PolicyResource, topic: PolicyResource): boolean {
  const arn = known(() => topic.props["arn"] as string | undefined);
  return (
    knownActions(alarm).some((action) => action === arn) || isMadeOf(alarm, "alarmActions", topic)
  );
}

/** Whether a composite alarm's rule is about an alarm: by its name or ARN, or by what the rule is made of. */
function isInRule(parent: PolicyResource, child: PolicyResource): boolean {
  const rule = known(() => parent.props["alarmRule"] as string | undefined) ?? "";
  const inRule = Array.from(rule.matchAll(/\(\s*(?:"([^"]+)"|([^()"]+?))\s*\)/g), (found) =>
    String(found[1] ?? found[2]),
  );
  const names = ["name", "alarmName", "arn"].map((one) => known(() => child.props[one] as unknown));
  return isMadeOf(parent, "alarmRule", child) || inRule.some((name) => names.includes(name));
}

/** The actions of an alarm without those that are unknown. */
function knownActions({ props }: PolicyResource): readonly string[] {
  const actions = known(() => props["alarmActions"] as readonly string[] | undefined) ?? [];
  return Array.from(actions.keys()).flatMap((index) => known(() => actions[index]) ?? []);
}
