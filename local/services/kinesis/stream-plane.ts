import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DataPlane, DeclaredResource } from "../../provider/data-plane";
import { Declared } from "../declared";
import {
  DEFAULT_RECORD_KIB,
  DEFAULT_RETENTION_HOURS,
  LiveStream,
  type StreamSettings,
} from "./live-stream";

/** An on-demand stream starts with four shards: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;

/** Streams of a Kinesis API, as the program declares them. `client` starts the server if it does not run yet. */
export function streamPlane(client: () => Promise<KinesisClient>): DataPlane {
  return {
    async create(resource) {
      const settings = settingsOf(resource);
      const stream = new LiveStream(await client(), settings.name);
      await stream.create(settings);
      await stream.change(undefined, settings);
      return {};
    },
    async update(resource, previous) {
      const settings = settingsOf(resource);
      const stream = new LiveStream(await client(), settings.name);
      await stream.change(settingsOf(previous), settings);
      return {};
    },
    async read(resource) {
      const { name } = settingsOf(resource);
      return (await new LiveStream(await client(), name).exists()) ? {} : undefined;
    },
    async delete(resource) {
      await new LiveStream(await client(), settingsOf(resource).name).delete();
    },
  };
}

function settingsOf(resource: DeclaredResource): StreamSettings {
  const inputs = Declared.inputsOf(resource);
  const onDemand =
    inputs.block("streamModeDetails").string("streamMode", "PROVISIONED") === "ON_DEMAND";
  return {
    name: inputs.string("name"),
    mode: onDemand ? "ON_DEMAND" : "PROVISIONED",
    shards: onDemand ? ON_DEMAND_SHARDS : inputs.number("shardCount"),
    retentionHours: inputs.number("retentionPeriod", DEFAULT_RETENTION_HOURS),
    kmsKey:
      inputs.string("encryptionType", "NONE") === "KMS" ? inputs.string("kmsKeyId") : undefined,
    metrics: inputs.strings("shardLevelMetrics"),
    recordKib: inputs.number("maxRecordSizeInKib", DEFAULT_RECORD_KIB),
    warmMibPerSecond: inputs.has("warmThroughputMibPs")
      ? inputs.number("warmThroughputMibPs")
      : undefined,
    tags: inputs.stringMap("tags"),
  };
}
