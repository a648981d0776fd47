import {
  type ChildShard as ChildShardAnswer,
  ExpiredIteratorException,
  type KinesisClient,
  type _Record as RecordAnswer,
  ResourceInUseException,
  type StartingPosition as AnyPosition,
} from "@aws-sdk/client-kinesis";
import type { UserRecord } from "../kinesis/aggregation";
import { backoffMs } from "../kinesis/backoff";
import { withDeadline } from "../kinesis/deadline";
import { listedShards } from "../kinesis/kinesis";
import { isRetryable } from "../kinesis/kinesis-error";
import { namedStream } from "../kinesis/target";
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

/** What is read of a shard at a time, and the sequence number behind which the next part begins. */
export type PlacedPart = ShardPart & { readonly place: string | undefined };

export type StartingPosition = AnyPosition & { Type: NonNullable<AnyPosition["Type"]> };

/** Milliseconds for an answer of up to 10 MiB; a subscription has an event every 5 s at least. */
const readTimeoutMs = 30_000;
/** A subscription that is replaced is still in use for a moment. */
const inUsePauseMs = 1000;
const filters = { latest: "AT_LATEST", horizon: "AT_TRIM_HORIZON" } as const;

/** Without a signal a call that also a reader which is stopped has to make: it ends by its deadline alone. */
export function answered<T>(
  call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  stop: AbortSignal = new AbortController().signal,
): Promise<T> {
  return withDeadline(readTimeoutMs, stop, (abortSignal) => call({ abortSignal }));
}

export abstract class StreamReader implements ShardReader {
  protected readonly client: KinesisClient;
  protected readonly stream: string;
  protected readonly runtime: Runtime;

  constructor(client: KinesisClient, stream: string, runtime: Runtime) {
    this.client = client;
    this.stream = stream;
    this.runtime = runtime;
  }

  /** What a shard holds and gets from a position on, until it ends, reading has to begin again or an error. */
  protected abstract parts(
    shardId: string,
    from: StartingPosition,
    stop: AbortSignal,
  ): AsyncIterable<PlacedPart>;

  async *read(shardId: string, start: ShardStart, stop: AbortSignal): AsyncGenerator<ShardPart> {
    let from = start;
    let last: string | undefined;
    let failures = 0;
    const hasStopped = () => stop.aborted;
    while (!hasStopped()) {
      const position = startingPosition(from, last);
      // Later, the latest record could be one behind others that are unread.
      if (from === "latest") from = this.runtime.now();
      try {
        for await (const { place, ...part } of this.parts(shardId, position, stop)) {
          failures = 0;
          last = place ?? last;
          yield part;
          if (part.children !== undefined) return;
        }
      } catch (error) {
        if (hasStopped()) return;
        const isInUse = error instanceof ResourceInUseException;
        if (!isInUse && !(error instanceof ExpiredIteratorException) && !isRetryable(error)) {
          throw error;
        }
        failures += 1;
        const pause = isInUse ? inUsePauseMs : backoffMs(failures, this.runtime.random());
        await this.runtime.sleep(pause, stop);
      }
    }
  }

  async shards(start: ShardStart): Promise<readonly string[]> {
    const filter =
      typeof start === "number"
        ? ({ Type: "AT_TIMESTAMP", Timestamp: new Date(start) } as const)
        : { Type: filters[start] };
    const ids: string[] = [];
    let covered = 0n;
    const request = { ...namedStream(this.stream), ShardFilter: filter };
    const shards = listedShards(request, (command) =>
      answered((options) => this.client.send(command, options)),
    );
    for await (const { ShardId, HashKeyRange } of shards) {
      ids.push(ShardId ?? "");
      const { StartingHashKey = 0, EndingHashKey = -1 } = HashKeyRange ?? {};
      covered += BigInt(EndingHashKey) - BigInt(StartingHashKey) + 1n;
    }
    // Shards of a time before the horizon are gone, all or in part.
    return typeof start === "number" && covered < 2n ** 128n ? this.shards("horizon") : ids;
  }
}

/** Behind a sequence number, or where reading begins. */
export function startingPosition(start: ShardStart, place?: string): StartingPosition {
  if (place !== undefined) return { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: place };
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
