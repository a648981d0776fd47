import { CompositeAlarm, MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";
import { isSet, known, Undecided } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { texts } from "../engine/setting-schema";

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
