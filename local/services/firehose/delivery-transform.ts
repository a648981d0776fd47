import { randomUUID } from "node:crypto";
import type { ShardRecord } from "../kinesis/shard-reader";
import { FunctionError } from "../lambda/function-process";

interface TransformOptions {
  readonly retries: number;
  readonly deliveryStreamArn: string;
  readonly region: string;
  /** Invokes the function: JSON text in, JSON text out. */
  readonly invoke: (payload: string) => Promise<string>;
}

export type Outcome =
  | {
      readonly result: "Ok";
      readonly data: Uint8Array;
      readonly partitionKeys: Readonly<Record<string, string>>;
    }
  | { readonly result: "Dropped" }
  | {
      readonly result: "ProcessingFailed";
      readonly errorCode: string;
      readonly errorMessage: string;
      readonly attempts: number;
    };

interface Answer {
  readonly recordId?: unknown;
  readonly result?: unknown;
  readonly data?: unknown;
  readonly metadata?: { readonly partitionKeys?: Readonly<Record<string, string>> };
}

/** @returns outcomes in the records' order @throws Error without the function; its failures fail the records */
export type DeliveryTransform = (records: readonly ShardRecord[]) => Promise<readonly Outcome[]>;

/** A transform by Lambda: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export function deliveryTransform(options: TransformOptions): DeliveryTransform {
  const { retries, deliveryStreamArn, region, invoke } = options;
  return async (records) => {
    const payload = JSON.stringify({
      invocationId: randomUUID(),
      deliveryStreamArn,
      region,
      records: records.map((record) => ({
        recordId: idOf(record),
        approximateArrivalTimestamp: record.arrival.getTime(),
        data: Buffer.from(record.data).toString("base64"),
        kinesisRecordMetadata: {
          shardId: record.shardId,
          sequenceNumber: record.sequenceNumber,
          approximateArrivalTimestamp: record.arrival.getTime(),
        },
      })),
    });
    for (let attempts = 1; ; attempts += 1) {
      try {
        return outcomes(records, await invoke(payload), attempts);
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error;
        if (attempts > retries) {
          return records.map(() => failed("Lambda.FunctionError", error.message, attempts));
        }
      }
    }
  };
}

function idOf({ shardId, sequenceNumber }: ShardRecord): string {
  return `${shardId}:${sequenceNumber}`;
}

function outcomes(
  records: readonly ShardRecord[],
  response: string,
  attempts: number,
): readonly Outcome[] {
  const { records: answers } = (JSON.parse(response) ?? {}) as { records?: readonly Answer[] };
  const byId = new Map((answers ?? []).map((answer) => [answer.recordId, answer]));
  return records.map((record) => {
    const answer = byId.get(idOf(record));
    if (answer === undefined) {
      return failed("Lambda.MissingRecordId", "The response lacks the id of this record", attempts);
    }
    const { result, data, metadata } = answer;
    if (result === "Dropped") return { result };
    if (result === "ProcessingFailed") {
      const errorMessage = "ProcessingFailed status set for record";
      return failed("Lambda.ProcessingFailedStatus", errorMessage, attempts);
    }
    if (result !== "Ok") {
      return failed("Lambda.InvalidResult", `The result is ${JSON.stringify(result)}`, attempts);
    }
    if (typeof data !== "string") {
      return failed("Lambda.InvalidData", "The response has no data for this record", attempts);
    }
    const partitionKeys = metadata?.partitionKeys ?? {};
    return { result, data: Buffer.from(data, "base64"), partitionKeys };
  });
}

function failed(errorCode: string, errorMessage: string, attempts: number): Outcome {
  return { result: "ProcessingFailed", errorCode, errorMessage, attempts };
}
