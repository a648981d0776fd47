import { pollingConsumersPerShard, shardLimits } from "./limits";
import type { Load } from "./load";

/** A limit of a shard. */
export type ShardLimit = "written records" | "written bytes" | "read bytes";

/** What a stream has to carry in its busiest second. */
export interface Throughput {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Consumers that share what the shards give out. */
  readonly pollingConsumers: number;
}

/** Shards of a provisioned stream. */
export interface ShardPlan {
  readonly shardCount: number;
  /** The limit that takes the most shards. */
  readonly boundBy: ShardLimit;
  /** How much of each limit the busiest second uses, from 0 to 1. */
  readonly use: Readonly<Record<ShardLimit, number>>;
}

/** A stream and who reads it how. */
export interface StreamPlan extends ShardPlan {
  /** Shards that the average needs, below which scaling need not go. */
  readonly averageShardCount: number;
  readonly pollingConsumers: number;
  /** Consumers with enhanced fan-out, each with a throughput of its own. */
  readonly fanOutConsumers: number;
}

/**
 * The shards that a throughput needs: the most that any limit of a shard asks for.
 * @see https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
 */
export function shardsFor({
  recordsPerSecond,
  bytesPerSecond,
  pollingConsumers,
}: Throughput): ShardPlan {
  const needs: Readonly<Record<ShardLimit, number>> = {
    "written records": recordsPerSecond / shardLimits.writeRecordsPerSecond,
    "written bytes": bytesPerSecond / shardLimits.writeBytesPerSecond,
    "read bytes": (bytesPerSecond * pollingConsumers) / shardLimits.readBytesPerSecond,
  };
  const [first, ...others] = Object.keys(needs) as [ShardLimit, ...ShardLimit[]];
  const boundBy = others.reduce((most, one) => (needs[one] > needs[most] ? one : most), first);
  const shardCount = Math.max(1, Math.ceil(needs[boundBy]));
  const share = (limit: ShardLimit): number => needs[limit] / shardCount;
  return {
    shardCount,
    boundBy,
    use: {
      "written records": share("written records"),
      "written bytes": share("written bytes"),
      "read bytes": share("read bytes"),
    },
  };
}

/**
 * The stream of a load. As many consumers poll as a full shard can serve, two; each further one gets enhanced fan-out, so
 * that reading never takes more shards than writing.
 */
export function planStream(load: Load): StreamPlan {
  const { recordsPerSecond, recordBytes, peak, consumers } = load;
  const pollingConsumers = Math.min(consumers, pollingConsumersPerShard);
  const throughput = (factor: number): Throughput => ({
    recordsPerSecond: recordsPerSecond * factor,
    bytesPerSecond: recordsPerSecond * recordBytes * factor,
    pollingConsumers,
  });
  return {
    ...shardsFor(throughput(peak)),
    averageShardCount: shardsFor(throughput(1)).shardCount,
    pollingConsumers,
    fanOutConsumers: consumers - pollingConsumers,
  };
}
