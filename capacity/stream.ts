import { maxShardsPerStream, pollingConsumersPerShard, shardLimits } from "./limits";
import type { Load } from "./load";

type ShardLimit = "written records" | "written bytes" | "read bytes";

/** What a stream has to carry in its busiest second. */
interface Throughput {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly pollingConsumers: number;
  /** Share of a shard's limits that may be used, from 0 to 1. @default 1 */
  readonly utilization?: number;
  /** Share of the records that have the most frequent partition key, from 0 to 1. @default 0 */
  readonly hottestKey?: number;
}

export type StreamPlan = ReturnType<typeof planStream>;

/**
 * The shards that a throughput needs: the most that any limit of a shard asks for.
 * @see https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
 */
export function shardsFor({
  recordsPerSecond,
  bytesPerSecond,
  pollingConsumers,
  utilization = 1,
  hottestKey = 0,
}: Throughput) {
  const needs: Readonly<Record<ShardLimit, number>> = {
    "written records": recordsPerSecond / shardLimits.writeRecordsPerSecond,
    "written bytes": bytesPerSecond / shardLimits.writeBytesPerSecond,
    "read bytes": (bytesPerSecond * pollingConsumers) / shardLimits.readBytesPerSecond,
  };
  const [first, ...others] = Object.keys(needs) as [ShardLimit, ...ShardLimit[]];
  const boundBy = others.reduce((most, one) => (needs[one] > needs[most] ? one : most), first);
  const shardCount = Math.max(1, Math.ceil(unevenly(needs[boundBy] / utilization, hottestKey)));
  const share = (limit: ShardLimit): number => needs[limit] / shardCount;
  return {
    shardCount,
    boundBy,
    /** How much of each limit the busiest second uses, from 0 to 1. */
    use: {
      "written records": share("written records"),
      "written bytes": share("written bytes"),
      "read bytes": share("read bytes"),
    },
  };
}

/** Share of a shard that the hottest key may have to itself: more shards do not divide a key. */
export const mostOfHottestKey = 0.75;

/** Shards of which also the one with the hottest key stays within its limits. */
function unevenly(shards: number, hottestKey: number): number {
  const ofKey = shards * hottestKey;
  if (ofKey <= mostOfHottestKey) return (shards * (1 - hottestKey)) / (1 - ofKey);
  // As many as when the key had this share: beyond it they are of no use to the key.
  const enough = (mostOfHottestKey * (1 - hottestKey)) / (hottestKey * (1 - mostOfHottestKey));
  return Math.max(shards, enough);
}

/**
 * The stream of a load. As many consumers poll as a full shard can serve, two, or one that makes most of its calls; each
 * further one gets enhanced fan-out, so that reading never takes more shards than writing.
 */
export function planStream(load: Load) {
  const { recordsPerSecond, recordBytes, peak, consumers, readsPerSecond } = load;
  const pollingConsumers = Math.min(
    consumers,
    pollingConsumersPerShard,
    Math.floor(shardLimits.readsPerSecond / readsPerSecond),
  );
  const throughput = (factor: number): Throughput => ({
    recordsPerSecond: recordsPerSecond * factor,
    bytesPerSecond: recordsPerSecond * recordBytes * factor,
    pollingConsumers,
    utilization: load.utilizationPercent / 100,
    hottestKey: load.hottestKeyPercent / 100,
  });
  const busiest = shardsFor(throughput(peak));
  return {
    ...busiest,
    /** Shards up to which scaling may go beyond the busiest second: twice as many. */
    maxShardCount: Math.min(2 * busiest.shardCount, maxShardsPerStream),
    /** Shards that the average needs, below which scaling need not go. */
    averageShardCount: shardsFor(throughput(1)).shardCount,
    pollingConsumers,
    /** Consumers with enhanced fan-out, each with a throughput of its own. */
    fanOutConsumers: consumers - pollingConsumers,
  };
}
