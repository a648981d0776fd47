import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  type ListShardsInput,
  type ListShardsOutput,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { clientSettings } from "../../cli/aws";
import type { OutgoingRecord } from "../events/record";
import { withDeadline } from "./deadline";
import { MalformedAnswerError } from "./kinesis-error";
import type { PutResult, Shard, Stream } from "./stream";
import { namedStream } from "./target";

/** From sending a request to the last byte of its answer; 5 MiB take that long at 2.8 Mbit/s. */
const answerTimeoutMs = 15_000;

const writableStatuses = ["ACTIVE", "UPDATING"];

export interface StreamState {
  readonly arn: string;
  /** When it was created; another stream of the same name has another time. */
  readonly created: string;
  readonly status: string;
  readonly isWritable: boolean;
}

/** A stream of the Kinesis service, or of a server that the AWS endpoint variables name. */
export class KinesisStream implements Stream {
  readonly #client: KinesisClient;
  readonly #name: string;
  readonly #answerTimeoutMs: number;
  readonly #closed = new AbortController();

  /** @param name Name of a stream, or its ARN, by which other accounts find it. */
  constructor(name: string, region: string, timeoutMs: number = answerTimeoutMs) {
    this.#name = name;
    this.#answerTimeoutMs = timeoutMs;
    this.#client = new KinesisClient({
      region,
      // The caller repeats requests, record by record; a second layer of attempts would break its order.
      maxAttempts: 1,
      ...clientSettings(),
    });
  }

  async describe(): Promise<StreamState> {
    const command = new DescribeStreamSummaryCommand(namedStream(this.#name));
    const { StreamDescriptionSummary: summary } = await this.#send((signal) =>
      this.#client.send(command, { abortSignal: signal }),
    );
    if (summary === undefined) {
      throw new MalformedAnswerError("DescribeStreamSummary answered without a description");
    }
    const status = summary.StreamStatus ?? "unknown";
    return {
      arn: summary.StreamARN ?? this.#name,
      created: summary.StreamCreationTimestamp?.toISOString() ?? "unknown",
      status,
      isWritable: writableStatuses.includes(status),
    };
  }

  async openShards(): Promise<Shard[]> {
    const shards: Shard[] = [];
    const listed = listedShards(namedStream(this.#name), (command) =>
      this.#send((signal) => this.#client.send(command, { abortSignal: signal })),
    );
    for await (const { ShardId, HashKeyRange, SequenceNumberRange } of listed) {
      if (ShardId && HashKeyRange && !SequenceNumberRange?.EndingSequenceNumber) {
        shards.push({
          id: ShardId,
          firstHash: BigInt(HashKeyRange.StartingHashKey ?? 0),
          lastHash: BigInt(HashKeyRange.EndingHashKey ?? 0),
        });
      }
    }
    return shards;
  }

  async putRecords(records: readonly OutgoingRecord[]): Promise<PutResult[]> {
    const command = new PutRecordsCommand({
      ...namedStream(this.#name),
      Records: records.map(({ partitionKey, data }) => ({
        PartitionKey: partitionKey,
        Data: data,
      })),
    });
    const { Records: results = [] } = await this.#send((signal) =>
      this.#client.send(command, { abortSignal: signal }),
    );
    if (
      results.length !== records.length ||
      results.some(({ ShardId, ErrorCode }) => ShardId === undefined && ErrorCode === undefined)
    ) {
      throw new MalformedAnswerError("PutRecords did not answer for every record");
    }
    return results.map(({ ShardId, ErrorCode, ErrorMessage }) =>
      ErrorCode === undefined
        ? { shardId: ShardId ?? "" }
        : { errorCode: ErrorCode, message: ErrorMessage },
    );
  }

  close(): void {
    this.#closed.abort();
    this.#client.destroy();
  }

  #send<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.#answerTimeoutMs, this.#closed.signal, call);
  }
}

/** The shards of all pages of a list. */
export async function* listedShards(
  request: ListShardsInput,
  send: (command: ListShardsCommand) => Promise<ListShardsOutput>,
) {
  let page: ListShardsOutput | undefined;
  do {
    const { NextToken } = page ?? {};
    page = await send(new ListShardsCommand(NextToken === undefined ? request : { NextToken }));
    yield* page.Shards ?? [];
  } while (page.NextToken !== undefined);
}
