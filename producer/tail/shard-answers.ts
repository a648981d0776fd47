import {
  type _Record as RecordAnswer,
  type ChildShard as ChildShardAnswer,
  type KinesisClient,
  ListShardsCommand,
  type StartingPosition,
} from "@aws-sdk/client-kinesis";
import { readTimeoutMs, withDeadline } from "../kinesis/deadline";
import type { ChildShard, ShardStart, StoredRecord } from "./shard-reader";

const filters = { latest: "AT_LATEST", horizon: "AT_TRIM_HORIZON" } as const;

/** The shards that are open at the start wanted. */
export async function listShards(
  client: KinesisClient,
  stream: string,
  start: ShardStart,
): Promise<string[]> {
  const filter =
    typeof start === "number"
      ? ({ Type: "AT_TIMESTAMP", Timestamp: new Date(start) } as const)
      : { Type: filters[start] };
  const ids: string[] = [];
  let nextToken: string | undefined;
  do {
    const command = new ListShardsCommand(
      nextToken === undefined
        ? { StreamName: stream, ShardFilter: filter }
        : { NextToken: nextToken },
    );
    const page = await withDeadline(readTimeoutMs, new AbortController().signal, (signal) =>
      client.send(command, { abortSignal: signal }),
    );
    ids.push(...(page.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []));
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return ids;
}

/** @param last - sequence number of the record read last; undefined at the start */
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
