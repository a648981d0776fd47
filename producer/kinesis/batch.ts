import type { OutgoingRecord } from "../events/record";

/** An amount of records and their bytes, partition keys included. */
export interface Load {
  readonly records: number;
  readonly bytes: number;
}

/**
 * What one PutRecords request may hold.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
export const requestLimits: Load = { records: 500, bytes: 5 * 1024 * 1024 };

/**
 * Chooses the next records to send from the waiting records of a shard: the oldest ones within the
 * limits. The service does not promise an order within a request and may refuse any of its records,
 * therefore only one record of a partition key is chosen.
 *
 * @param waiting - by event time, the oldest first
 * @param latest - event time up to which records may be sent; milliseconds since the epoch
 */
export function selectBatch(
  waiting: readonly OutgoingRecord[],
  limit: Load,
  latest: number,
): OutgoingRecord[] {
  const chosen: OutgoingRecord[] = [];
  const keys = new Set<string>();
  let bytes = 0;
  for (const record of waiting) {
    if (record.eventTime > latest || chosen.length >= limit.records) {
      break;
    }
    if (keys.has(record.partitionKey)) {
      continue;
    }
    bytes += record.bytes;
    if (bytes > limit.bytes && chosen.length > 0) {
      break;
    }
    keys.add(record.partitionKey);
    chosen.push(record);
  }
  return chosen;
}

export function loadOf(records: readonly OutgoingRecord[]): Load {
  return {
    records: records.length,
    bytes: records.reduce((bytes, record) => bytes + record.bytes, 0),
  };
}
