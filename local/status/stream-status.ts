import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import * as v from "valibot";

import { fetchJson } from "./http";
import type { ShardStatus, StreamStatus } from "./pipeline-status";

/** Hash keys of a stream: 0 to 2^128 - 1. */
const HASH_KEYS = 2 ** 128;

/** What each shard has taken since the server's start, by stream and shard. */
const loadByShard = v.record(
  v.string(),
  v.record(v.string(), v.object({ records: v.number(), bytes: v.number() })),
);

export interface StreamSource {
  readonly client: Pick<KinesisClient, "send">;
  readonly name: string;
  /** URL of the server, which counts what its shards take. @default the load of shards is unknown */
  readonly endpoint?: string;
}

/**
 * The stream by DescribeStreamSummary (20 calls per second and account) and ListShards (1,000 per second and stream):
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
 */
export async function streamStatus({
  client,
  name,
  endpoint,
}: StreamSource): Promise<StreamStatus> {
  const [{ StreamDescriptionSummary: summary }, shards, load] = await Promise.all([
    client.send(new DescribeStreamSummaryCommand({ StreamName: name })),
    openShards(client, name),
    endpoint === undefined ? undefined : fetchJson(endpoint, "/load", loadByShard),
  ]);
  return {
    name,
    status: summary?.StreamStatus ?? "UNKNOWN",
    mode: summary?.StreamModeDetails?.StreamMode ?? "UNKNOWN",
    openShards: summary?.OpenShardCount ?? 0,
    retentionHours: summary?.RetentionPeriodHours ?? 0,
    shards: shards.map((shard) => ({
      ...shard,
      // A shard that has not taken anything is not counted.
      taken: load ? (load[name]?.[shard.id] ?? { records: 0, bytes: 0 }) : null,
    })),
  };
}

async function openShards(
  client: Pick<KinesisClient, "send">,
  streamName: string,
): Promise<readonly Pick<ShardStatus, "id" | "share">[]> {
  // One answer names up to 1,000 shards: more than a stream on one machine has.
  const { Shards = [] } = await client.send(
    new ListShardsCommand({ StreamName: streamName, ShardFilter: { Type: "AT_LATEST" } }),
  );
  return Shards.filter(({ SequenceNumberRange }) => !SequenceNumberRange?.EndingSequenceNumber)
    .map(({ ShardId = "", HashKeyRange: range }) => ({
      id: ShardId,
      start: Number(range?.StartingHashKey ?? 0),
      share: (Number(range?.EndingHashKey ?? 0) - Number(range?.StartingHashKey ?? 0)) / HASH_KEYS,
    }))
    .sort((a, b) => a.start - b.start)
    .map(({ id, share }) => ({ id, share }));
}
