import { isSet, known } from "../engine/known";
import { relationPolicy, resourcePolicy, type StackPolicy, stackPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { isMadeOf, ofType, refersTo } from "../engine/relation";
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

export const streamAlarms = minimumAlarms("kinesis-stream-alarms", streamSubject);

export const applicationAlarms = minimumAlarms("flink-application-alarms", applicationSubject);

export const deliveryAlarms = minimumAlarms("firehose-delivery-stream-alarms", deliverySubject);

export const domainAlarms = minimumAlarms("opensearch-domain-alarms", domainSubject);

export const alarmDimensions = relationPolicy("cloudwatch-alarm-dimensions", MetricAlarm, {
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

/** A policy that every resource of a kind has the alarms that its operation needs; a bar stands between those of which one is enough. */
function minimumAlarms(
  name: `${"kinesis-stream" | "flink-application" | "firehose-delivery-stream" | "opensearch-domain"}-alarms`,
  subject: MetricSubject,
): StackPolicy {
  return relationPolicy(name, subject.resourceClass, {
    *check(target, resources, { metrics, maxMinutes }) {
      const alarms = ofType(resources, MetricAlarm);
      const watched = alarms.flatMap((alarm) =>
        watchedMetrics(alarm)
          .filter((metric) => isMetricOf(alarm, metric, subject, target))
          .map((metric) => ({ metric, alarm, fault: faultOf(metric, maxMinutes) })),
      );
      const missing = metrics.flatMap((alternatives) => {
        const names = alternatives.split("|");
        const own = watched.filter(({ metric }) => covers(names, metric.name));
        const [first] = own;
        const reason = first ? `: ${first.fault ?? ""} in ${first.alarm.name}` : "";
        const isSearched = alarms.some((alarm) => searches(alarm, subject, names));
        return isSearched || own.some(({ fault }) => !fault) ? [] : names.join(" or ") + reason;
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
  check({ shardLevelMetrics = [] }, { metrics }) {
    const missing = metrics.filter((metric) => !shardLevelMetrics.includes(metric));
    return missing.length > 0 && `shardLevelMetrics lack ${missing.join(", ")}`;
  },
});

const alarmTypes = [MetricAlarm, CompositeAlarm];

export const alarmActions = stackPolicy("cloudwatch-alarm-action", alarmTypes, {
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
