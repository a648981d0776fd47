import type { OutgoingRecord } from "../events/record";

export interface Load {
  readonly records: number;
  readonly bytes: number;
}

/** What one PutRecords request may hold: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const requestLimits: Load = { records: 500, bytes: 5 * 1024 * 1024 };

/**
 * Chooses the oldest waiting records up to the event time `latest`, one per partition key.
 * The service may refuse any record of a request and promises no order within it.
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
    keys.add(record.partitionKey);
    if (keys.size === chosen.length) {
      continue;
    }
    bytes += record.bytes;
    if (bytes > limit.bytes && chosen.length > 0) {
      break;
    }
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
