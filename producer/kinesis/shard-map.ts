import { createHash } from "node:crypto";
import { retrying } from "./backoff";
import { isRetryable } from "./kinesis-error";
import type { Runtime } from "../replay/runtime";
import type { Shard, Stream } from "./stream";

/** Spread over about 20 seconds: a reshard lists no complete set of open shards for a moment only. */
const listAttempts = 12;

const maxHash = 2n ** 128n - 1n;

/** MD5 of a partition key, which decides on its shard: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export function hashOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash("md5").update(partitionKey).digest("hex")}`);
}

/** The list of shards leaves a part of the hash space open, as it may for a moment during a reshard. */
export class IncompleteShardMapError extends Error {}

export class ShardMap {
  readonly shards: readonly Shard[];

  /** @throws IncompleteShardMapError when the shards do not cover the hash space exactly once */
  constructor(shards: readonly Shard[]) {
    this.shards = [...shards].sort((a, b) => (a.firstHash < b.firstHash ? -1 : 1));
    let next = 0n;
    for (const shard of this.shards) {
      if (shard.firstHash !== next) {
        break;
      }
      next = shard.lastHash + 1n;
    }
    if (next !== maxHash + 1n) {
      const ids = this.shards.map((shard) => shard.id).join(", ");
      throw new IncompleteShardMapError(
        `The open shards (${ids}) do not cover the hash space once`,
      );
    }
  }

  shardOf(partitionKey: string): Shard {
    const hash = hashOf(partitionKey);
    const shard = this.shards.find(({ lastHash }) => hash <= lastHash);
    if (shard === undefined) {
      throw new RangeError(`No shard takes partition key ${partitionKey}`);
    }
    return shard;
  }
}

/** The open shards; `mayPass` says whether to ask again after an error other than an incomplete list. */
export function openShardMap(
  stream: Stream,
  runtime: Runtime,
  mayPass = (error: unknown, attempts: number) => attempts < listAttempts && isRetryable(error),
  stop?: AbortSignal,
): Promise<ShardMap> {
  return retrying(
    async () => new ShardMap(await stream.openShards()),
    (error, attempts) =>
      (error instanceof IncompleteShardMapError && attempts < listAttempts) ||
      mayPass(error, attempts),
    runtime,
    stop,
  );
}
