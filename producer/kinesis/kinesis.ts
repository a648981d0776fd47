import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { OutgoingRecord } from "../events/record";
import type { PutResult, Shard, Stream } from "./stream";

const connectionTimeoutMs = 3000;
/** As the Kinesis Producer Library: a request without an answer for so long is repeated. */
const requestTimeoutMs = 6000;
/** One request is under way for each shard; more shards than that share connections. */
const maxSockets = 500;

/** Statuses in which a stream takes records. */
const writableStatuses = ["ACTIVE", "UPDATING"];

/** A stream of the Kinesis service, or of a server that the AWS endpoint variables name. */
export class KinesisStream implements Stream {
  readonly #client: KinesisClient;
  readonly #name: string;

  constructor(name: string, region: string) {
    this.#name = name;
    const agentOptions = { keepAlive: true, maxSockets };
    this.#client = new KinesisClient({
      region,
      // The caller repeats requests, record by record; a second layer of attempts would break its order.
      maxAttempts: 1,
      // The SDK's own choice for Kinesis is HTTP/2, which plain http:// endpoints do not speak.
      requestHandler: new NodeHttpHandler({
        connectionTimeout: connectionTimeoutMs,
        requestTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
        httpAgent: new HttpAgent(agentOptions),
        httpsAgent: new HttpsAgent(agentOptions),
      }),
    });
  }

  /** @returns the stream's status when it takes no records now, otherwise undefined */
  async unwritableStatus(): Promise<string | undefined> {
    const { StreamDescriptionSummary: summary } = await this.#client.send(
      new DescribeStreamSummaryCommand({ StreamName: this.#name }),
    );
    const status = summary?.StreamStatus ?? "unknown";
    return writableStatuses.includes(status) ? undefined : status;
  }

  async openShards(): Promise<Shard[]> {
    const shards: Shard[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new ListShardsCommand(
          nextToken === undefined ? { StreamName: this.#name } : { NextToken: nextToken },
        ),
      );
      for (const { ShardId, HashKeyRange, SequenceNumberRange } of page.Shards ?? []) {
        if (ShardId && HashKeyRange && !SequenceNumberRange?.EndingSequenceNumber) {
          shards.push({
            id: ShardId,
            firstHash: BigInt(HashKeyRange.StartingHashKey ?? 0),
            lastHash: BigInt(HashKeyRange.EndingHashKey ?? 0),
          });
        }
      }
      nextToken = page.NextToken;
    } while (nextToken !== undefined);
    return shards;
  }

  async putRecords(records: readonly OutgoingRecord[]): Promise<PutResult[]> {
    const { Records: results } = await this.#client.send(
      new PutRecordsCommand({
        StreamName: this.#name,
        Records: records.map(({ partitionKey, data }) => ({
          PartitionKey: partitionKey,
          Data: data,
        })),
      }),
    );
    return (results ?? []).map(({ ShardId, ErrorCode }) =>
      ErrorCode === undefined && ShardId !== undefined
        ? { shardId: ShardId }
        : { errorCode: ErrorCode ?? "MissingShardId" },
    );
  }

  close(): void {
    this.#client.destroy();
  }
}
