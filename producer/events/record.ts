/** An event of a source, before it has a place in the order of sending. */
export interface SourceEvent {
  readonly eventTime: number;
  readonly partitionKey: string;
  /** The event as the stream carries it: one JSON object, UTF-8. */
  readonly data: Uint8Array;
}

/** Events in the order of their event times. */
export interface EventSource {
  /** Undefined where that is not known before the last one. */
  readonly count: number | undefined;
  /** All events from the first one on; every call gives the same ones. */
  events(): Iterable<SourceEvent>;
}

/** A record on its way into the stream. */
export interface OutgoingRecord extends SourceEvent {
  /** Place in the order of sending, counted from 0. */
  readonly position: number;
  /** What the service counts against its limits: partition key and data. */
  readonly bytes: number;
}

/** The records of a replay, in the order in which they are to be sent: by event time. */
export interface RecordSource {
  /** Undefined where that is not known before the last one, or where there is no last one. */
  readonly count: number | undefined;
  records(from: number): Iterable<OutgoingRecord>;
}

/** Records that come later, in the order in which they come. */
export interface LiveRecordSource {
  readonly count: undefined;
  records(from: number, stop: AbortSignal): AsyncIterable<OutgoingRecord>;
}

export function outgoingRecord(
  position: number,
  eventTime: number,
  partitionKey: string,
  data: Uint8Array,
): OutgoingRecord {
  const bytes = data.byteLength + Buffer.byteLength(partitionKey);
  return { position, eventTime, partitionKey, data, bytes };
}
