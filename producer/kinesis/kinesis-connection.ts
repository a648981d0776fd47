import { retrying } from "./backoff";
import { KinesisStream, type StreamState } from "./kinesis";
import { explain } from "./kinesis-advice";
import { isRetryable } from "./kinesis-error";
import { systemRuntime } from "../replay/runtime";
import { openShardMap } from "./shard-map";
import type { StreamTarget } from "./target";
import { StartError } from "../../cli/command";

/** Attempts to reach the stream before the replay starts; about a second. */
const describeAttempts = 5;

export type Connection = Awaited<ReturnType<typeof connect>>;

/** Finds the stream and its shards. @throws StartError when it is missing, not writable or denied */
export async function connect(target: StreamTarget) {
  const stream = new KinesisStream(target.stream, target.region);
  let state: StreamState;
  try {
    const mayPass = (error: unknown, attempts: number) =>
      attempts < describeAttempts && isRetryable(error);
    state = await retrying(() => stream.describe(), mayPass, systemRuntime);
    if (state.isWritable) {
      return { stream, shardMap: await openShardMap(stream, systemRuntime), state };
    }
  } catch (error) {
    throw new StartError([explain(error, target)]);
  }
  throw new StartError([`stream ${target.stream} is ${state.status}; wait until it is ACTIVE`]);
}
