import {
  type ChildShard as ChildShardAnswer,
  type KinesisClient,
  ListShardsCommand,
  type _Record as RecordAnswer,
  type StartingPosition,
} from "@aws-sdk/client-kinesis";
import type { UserRecord } from "../kinesis/aggregation";
import { readTimeoutMs, withDeadline } from "../kinesis/deadline";
import type { Runtime } from "../replay/runtime";

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

export interface ShardPart {
  readonly records: readonly StoredRecord[];
  /** How far this is behind the shard's last record. */
  readonly lagMs: number;
  /** The shards that go on after this one has ended; undefined while it has not. */
  readonly children: readonly ChildShard[] | undefined;
}

/** Where reading a shard begins: after its last record, at its first one, or at a time in milliseconds. */
export type ShardStart = "latest" | "horizon" | number;

export interface ShardReader {
  /** The shards that hold what is wanted, without those that follow on them. */
  shards(start: ShardStart): Promise<readonly string[]>;
  /** What a shard holds and gets, until it ends or the signal comes. */
  read(shardId: string, start: ShardStart, stop: AbortSignal): AsyncIterable<ShardPart>;
}

const filters = { latest: "AT_LATEST", horizon: "AT_TRIM_HORIZON" } as const;

/** What all readers of a Kinesis stream have in common. */
export abstract class StreamReader implements ShardReader {
  protected readonly client: KinesisClient;
  protected readonly stream: string;
  protected readonly runtime: Runtime;

  constructor(client: KinesisClient, stream: string, runtime: Runtime) {
    this.client = client;
    this.stream = stream;
    this.runtime = runtime;
  }

  abstract read(shardId: string, start: ShardStart, stop: AbortSignal): AsyncIterable<ShardPart>;

  async shards(start: ShardStart): Promise<readonly string[]> {
    const filter =
      typeof start === "number"
        ? ({ Type: "AT_TIMESTAMP", Timestamp: new Date(start) } as const)
        : { Type: filters[start] };
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const command = new ListShardsCommand(
        nextToken === undefined
          ? { StreamName: this.stream, ShardFilter: filter }
          : { NextToken: nextToken },
      );
      const page = await withDeadline(readTimeoutMs, new AbortController().signal, (signal) =>
        this.client.send(command, { abortSignal: signal }),
      );
      ids.push(...(page.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []));
      nextToken = page.NextToken;
    } while (nextToken !== undefined);
    return ids;
  }
}

export function startingPosition(
  start: ShardStart,
  last: string | undefined,
): StartingPosition & {
  Type: NonNullable<StartingPosition["Type"]>;
} {
  if (last !== undefined) {
    return { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: last };
  }
  if (typeof start === "number") {
    return { Type: "AT_TIMESTAMP", Timestamp: new Date(start) };
  }
  return { Type: start === "latest" ? "LATEST" : "TRIM_HORIZON" };
}

export function storedRecords(records: readonly RecordAnswer[] | undefined): StoredRecord[] {
  return (records ?? []).map((record) => ({
    partitionKey: record.PartitionKey ?? "",
    data: record.Data ?? new Uint8Array(),
    sequenceNumber: record.SequenceNumber ?? "",
    arrival: record.ApproximateArrivalTimestamp?.getTime() ?? NaN,
  }));
}

export function childShards(shards: readonly ChildShardAnswer[] | undefined): ChildShard[] {
  return (shards ?? []).map(({ ShardId, ParentShards }) => ({
    id: ShardId ?? "",
    parents: ParentShards ?? [],
  }));
}
