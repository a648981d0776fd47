import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import type {
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamRecord,
  KinesisStreamStateResponse,
  KinesisStreamTumblingWindowEvent,
} from "aws-lambda";

/** Records of a request at most: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
const MOST_RECORDS = 500;
const firehose = new FirehoseClient({});

/**
 * Counts the records of a batch, or of a tumbling window, and puts each event with its time of arrival into the delivery
 * stream, where there is one. The answer names the first record that is no JSON or was not taken.
 */
export async function handler(
  event: KinesisStreamEvent | KinesisStreamTumblingWindowEvent,
): Promise<KinesisStreamBatchResponse | KinesisStreamStateResponse> {
  const converted = event.Records.map(convert);
  const bad = converted.indexOf(undefined);
  const good = bad === -1 ? converted.length : bad;
  let done = 0;
  while (done < good) {
    const count = Math.min(MOST_RECORDS, good - done);
    const taken = await put(converted.slice(done, done + count) as string[]);
    done += taken;
    if (taken < count) break;
  }
  const failed = event.Records[done];
  const batchItemFailures = failed ? [{ itemIdentifier: failed.kinesis.sequenceNumber }] : [];
  if (!("window" in event)) {
    console.log({ records: done });
    return { batchItemFailures };
  }
  const state = { records: Number(event.state?.["records"] ?? 0) + done };
  if (event.isFinalInvokeForWindow) console.log({ window: event.window, ...state });
  return { state, batchItemFailures };
}

/** An event as a line of the delivery stream; undefined for what is no JSON object. */
function convert({ kinesis }: KinesisStreamRecord): string | undefined {
  try {
    const event: unknown = JSON.parse(Buffer.from(kinesis.data, "base64").toString("utf8"));
    if (typeof event !== "object" || event === null) return undefined;
    const arrival = new Date(kinesis.approximateArrivalTimestamp * 1000).toISOString();
    return JSON.stringify({ ...event, arrival });
  } catch {
    return undefined;
  }
}

/** @returns number of records before the first that was not taken */
async function put(lines: readonly string[]): Promise<number> {
  const { DELIVERY_STREAM } = process.env;
  if (DELIVERY_STREAM === undefined) return lines.length;
  const { RequestResponses = [] } = await firehose.send(
    new PutRecordBatchCommand({
      DeliveryStreamName: DELIVERY_STREAM,
      Records: lines.map((line) => ({ Data: Buffer.from(line) })),
    }),
  );
  const failed = RequestResponses.findIndex(({ ErrorCode }) => ErrorCode !== undefined);
  return failed === -1 ? lines.length : failed;
}
