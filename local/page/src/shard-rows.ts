import type { JobStatus, Part, StreamStatus } from "../../status/pipeline-status";

/**
 * Records a second that a shard takes
 * (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html).
 */
const SHARD_RECORDS_PER_SECOND = 1000;

export interface ShardRow {
  readonly id: string;
  /** The id without what all of them have in common. */
  readonly name: string;
  /** Part of all hash keys, 0 to 1. */
  readonly share: number;
  readonly recordsPerSecond: number | null;
  /** Part of the records that a shard takes, from 0; null while unknown. */
  readonly load: number | null;
  readonly behindSeconds: number | null;
}

/** The open shards, with what the job says of them. */
export function shardRows(
  stream: Part<StreamStatus> | undefined,
  job: Part<JobStatus> | undefined,
): readonly ShardRow[] {
  if (stream?.up !== true) return [];
  const readings = new Map(job?.up === true ? job.value.shards.map((one) => [one.id, one]) : []);
  return stream.value.shards.map(({ id, share }) => {
    const reading = readings.get(id);
    const recordsPerSecond = reading?.recordsPerSecond ?? null;
    const behind = reading?.millisBehindLatest ?? null;
    return {
      ...{ id, share, recordsPerSecond },
      name: id.replace(/^shardId-0*(?=\d)/, ""),
      load: recordsPerSecond === null ? null : recordsPerSecond / SHARD_RECORDS_PER_SECOND,
      behindSeconds: behind === null ? null : behind / 1000,
    };
  });
}
