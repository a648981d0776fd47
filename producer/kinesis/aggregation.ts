import { createHash } from "node:crypto";
import { type OutgoingRecord, outgoingRecord } from "../events/record";

/** Data of an aggregate: large enough to save requests, small enough to share a shard's second. */
export const aggregateBytes = 256 * 1024;

/** What begins a record that the Kinesis Producer Library made of others. */
const magic = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const digestBytes = 16;
/** Tags, lengths and an index, at most. */
const overheadBytes = 24;

/** Numbers and wire types of the fields of the messages AggregatedRecord and Record. */
const partitionKeyTable = 0x0a;
const recordMessage = 0x1a;
const partitionKeyIndex = 0x08;
const recordData = 0x1a;

/** Chooses the oldest waiting records, up to the event time `latest`, that fit into one; their order is kept. */
export function selectAggregate(
  waiting: readonly OutgoingRecord[],
  limitBytes: number,
  latest: number,
): OutgoingRecord[] {
  let bytes = magic.length + digestBytes;
  const end = waiting.findIndex((record, index) => {
    bytes += record.bytes + overheadBytes;
    return record.eventTime > latest || (bytes > limitBytes && index > 0);
  });
  return waiting.slice(0, end < 0 ? undefined : end);
}

/**
 * Makes one record of several of a shard: a protocol buffer between magic bytes and its MD5. One alone stays as it is.
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
export function aggregated(records: readonly OutgoingRecord[]): OutgoingRecord {
  const [first] = records;
  if (first === undefined) {
    throw new RangeError("There are no records to make one of");
  }
  if (records.length === 1) {
    return first;
  }
  const indexes = new Map<string, number>();
  for (const { partitionKey } of records) {
    if (!indexes.has(partitionKey)) {
      indexes.set(partitionKey, indexes.size);
    }
  }
  const message = new MessageWriter(
    records.reduce((sum, { bytes }) => sum + bytes + overheadBytes, magic.length + digestBytes),
  );
  for (const key of indexes.keys()) {
    message.bytes(partitionKeyTable, Buffer.from(key));
  }
  for (const { partitionKey, data } of records) {
    const index = indexes.get(partitionKey) ?? 0;
    const length = 2 + varintLength(index) + varintLength(data.length) + data.length;
    message.number(recordMessage, length);
    message.number(partitionKeyIndex, index);
    message.bytes(recordData, data);
  }
  const data = message.finished();
  return outgoingRecord(first.position, first.eventTime, first.partitionKey, data);
}

/** Writes fields into memory that is taken once: taking some for each field would cost more than all else. */
class MessageWriter {
  readonly #buffer: Buffer;
  #end: number;

  /** @param capacity - for the message, what goes before it and what after it */
  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(capacity);
    this.#end = magic.copy(this.#buffer);
  }

  /** A number, or the length of the fields that follow. */
  number(tag: number, value: number): void {
    this.#end = this.#buffer.writeUInt8(tag, this.#end);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) {
      this.#end = this.#buffer.writeUInt8((rest & 0x7f) | 0x80, this.#end);
    }
    this.#end = this.#buffer.writeUInt8(rest, this.#end);
  }

  bytes(tag: number, content: Uint8Array): void {
    this.number(tag, content.length);
    this.#buffer.set(content, this.#end);
    this.#end += content.length;
  }

  finished(): Buffer {
    const message = this.#buffer.subarray(magic.length, this.#end);
    const digest = createHash("md5").update(message).digest();
    return this.#buffer.subarray(0, this.#end + digest.copy(this.#buffer, this.#end));
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) {
    length += 1;
  }
  return length;
}

/** A record that was put into a stream, alone or in an aggregate. */
export interface UserRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/**
 * The records of which a record was made; itself when it was made of none.
 */
export function deaggregated(record: UserRecord): readonly UserRecord[] {
  const { data } = record;
  const content = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const message = content.subarray(magic.length, -digestBytes);
  if (
    content.length < magic.length + digestBytes ||
    !content.subarray(0, magic.length).equals(magic) ||
    !createHash("md5").update(message).digest().equals(content.subarray(-digestBytes))
  ) {
    return [record];
  }
  const keys: string[] = [];
  const records: UserRecord[] = [];
  for (const [tag, value] of fields(message)) {
    if (tag === partitionKeyTable && typeof value !== "number") {
      keys.push(value.toString());
    } else if (tag === recordMessage && typeof value !== "number") {
      const parts = new Map(fields(value));
      const [index, body] = [parts.get(partitionKeyIndex), parts.get(recordData)];
      if (typeof index === "number" && body instanceof Buffer) {
        records.push({ partitionKey: keys[index] ?? "", data: body });
      }
    }
  }
  return records;
}

const varintType = 0;

/** The fields of a message whose values are numbers or bytes, by their tags. */
function* fields(message: Buffer): Generator<[tag: number, value: number | Buffer]> {
  let offset = 0;
  const next = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(offset);
      offset += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  while (offset < message.length) {
    const tag = next();
    const value = next();
    if ((tag & 7) === varintType) {
      yield [tag, value];
    } else {
      yield [tag, message.subarray(offset, offset + value)];
      offset += value;
    }
  }
}
