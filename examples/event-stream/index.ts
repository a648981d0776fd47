import { EventStream } from "../../infra/stream/event-stream";
import { ServiceRole } from "../../infra/core/iam";

/** A stream that AWS scales, with a reader that has a throughput of its own. */
export function example(): Record<string, unknown> {
  const events = new EventStream("events", {
    mode: "ON_DEMAND",
    retentionHours: 48,
    fanOutConsumers: ["audit"],
  });
  new ServiceRole("audit", {
    service: "lambda.amazonaws.com",
    statements: [...events.readStatements(), ...events.fanOutStatements()],
  });
  return { streamName: events.name };
}
