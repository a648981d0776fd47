import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-kinesis";
import { backoffMs } from "../kinesis/backoff";
import { readTimeoutMs, withDeadline } from "../kinesis/deadline";
import { isRetryable } from "../kinesis/kinesis-error";
import {
  childShards,
  type ShardPart,
  type ShardStart,
  startingPosition,
  storedRecords,
  StreamReader,
} from "./shard-reader";

/** Pause between reads, of which a shard takes five per second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const busyPauseMs = 250;
const idlePauseMs = 1000;

/** Reads shards by asking again and again, which shares their throughput with other consumers. */
export class PollingReader extends StreamReader {
  async *read(shardId: string, start: ShardStart, stop: AbortSignal): AsyncGenerator<ShardPart> {
    let iterator: string | undefined;
    let from = start;
    let last: string | undefined;
    let failures = 0;
    const hasStopped = () => stop.aborted;
    while (!hasStopped()) {
      try {
        if (iterator === undefined) {
          const now = this.runtime.now();
          iterator = await this.#iterator(shardId, from, last, stop);
          // Later, the latest record could be one behind others that are unread.
          from = from === "latest" ? now : from;
        }
        const command = new GetRecordsCommand({ ShardIterator: iterator });
        const answer = await withDeadline(readTimeoutMs, stop, (signal) =>
          this.client.send(command, { abortSignal: signal }),
        );
        const records = storedRecords(answer.Records);
        const lagMs = answer.MillisBehindLatest ?? 0;
        failures = 0;
        last = records.at(-1)?.sequenceNumber ?? last;
        iterator = answer.NextShardIterator;
        const children = iterator === undefined ? childShards(answer.ChildShards) : undefined;
        yield { records, lagMs, children };
        if (children !== undefined) {
          return;
        }
        await this.runtime.sleep(lagMs > 0 ? busyPauseMs : idlePauseMs, stop);
      } catch (error) {
        if (hasStopped()) {
          return;
        }
        if (error instanceof ExpiredIteratorException) {
          iterator = undefined;
        } else if (!isRetryable(error)) {
          throw error;
        }
        failures += 1;
        await this.runtime.sleep(backoffMs(failures, this.runtime.random()), stop);
      }
    }
  }

  async #iterator(shardId: string, start: ShardStart, last: string | undefined, stop: AbortSignal) {
    const position = startingPosition(start, last);
    const command = new GetShardIteratorCommand({
      StreamName: this.stream,
      ShardId: shardId,
      ShardIteratorType: position.Type,
      StartingSequenceNumber: position.SequenceNumber,
      Timestamp: position.Timestamp,
    });
    const { ShardIterator } = await withDeadline(readTimeoutMs, stop, (signal) =>
      this.client.send(command, { abortSignal: signal }),
    );
    return ShardIterator;
  }
}
