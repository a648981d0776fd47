import { FirehoseDeliveryStream, Stream, StreamConsumer } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { EventSourceMapping } from "@pulumi/aws/lambda";
import type { PolicyResource } from "@pulumi/policy";
import { flinkScale } from "../flink/flink-configuration";
import { known } from "../engine/known";
import { relationPolicy } from "../engine/policy";
import { isIdentity, isMadeOf, ofType, refersTo } from "../engine/relation";
import { atMost } from "../engine/violation";
import { isOnDemand, shardsOf } from "./stream-shards";

export const streamConsumers = relationPolicy("kinesis-stream-consumer-limit", Stream, {
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
    const declared = reader.asType(FirehoseDeliveryStream);
    const source = known(() => declared?.kinesisSourceConfiguration?.kinesisStreamArn);
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
