import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-kinesis";
import { namedStream } from "../kinesis/target";
import {
  answered,
  childShards,
  type PlacedPart,
  type StartingPosition,
  storedRecords,
  StreamReader,
} from "./shard-reader";

/** Pause between reads, of which a shard takes five per second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const busyPauseMs = 250;
const idlePauseMs = 1000;

/** Reads shards by asking again and again, which shares their throughput with other consumers. */
export class PollingReader extends StreamReader {
  /** Where the next read of each shard begins; one that fails keeps its place. */
  readonly #iterators = new Map<string, string | undefined>();

  protected async *parts(
    shardId: string,
    from: StartingPosition,
    stop: AbortSignal,
  ): AsyncGenerator<PlacedPart> {
    for (;;) {
      const iterator = this.#iterators.get(shardId) ?? (await this.#iterator(shardId, from, stop));
      this.#iterators.set(shardId, iterator);
      const command = new GetRecordsCommand({
        ShardIterator: iterator,
        ...(this.stream.startsWith("arn:") && { StreamARN: this.stream }),
      });
      const answer = await answered((options) => this.client.send(command, options), stop).catch(
        (error: unknown) => {
          if (error instanceof ExpiredIteratorException) this.#iterators.delete(shardId);
          throw error;
        },
      );
      const { NextShardIterator: next, MillisBehindLatest: lagMs = 0 } = answer;
      this.#iterators.set(shardId, next);
      const records = storedRecords(answer.Records);
      const children = next === undefined ? childShards(answer.ChildShards) : undefined;
      yield { records, lagMs, children, place: records.at(-1)?.sequenceNumber };
      await this.runtime.sleep(lagMs > 0 ? busyPauseMs : idlePauseMs, stop);
    }
  }

  async #iterator(shardId: string, from: StartingPosition, stop: AbortSignal) {
    const command = new GetShardIteratorCommand({
      ...namedStream(this.stream),
      ShardId: shardId,
      ShardIteratorType: from.Type,
      StartingSequenceNumber: from.SequenceNumber,
      Timestamp: from.Timestamp,
    });
    const answer = await answered((options) => this.client.send(command, options), stop);
    return answer.ShardIterator;
  }
}
