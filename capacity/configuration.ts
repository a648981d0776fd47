import { archivedRecordKiB, kpuLimits, usualRecordBytes } from "./limits";
import type { Recommendation } from "./recommendation";

type Settings = Readonly<Record<string, boolean | number | string>>;

export function stackSettings(recommendation: Recommendation): Settings {
  const { load, stream, application, delivery, search } = recommendation;
  const { shardCount, averageShardCount, maxShardCount } = stream;
  const { parallelism, parallelismPerKpu, kpus } = application;
  return {
    shardCount,
    streamRetentionHours: load.retentionHours,
    ...(load.recordBytes > usualRecordBytes && { streamMaxRecordKiB: archivedRecordKiB }),
    streamMinShards: Math.min(averageShardCount, maxShardCount - 1),
    streamMaxShards: maxShardCount,
    // The job is the first to get a throughput of its own: Firehose can only poll.
    ...(stream.fanOutConsumers > 0 && { streamFanOut: true }),
    flinkParallelism: parallelism,
    flinkParallelismPerKpu: parallelismPerKpu,
    ...(parallelism > parallelismPerKpu
      ? { flinkMinParallelism: parallelismPerKpu, flinkMaxParallelism: parallelism }
      : { flinkScaling: "None" }),
    ...(kpus > kpuLimits.quota && { flinkKpuLimit: kpus }),
    searchInstanceType: search.instanceType,
    searchInstanceCount: search.dataNodes,
    searchVolumeGiB: search.volumeGibibytes,
    availabilityZoneCount: 3,
    searchIndexShards: search.indexShards,
    searchDedicatedMasters: search.masters,
    searchDedicatedMasterType: search.masterType,
    deliveryBufferMiB: delivery.bufferMebibytes,
    deliveryBufferSeconds: delivery.bufferSeconds,
    archiveExpirationDays: load.archiveDays,
  };
}

export function stackLines(recommendation: Recommendation): readonly string[] {
  return Object.entries(stackSettings(recommendation)).map(
    ([key, value]) => `  streaming-pipeline:${key}: ${value}`,
  );
}

/** Limits of the policy pack under which one pipeline passes, and nothing larger. */
export function policyLimits({
  stream,
  application,
  search,
}: Recommendation): Readonly<Record<string, Readonly<Record<string, number | string>>>> {
  const billedKpus = application.kpus + 1;
  return {
    "kinesis-stream-shard-limit": { maxShards: stream.shardCount },
    "kinesis-shard-quota": { maxShards: stream.shardCount },
    "autoscaling-custom-target-capacity-limit": {
      maxCapacity: Math.max(stream.maxShardCount, application.parallelism),
    },
    "flink-application-parallelism-limit": { maxParallelism: application.parallelism },
    "flink-application-kpu-limit": { maxKpus: billedKpus },
    "flink-kpu-quota": { maxKpus: billedKpus },
    "opensearch-domain-node-limit": { maxNodes: search.dataNodes + search.masters },
    "opensearch-domain-instance-size-limit": { maxSize: search.instanceType.split(".")[1] ?? "" },
    "opensearch-domain-storage-limit": { maxStorageGiB: search.dataNodes * search.volumeGibibytes },
  };
}
