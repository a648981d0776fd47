import {
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  RegisterStreamConsumerCommand,
  ResourceInUseException,
  SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";
import { backoffMs } from "../kinesis/backoff";
import { readTimeoutMs, withDeadline } from "../kinesis/deadline";
import { isRetryable } from "../kinesis/kinesis-error";
import type { Runtime } from "../replay/runtime";
import {
  childShards,
  type ShardPart,
  type ShardStart,
  startingPosition,
  storedRecords,
  StreamReader,
} from "./shard-reader";

const statusPauseMs = 500;
/** A subscription that is replaced is still in use for a moment. */
const inUsePauseMs = 1000;

/** A call that also a reader which is stopped has to make, to leave no consumer behind: it ends by its deadline alone. */
function answered<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withDeadline(readTimeoutMs, new AbortController().signal, call);
}

/** Reads shards by enhanced fan-out: the stream pushes, and the consumer has throughput of its own. */
export class FanOutReader extends StreamReader {
  readonly #consumerArn: string;
  /** Whether the consumer did not exist before. */
  readonly #isOwn: boolean;

  private constructor(
    client: KinesisClient,
    stream: string,
    runtime: Runtime,
    consumerArn: string,
    isOwn: boolean,
  ) {
    super(client, stream, runtime);
    this.#consumerArn = consumerArn;
    this.#isOwn = isOwn;
  }

  /** Registers the consumer unless there is one of that name, and waits until it may read. */
  static async open(
    client: KinesisClient,
    stream: string,
    consumer: string,
    runtime: Runtime,
    stop: AbortSignal,
  ): Promise<FanOutReader> {
    const { StreamDescriptionSummary: summary } = await answered((abortSignal) =>
      client.send(new DescribeStreamSummaryCommand({ StreamName: stream }), { abortSignal }),
    );
    const names = { StreamARN: summary?.StreamARN ?? "", ConsumerName: consumer };
    let isOwn = true;
    try {
      await answered((abortSignal) =>
        client.send(new RegisterStreamConsumerCommand(names), { abortSignal }),
      );
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) {
        throw error;
      }
      isOwn = false;
    }
    for (;;) {
      const answer = await answered((abortSignal) =>
        client.send(new DescribeStreamConsumerCommand(names), { abortSignal }),
      );
      const { ConsumerARN, ConsumerStatus } = answer.ConsumerDescription ?? {};
      if (ConsumerARN !== undefined && (ConsumerStatus === "ACTIVE" || stop.aborted)) {
        return new FanOutReader(client, stream, runtime, ConsumerARN, isOwn);
      }
      await runtime.sleep(statusPauseMs, stop);
    }
  }

  async close(): Promise<void> {
    if (this.#isOwn) {
      const command = new DeregisterStreamConsumerCommand({ ConsumerARN: this.#consumerArn });
      await answered((abortSignal) => this.client.send(command, { abortSignal }));
    }
  }

  async *read(shardId: string, start: ShardStart, stop: AbortSignal): AsyncGenerator<ShardPart> {
    let last: string | undefined;
    let failures = 0;
    const hasStopped = () => stop.aborted;
    while (!hasStopped()) {
      try {
        // A subscription ends after five minutes; the next one goes on after it.
        for await (const event of this.#subscription(shardId, start, last, stop)) {
          failures = 0;
          last = event.ContinuationSequenceNumber ?? last;
          const hasEnded = event.ContinuationSequenceNumber === undefined;
          yield {
            records: storedRecords(event.Records),
            lagMs: event.MillisBehindLatest ?? 0,
            children: hasEnded ? childShards(event.ChildShards) : undefined,
          };
          if (hasEnded) {
            return;
          }
        }
      } catch (error) {
        if (hasStopped()) {
          return;
        }
        const isInUse = error instanceof ResourceInUseException;
        if (!isInUse && !isRetryable(error)) {
          throw error;
        }
        failures += 1;
        const pause = isInUse ? inUsePauseMs : backoffMs(failures, this.runtime.random());
        await this.runtime.sleep(pause, stop);
      }
    }
  }

  async *#subscription(
    shardId: string,
    start: ShardStart,
    last: string | undefined,
    stop: AbortSignal,
  ) {
    const command = new SubscribeToShardCommand({
      ConsumerARN: this.#consumerArn,
      ShardId: shardId,
      StartingPosition: startingPosition(start, last),
    });
    const idle = new AbortController();
    const signal = AbortSignal.any([stop, idle.signal]);
    try {
      const { EventStream } = await withDeadline(readTimeoutMs, stop, () =>
        this.client.send(command, { abortSignal: signal }),
      );
      const events = EventStream?.[Symbol.asyncIterator]();
      for (;;) {
        const next = await withDeadline(readTimeoutMs, stop, () =>
          Promise.resolve(events?.next() ?? { done: true as const, value: undefined }),
        );
        if (next.done) {
          return;
        }
        if (next.value.SubscribeToShardEvent !== undefined) {
          yield next.value.SubscribeToShardEvent;
        }
      }
    } finally {
      // Without this a subscription that came to a halt would stay open.
      idle.abort();
    }
  }
}
