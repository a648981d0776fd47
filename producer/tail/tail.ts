import { deaggregated } from "../kinesis/aggregation";
import type { TailOptions } from "./tail-options";
import type { ChildShard, ShardReader, ShardStart, StoredRecord } from "./shard-reader";

/** What a reader of a stream tells. */
export interface TailListener {
  /** A record as it was put, out of its aggregate. Until it resolves the shard is not read on. */
  record(shardId: string, record: StoredRecord): Promise<void> | void;
  /** How far reading a shard is behind its last record; undefined when the shard has ended. */
  lag(shardId: string, ms: number | undefined): void;
}

/**
 * Reads all shards at the same time, and those that follow on them after them, until the signal comes.
 * @throws the first error of a shard that does not pass
 */
export async function tail(
  reader: ShardReader,
  start: ShardStart,
  listener: TailListener,
  stop: AbortSignal,
  { shard, untilTip }: Pick<TailOptions, "shard" | "untilTip"> = {},
): Promise<void> {
  const failed = new AbortController();
  const ending = AbortSignal.any([stop, failed.signal]);
  const known = new Set<string>();
  const reading = new Set<string>();
  const waiting = new Map<string, ChildShard>();

  const follow = async (shardId: string, from: ShardStart): Promise<void> => {
    known.add(shardId);
    reading.add(shardId);
    try {
      for await (const { records, lagMs, children } of reader.read(shardId, from, ending)) {
        for (const record of records) {
          for (const each of deaggregated(record)) {
            if (ending.aborted) {
              return;
            }
            await listener.record(shardId, { ...record, ...each });
          }
        }
        listener.lag(shardId, children === undefined ? lagMs : undefined);
        if (untilTip && lagMs === 0 && children === undefined) return;
        for (const child of shard === undefined ? (children ?? []) : []) {
          waiting.set(child.id, child);
        }
      }
    } catch (error) {
      failed.abort();
      throw error;
    } finally {
      reading.delete(shardId);
    }
    if (!ending.aborted) {
      await followAll(readyChildren());
    }
  };
  /** A shard that two were merged into has to wait for both. */
  const readyChildren = () =>
    [...waiting.values()]
      .filter(({ id, parents }) => !known.has(id) && !parents.some((each) => reading.has(each)))
      .map(({ id }) => id);
  const followAll = async (ids: readonly string[]) => {
    await Promise.all(ids.map((id) => follow(id, "horizon")));
  };

  const first = shard === undefined ? await reader.shards(start) : [shard];
  // A shard that was open may have ended since: it is known before its children turn up.
  await Promise.all(first.map((id) => follow(id, start)));
}
