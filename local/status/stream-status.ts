import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";

import type { StreamStatus } from "./pipeline-status";

/**
 * The stream as its API describes it. DescribeStreamSummary allows 20 calls a second for an account
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html).
 *
 * @throws the SDK's error when the stream or the API is not there.
 */
export async function streamStatus(
  client: Pick<KinesisClient, "send">,
  streamName: string,
): Promise<StreamStatus> {
  const { StreamDescriptionSummary: summary } = await client.send(
    new DescribeStreamSummaryCommand({ StreamName: streamName }),
  );
  return {
    name: streamName,
    status: summary?.StreamStatus ?? "UNKNOWN",
    mode: summary?.StreamModeDetails?.StreamMode ?? "UNKNOWN",
    openShards: summary?.OpenShardCount ?? 0,
    retentionHours: summary?.RetentionPeriodHours ?? 0,
  };
}
