import {
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  RegisterStreamConsumerCommand,
  ResourceInUseException,
  SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";
import { namedStream } from "../kinesis/target";
import type { Runtime } from "../replay/runtime";
import {
  answered,
  childShards,
  type PlacedPart,
  type StartingPosition,
  storedRecords,
  StreamReader,
} from "./shard-reader";

const statusPauseMs = 500;

/** Reads shards by enhanced fan-out: the stream pushes, and the consumer has throughput of its own. */
export class FanOutReader extends StreamReader {
  #consumerArn = "";
  /** Whether the consumer did not exist before. */
  #isOwn = true;

  /** Registers the consumer unless there is one of that name, and waits until it may read. */
  static async open(
    client: KinesisClient,
    stream: string,
    consumer: string,
    runtime: Runtime,
    stop: AbortSignal,
  ): Promise<FanOutReader> {
    const reader = new FanOutReader(client, stream, runtime);
    const { StreamDescriptionSummary: summary } = await answered((options) =>
      client.send(new DescribeStreamSummaryCommand(namedStream(stream)), options),
    );
    const names = { StreamARN: summary?.StreamARN ?? "", ConsumerName: consumer };
    try {
      await answered((options) => client.send(new RegisterStreamConsumerCommand(names), options));
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) {
        throw error;
      }
      reader.#isOwn = false;
    }
    for (;;) {
      const answer = await answered((options) =>
        client.send(new DescribeStreamConsumerCommand(names), options),
      );
      const { ConsumerARN, ConsumerStatus } = answer.ConsumerDescription ?? {};
      if (ConsumerARN !== undefined && (ConsumerStatus === "ACTIVE" || stop.aborted)) {
        reader.#consumerArn = ConsumerARN;
        return reader;
      }
      await runtime.sleep(statusPauseMs, stop);
    }
  }

  async close(): Promise<void> {
    if (this.#isOwn) {
      const command = new DeregisterStreamConsumerCommand({ ConsumerARN: this.#consumerArn });
      await answered((options) => this.client.send(command, options));
    }
  }

  /** The events of a subscription, which ends after five minutes; the next one goes on after it. */
  protected async *parts(
    shardId: string,
    from: StartingPosition,
    stop: AbortSignal,
  ): AsyncGenerator<PlacedPart> {
    const command = new SubscribeToShardCommand({
      ConsumerARN: this.#consumerArn,
      ShardId: shardId,
      StartingPosition: from,
    });
    const idle = new AbortController();
    const abortSignal = AbortSignal.any([stop, idle.signal]);
    try {
      const { EventStream } = await answered(
        () => this.client.send(command, { abortSignal }),
        stop,
      );
      const events = EventStream?.[Symbol.asyncIterator]();
      for (;;) {
        const next = await answered(
          () => Promise.resolve(events?.next() ?? { done: true as const, value: undefined }),
          stop,
        );
        if (next.done) return;
        const event = next.value.SubscribeToShardEvent;
        if (event === undefined) continue;
        const place = event.ContinuationSequenceNumber;
        yield {
          records: storedRecords(event.Records),
          lagMs: event.MillisBehindLatest ?? 0,
          children: place === undefined ? childShards(event.ChildShards) : undefined,
          place,
        };
      }
    } finally {
      // Without this a subscription that came to a halt would stay open.
      idle.abort();
    }
  }
}
