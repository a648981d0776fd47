import { retrying } from "./backoff";
import { KinesisStream } from "./kinesis";
import { explain } from "./kinesis-advice";
import { isRetryable } from "./kinesis-error";
import { systemRuntime } from "../replay/runtime";
import type { ShardMap } from "./shard-map";
import { openShardMap } from "./shard-map";
import type { StreamTarget } from "./target";
import { StartError } from "../../cli/command";

/** Attempts to reach the stream before the replay starts; about a second. */
const describeAttempts = 5;

/**
 * Finds the stream and its shards.
 * @throws StartError when it is not there, takes no records, or may not be looked at
 */
export async function connect(
  target: StreamTarget,
): Promise<{ stream: KinesisStream; shardMap: ShardMap }> {
  const stream = new KinesisStream(target.stream, target.region);
  let status: string | undefined;
  try {
    status = await retrying(
      () => stream.unwritableStatus(),
      isRetryable,
      describeAttempts,
      systemRuntime,
    );
    if (status === undefined) {
      return { stream, shardMap: await openShardMap(stream, systemRuntime) };
    }
  } catch (error) {
    throw new StartError([explain(error, target)]);
  }
  throw new StartError([`stream ${target.stream} is ${status}; wait until it is ACTIVE`]);
}
