import { setTimeout as delay } from "node:timers/promises";
import type { Kinesis } from "@aws-sdk/client-kinesis";
import { LiveStream } from "../../local/services/kinesis/live-stream";
import type { TripRecord } from "./trips";

/** Shards of a stream: two for each subtask that reads. */
export const SHARDS = 4;
/** What one request may hold: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const BATCH = 500;
const TICK_MILLISECONDS = 50;
const REQUESTS_AT_ONCE = 8;

export type BenchStream = Awaited<ReturnType<typeof openStream>>;

/** Creates a stream. */
export async function openStream(client: Kinesis, name: string) {
  const stream = new LiveStream(client, name);
  await stream.create({ shards: SHARDS });
  let taken = 0;

  /** One request. @throws Error when the service does not take a record */
  async function put(records: readonly TripRecord[]): Promise<void> {
    const Records = records.map(({ partitionKey, data }) => ({
      PartitionKey: partitionKey,
      Data: data,
    }));
    const { FailedRecordCount = 0 } = await client.putRecords({ StreamName: name, Records });
    if (FailedRecordCount > 0) {
      throw new Error(`${name} does not take ${FailedRecordCount} of ${records.length} records`);
    }
    taken += records.length;
  }

  return {
    name,
    taken: () => taken,
    delete: () => stream.delete(),
    put,

    /** Puts records in their order, one request after the other. @returns their bytes without the partition keys */
    async fill(records: Iterable<TripRecord>): Promise<number> {
      let bytes = 0;
      let batch: TripRecord[] = [];
      for (const record of records) {
        bytes += record.data.byteLength;
        batch.push(record);
        if (batch.length < BATCH) continue;
        await put(batch);
        batch = [];
      }
      if (batch.length > 0) await put(batch);
      return bytes;
    },

    async putSteadily(
      perSecond: number,
      record: (number: number) => TripRecord,
      signal: AbortSignal,
    ): Promise<void> {
      const begun = performance.now();
      // Smaller requests would take the processors from the job that is measured.
      const least = Math.min(BATCH, Math.ceil((perSecond * TICK_MILLISECONDS) / 1000));
      let next = 0;
      const putDue = async (): Promise<void> => {
        while (!signal.aborted) {
          const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
          const size = Math.min(BATCH, due - next);
          if (size >= least) {
            const first = next;
            next += size;
            await put(Array.from({ length: size }, (_, index) => record(first + index)));
          } else {
            await delay(TICK_MILLISECONDS);
          }
        }
      };
      await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, putDue));
    },
  };
}
