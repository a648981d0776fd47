import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import * as v from "valibot";
import { fetchJson } from "./http";
import type { StreamStatus } from "./pipeline-status";

/** Hash keys of a stream: 0 to 2^128 - 1. */
const HASH_KEYS = 2 ** 128;

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
  const [{ StreamDescriptionSummary: summary }, { Shards = [] }, load] = await Promise.all([
    client.send(new DescribeStreamSummaryCommand({ StreamName: name })),
    // One answer names up to 1,000 shards: more than a stream on one machine has.
    client.send(new ListShardsCommand({ StreamName: name, ShardFilter: { Type: "AT_LATEST" } })),
    endpoint === undefined ? undefined : fetchJson(endpoint, "/load", loadByShard),
  ]);
  const shards = Shards.filter(
    ({ SequenceNumberRange }) => !SequenceNumberRange?.EndingSequenceNumber,
  ).map(({ ShardId: id = "", HashKeyRange: range }) => ({
    id,
    start: Number(range?.StartingHashKey ?? 0),
    end: Number(range?.EndingHashKey ?? 0),
    // A shard that has not taken anything is not counted.
    taken: load ? (load[name]?.[id] ?? { records: 0, bytes: 0 }) : null,
  }));
  return {
    name,
    status: summary?.StreamStatus ?? "UNKNOWN",
    mode: summary?.StreamModeDetails?.StreamMode ?? "UNKNOWN",
    openShards: summary?.OpenShardCount ?? 0,
    retentionHours: summary?.RetentionPeriodHours ?? 0,
    shards: shards
      .sort((a, b) => a.start - b.start)
      .map(({ id, start, end, taken }) => ({ id, share: (end - start) / HASH_KEYS, taken })),
  };
}
