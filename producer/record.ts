/**
 * Largest record: partition key and data together, in bytes. Streams can be configured for larger
 * ones, events are far smaller.
 * @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const maxRecordBytes = 1024 * 1024;

/** A record on its way into the stream. */
export interface OutgoingRecord {
  /** Place in the order of sending, counted from 0. */
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly eventTime: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** What the service counts against its limits: partition key and data. */
  readonly bytes: number;
}

/** The events of a replay, in the order in which they are to be sent: by event time. */
export interface RecordSource {
  readonly count: number;
  /** Milliseconds since the epoch; never falls from one position to the next. */
  eventTimeAt(position: number): number;
  recordAt(position: number): OutgoingRecord;
}

/** @throws RangeError when the record is larger than the service accepts */
export function outgoingRecord(
  position: number,
  eventTime: number,
  partitionKey: string,
  data: Uint8Array,
): OutgoingRecord {
  const bytes = data.byteLength + Buffer.byteLength(partitionKey);
  if (bytes > maxRecordBytes) {
    throw new RangeError(
      `Record ${position} has ${bytes} bytes; Kinesis takes at most ${maxRecordBytes}`,
    );
  }
  return { position, eventTime, partitionKey, data, bytes };
}
