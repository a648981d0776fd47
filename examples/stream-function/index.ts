import path from "node:path";
import { DeliveryStream } from "../../infra/delivery/delivery-stream";
import { StreamFunction } from "../../infra/function/stream-function";
import { EventStream } from "../../infra/stream/event-stream";

/** A function that counts the orders of a stream by the minute and archives each with its time of arrival. */
export function example(): Record<string, unknown> {
  const events = new EventStream("orders", {
    mode: "ON_DEMAND",
    retentionHours: 24,
    fanOutConsumers: ["counter"],
  });
  const counted = new DeliveryStream("counted", {
    bufferMiB: 5,
    bufferSeconds: 60,
    logRetentionDays: 30,
  });
  const counter = new StreamFunction("counter", {
    entryPath: path.join(__dirname, "handler.ts"),
    source: {
      streamArn: events.arn,
      consumerArn: events.consumerArns["counter"],
      statements: [...events.readStatements(), ...events.fanOutStatements(["counter"])],
    },
    delivery: {
      name: counted.name,
      statements: counted.putStatements(["firehose:PutRecordBatch"]),
    },
    filters: ['{"data": {"kind": ["order"]}}'],
    windowSeconds: 60,
    expirationDays: 30,
    logRetentionDays: 30,
  });
  return { functionName: counter.name, failures: counter.failuresBucketName };
}
