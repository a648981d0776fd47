import { FirehoseDeliveryStream, Stream, StreamConsumer } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { EventSourceMapping } from "@pulumi/aws/lambda";
import type { PolicyResource } from "@pulumi/policy";
import { flinkScale } from "../flink/flink-configuration";
import { known } from "../engine/known";
import { relationPolicy } from "../engine/policy";
import { isIdentity, isMadeOf, ofType, refersTo } from "../engine/relation";
import { flag, integer } from "../engine/setting-schema";
import { atMost } from "../engine/violation";
import { isOnDemand, shardsOf } from "./stream-shards";

export const streamConsumers = relationPolicy("kinesis-stream-consumer-limit", Stream, {
  rule: "Let no more consumers read a stream than it can serve.",
  reason:
    "Readers that poll share 2 MB and 5 calls a second of each shard, so that a third one slows down the others. Consumers with enhanced fan-out have their own 2 MB, at a price, up to a quota.",
  fix: "Give readers enhanced fan-out, take one away, or change the policy's configuration.",
  source: "https://docs.aws.amazon.com/streams/latest/dev/building-consumers.html",
  config: {
    maxPolling: integer(
      "Most readers that poll one stream: Firehose, Lambda and Flink. A Flink application with a stream in its properties counts as its reader; whether it writes to it is unknown.",
      2,
      [1, 5],
    ),
    maxFanOut: integer(
      "Most consumers with enhanced fan-out of one stream. The quota is 20, or 50 with On-demand Advantage.",
      20,
      [0, 50],
    ),
  },
  *check(stream, resources, { maxPolling, maxFanOut }) {
    const consumers = ofType(resources, StreamConsumer);
    const own = consumers.filter((one) => refersTo(one, "streamArn", stream, "arn"));
    yield* atMost(own.length, maxFanOut, `${own.length} consumers have enhanced fan-out`);
    const polling = resources.filter((one) => polls(one, stream, own)).map(({ name }) => name);
    const fact = `${polling.length} readers poll the stream: ${polling.join(", ")}`;
    yield* atMost(polling.length, maxPolling, fact);
  },
});

export const idleSubtasks = relationPolicy("flink-application-parallelism-shards", Application, {
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
  *check(resource, resources, { allowIdleSubtasks }) {
    const application = resource.asType(Application);
    const sources = ofType(resources, Stream).filter(
      (one) => !isOnDemand(one.props) && isMadeOf(resource, "applicationConfiguration", one),
    );
    if (!application || sources.length === 0 || allowIdleSubtasks) {
      return;
    }
    const { parallelism } = flinkScale(application);
    // Which of its streams an application reads is unknown: the largest one it might.
    const shards = Math.max(...sources.map(({ props }) => shardsOf(props)));
    const fact = `parallelism is ${parallelism} and its stream has ${shards} shards`;
    yield* atMost(parallelism, shards, fact);
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
