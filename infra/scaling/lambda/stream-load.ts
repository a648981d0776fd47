/** Bytes and records per second that a shard takes: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const shardBytesPerSecond = 1024 * 1024;
export const shardRecordsPerSecond = 1000;

/** When a load is too high or too low for the capacity. */
export interface Thresholds {
  /** Percent of the capacity from which it grows. */
  readonly outPercent: number;
  /** Percent of the capacity below which it shrinks. */
  readonly inPercent: number;
}

/** Share of what the open shards take; half of the upper bound stays above the lower one, so that it does not swing. */
export const streamThresholds: Thresholds = { outPercent: 75, inPercent: 25 };

/** Share of the offered records that are throttled, from which a minute counts as full load. */
export const throttledShare = 0.01;

/** Minutes of which some must be full before a stream grows: late and missing metrics delay that and do not prevent it. */
export const growthMinutes = 15;

/** Share of the throttled records on one shard, from which more shards do not help. */
export const hotShardShare = 0.8;

/** What was put into a stream in one minute. */
export interface StreamMinute {
  readonly bytes: number;
  readonly records: number;
  /** Records that were refused. */
  readonly throttled: number;
  /** Shards that were open. */
  readonly shards: number;
}

/** Utilization of the open shards in percent, by what they took: the higher of bytes and records. */
export function utilization({ bytes, records, shards }: StreamMinute): number {
  const perShard = Math.max(bytes / shardBytesPerSecond, records / shardRecordsPerSecond) / shards;
  return (100 * perShard) / 60;
}

export function isFull(minute: StreamMinute): boolean {
  return utilization(minute) >= streamThresholds.outPercent;
}

export function isThrottled({ records, throttled }: StreamMinute): boolean {
  return throttled > throttledShare * (records + throttled);
}

/** Shards that take the load of a minute below the upper threshold; twice as many where it was throttled, as averages hide bursts. */
export function shardsFor(minute: StreamMinute): number {
  const { shards } = minute;
  if (isThrottled(minute)) return 2 * shards;
  return Math.ceil((utilization(minute) / streamThresholds.outPercent) * shards);
}
