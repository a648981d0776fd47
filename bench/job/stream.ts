import { setTimeout as delay } from "node:timers/promises";
import { type Kinesis, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { LiveStream } from "../../local/services/kinesis/live-stream";
import type { TripRecord } from "./trips";

/** Shards of a stream: two for each subtask that reads. */
export const SHARDS = 4;
/** What one request may hold: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const BATCH = 500;
const TICK_MILLISECONDS = 50;
const REQUESTS_AT_ONCE = 8;

export class BenchStream {
  readonly name: string;
  readonly #client: Kinesis;
  #taken = 0;

  private constructor(client: Kinesis, name: string) {
    this.#client = client;
    this.name = name;
  }

  static async create(client: Kinesis, name: string): Promise<BenchStream> {
    await new LiveStream(client, name).create({ shards: SHARDS });
    return new BenchStream(client, name);
  }

  get taken(): number {
    return this.#taken;
  }

  async delete(): Promise<void> {
    await new LiveStream(this.#client, this.name).delete();
  }

  /** Puts records in their order, one request after the other. @returns their bytes without the partition keys */
  async fill(records: Iterable<TripRecord>): Promise<number> {
    let bytes = 0;
    let batch: TripRecord[] = [];
    for (const record of records) {
      bytes += record.data.byteLength;
      batch.push(record);
      if (batch.length < BATCH) continue;
      await this.put(batch);
      batch = [];
    }
    if (batch.length > 0) await this.put(batch);
    return bytes;
  }

  async putSteadily(
    perSecond: number,
    record: (number: number) => TripRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const begun = performance.now();
    let put = 0;
    const putDue = async (): Promise<void> => {
      while (!signal.aborted) {
        const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
        const size = Math.min(BATCH, due - put);
        if (size > 0) {
          const first = put;
          put += size;
          await this.put(Array.from({ length: size }, (_, index) => record(first + index)));
        } else {
          await delay(TICK_MILLISECONDS);
        }
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, putDue));
  }

  /** One request. @throws Error when the service does not take a record */
  async put(records: readonly TripRecord[]): Promise<void> {
    const { FailedRecordCount = 0 } = await this.#client.send(
      new PutRecordsCommand({
        StreamName: this.name,
        Records: records.map(({ partitionKey, data }) => ({
          PartitionKey: partitionKey,
          Data: data,
        })),
      }),
    );
    if (FailedRecordCount > 0) {
      throw new Error(
        `${this.name} does not take ${FailedRecordCount} of ${records.length} records`,
      );
    }
    this.#taken += records.length;
  }
}
