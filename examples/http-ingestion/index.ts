import { ServiceRole } from "../../infra/core/iam";
import { HttpIngestion } from "../../infra/ingestion/http-ingestion";
import { EventStream } from "../../infra/stream/event-stream";

/** An HTTP API that puts page views into a stream, for a service that signs its requests. */
export function example(): Record<string, unknown> {
  const views = new EventStream("views", {
    mode: "PROVISIONED",
    shardCount: 2,
    retentionHours: 24,
  });
  const ingestion = new HttpIngestion("ingestion", {
    streamName: views.name,
    streamArn: views.arn,
    eventSchema: {
      type: "object",
      required: ["page", "viewedAt"],
      properties: {
        page: { type: "string", minLength: 1, maxLength: 256 },
        viewedAt: { type: "string", format: "date-time" },
      },
    },
    partitionKey: { field: "page" },
    requestsPerSecond: 100,
    logRetentionDays: 30,
  });
  new ServiceRole("shop", {
    service: "lambda.amazonaws.com",
    statements: ingestion.sendStatements(),
  });
  return { url: ingestion.url };
}
