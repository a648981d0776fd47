import type { Kinesis } from "@aws-sdk/client-kinesis";
import type { kinesis } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import type { DataPlane, DeclaredResource } from "../../provider/data-plane";
import {
  DEFAULT_RECORD_KIB,
  DEFAULT_RETENTION_HOURS,
  LiveStream,
  type StreamSettings,
} from "./live-stream";

/** An on-demand stream starts with four shards: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;

/** Streams of a Kinesis API, as the program declares them. `client` starts the server if it does not run yet. */
export function streamPlane(client: () => Promise<Kinesis>): DataPlane {
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
  const inputs = resource.inputs as Unwrap<kinesis.StreamArgs>;
  const onDemand = inputs.streamModeDetails?.streamMode === "ON_DEMAND";
  return {
    name: inputs.name ?? "",
    mode: onDemand ? "ON_DEMAND" : "PROVISIONED",
    shards: onDemand ? ON_DEMAND_SHARDS : (inputs.shardCount ?? 0),
    retentionHours: inputs.retentionPeriod ?? DEFAULT_RETENTION_HOURS,
    kmsKey: inputs.encryptionType === "KMS" ? inputs.kmsKeyId : undefined,
    metrics: inputs.shardLevelMetrics ?? [],
    recordKib: inputs.maxRecordSizeInKib ?? DEFAULT_RECORD_KIB,
    warmMibPerSecond: inputs.warmThroughputMibPs,
    tags: inputs.tags ?? {},
  };
}
