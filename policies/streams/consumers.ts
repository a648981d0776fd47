import { FirehoseDeliveryStream, Stream, StreamConsumer } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { EventSourceMapping } from "@pulumi/aws/lambda";
import type { PolicyResource } from "@pulumi/policy";
import { flinkScale } from "../flink/flink-configuration";
import { known } from "../engine/known";
import { stackPolicy } from "../engine/policy";
import { isIdentity, isMadeOf, refersTo } from "../engine/relation";
import { flag, integer } from "../engine/setting-schema";
import { isOnDemand, shardsOf } from "./stream-shards";

export const streamConsumers = stackPolicy("kinesis-stream-consumer-limit", [Stream], {
  severity: "medium",
  rule: "Let no more consumers read a stream than it can serve.",
  reason:
    "Readers that poll share 2 MB and 5 calls a second of each shard, so that a third one slows down the others. Consumers with enhanced fan-out have their own 2 MB, at a price, up to a quota.",
  fix: "Give readers enhanced fan-out, take one away, or change the policy's configuration.",
  source: "https://docs.aws.amazon.com/streams/latest/dev/building-consumers.html",
  config: {
    maxPolling: integer(
      "Most readers that poll one stream: Firehose, Lambda and Flink. A Flink application that is given a stream counts as its reader; whether it writes to it cannot be told.",
      2,
      [1, 5],
    ),
    maxFanOut: integer(
      "Most consumers with enhanced fan-out of one stream. The quota is 20, or 50 with On-demand Advantage.",
      20,
      [0, 50],
    ),
  },
  *check(resources, { maxPolling, maxFanOut }) {
    const consumers = resources.filter((resource) => resource.isType(StreamConsumer));
    for (const stream of resources.filter((resource) => resource.isType(Stream))) {
      const own = consumers.filter((one) => refersTo(one, "streamArn", stream, "arn"));
      const polling = resources.filter((one) => polls(one, stream, own));
      if (own.length > maxFanOut) {
        yield {
          resource: stream,
          fact: `${own.length} consumers have enhanced fan-out`,
          limit: `the limit is ${maxFanOut}`,
        };
      }
      if (polling.length > maxPolling) {
        yield {
          resource: stream,
          fact: `${polling.length} readers poll the stream: ${polling.map(({ name }) => name).join(", ")}`,
          limit: `the limit is ${maxPolling}`,
        };
      }
    }
  },
});

export const idleSubtasks = stackPolicy("flink-application-parallelism-shards", [Application], {
  severity: "medium",
  rule: "Give a Flink application no more parallelism than its stream has shards.",
  reason:
    "A subtask of the source without a shard reads nothing, is billed, and holds back event time unless the job declares it idle.",
  fix: "Lower parallelism, raise shardCount, or set allowIdleSubtasks in the policy's configuration for a job that declares idleness.",
  source:
    "https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/",
  config: {
    allowIdleSubtasks: flag(
      "Whether an application may have more parallelism than its stream has shards.",
      false,
    ),
  },
  *check(resources, { allowIdleSubtasks }) {
    const streams = resources.filter(
      (resource) => resource.isType(Stream) && !isOnDemand(resource),
    );
    for (const resource of resources) {
      const application = resource.asType(Application);
      const sources = streams.filter((one) => isMadeOf(resource, "applicationConfiguration", one));
      if (application === undefined || sources.length === 0 || allowIdleSubtasks) {
        continue;
      }
      const { parallelism } = flinkScale(application);
      // Which of its streams an application reads cannot be told: the largest one it might.
      const shards = Math.max(...sources.map(shardsOf));
      if (!(parallelism <= shards)) {
        yield {
          resource,
          fact: `parallelism is ${parallelism} and its stream has ${shards} shards`,
          limit: `the limit is ${shards}`,
        };
      }
    }
  },
});

function polls(
  reader: PolicyResource,
  stream: PolicyResource,
  fanOut: readonly PolicyResource[],
): boolean {
  if (reader.isType(EventSourceMapping)) {
    return refersTo(reader, "eventSourceArn", stream, "arn");
  }
  if (reader.isType(FirehoseDeliveryStream)) {
    const source = known((): unknown => {
      const block = reader.props["kinesisSourceConfiguration"] as
        Record<string, unknown> | undefined;
      return block?.["kinesisStreamArn"];
    });
    return (
      isIdentity(source, stream, ["arn"]) ?? isMadeOf(reader, "kinesisSourceConfiguration", stream)
    );
  }
  return (
    reader.isType(Application) &&
    isMadeOf(reader, "applicationConfiguration", stream) &&
    !fanOut.some((one) => isMadeOf(reader, "applicationConfiguration", one))
  );
}
