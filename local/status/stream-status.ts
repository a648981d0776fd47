import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";

import type { ShardStatus, StreamStatus } from "./pipeline-status";

/** Hash keys of a stream: 0 to 2^128 - 1. */
const HASH_KEYS = 2 ** 128;

/**
 * The stream as its API describes it. DescribeStreamSummary allows 20 calls a second for an account
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html), ListShards 1,000 for a stream
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html).
 *
 * @throws the SDK's error when the stream or the API is not there.
 */
export async function streamStatus(
  client: Pick<KinesisClient, "send">,
  streamName: string,
): Promise<StreamStatus> {
  const [{ StreamDescriptionSummary: summary }, shards] = await Promise.all([
    client.send(new DescribeStreamSummaryCommand({ StreamName: streamName })),
    openShards(client, streamName),
  ]);
  return {
    name: streamName,
    status: summary?.StreamStatus ?? "UNKNOWN",
    mode: summary?.StreamModeDetails?.StreamMode ?? "UNKNOWN",
    openShards: summary?.OpenShardCount ?? 0,
    retentionHours: summary?.RetentionPeriodHours ?? 0,
    shards,
  };
}

async function openShards(
  client: Pick<KinesisClient, "send">,
  streamName: string,
): Promise<readonly ShardStatus[]> {
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
