import type { UserRecord } from "../kinesis/aggregation";

/** A record as the stream keeps it. */
export interface StoredRecord extends UserRecord {
  readonly sequenceNumber: string;
  /** When the stream took it; milliseconds since the epoch. */
  readonly arrival: number;
}

/** A shard that follows on one or two that are closed. */
export interface ChildShard {
  readonly id: string;
  readonly parents: readonly string[];
}

/** What was read of a shard at a time. */
export interface ShardPart {
  readonly records: readonly StoredRecord[];
  /** How far this is behind the shard's last record. */
  readonly lagMs: number;
  /** The shards that go on after this one has ended; undefined while it has not. */
  readonly children: readonly ChildShard[] | undefined;
}

/** Where reading a shard begins: after its last record, at its first one, or at a time in milliseconds. */
export type ShardStart = "latest" | "horizon" | number;

/** Reads the shards of a stream. */
export interface ShardReader {
  /** The shards that hold what is wanted, without those that follow on them. */
  shards(start: ShardStart): Promise<readonly string[]>;
  /** What a shard holds and gets, until it ends or the signal comes. */
  read(shardId: string, start: ShardStart, stop: AbortSignal): AsyncIterable<ShardPart>;
}
