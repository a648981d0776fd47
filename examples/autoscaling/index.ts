import { Autoscaling } from "../../infra/scaling/autoscaling";
import { EventStream } from "../../infra/stream/event-stream";

/** A stream that grows and shrinks with its load between one and sixteen shards, and is ready before the morning. */
export function example() {
  const orders = new EventStream("orders", {
    mode: "PROVISIONED",
    shardCount: 2,
    scaledElsewhere: true,
    retentionHours: 24,
  });
  const schedule = "cron(30 5 ? * MON-FRI *)";
  new Autoscaling("scaling", {
    stream: {
      name: orders.name,
      arn: orders.arn,
      min: 1,
      max: 16,
      byLoad: true,
      schedules: [{ name: "morning", schedule, timezone: "America/New_York", min: 4, max: 16 }],
    },
    sourceStreamName: orders.name,
    logRetentionDays: 30,
  });
  return { streamName: orders.name };
}
