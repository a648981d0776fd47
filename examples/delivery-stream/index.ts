import path from "node:path";
import { DeliveryEndpoint } from "../../infra/delivery/endpoint";
import { DeliveryStream } from "../../infra/delivery/delivery-stream";
import { EventStream } from "../../infra/stream/event-stream";

/** Two archives: of a Kinesis stream, as Parquet by day and kind; and of what is put from inside a VPC, as JSON lines. */
export function example() {
  const orders = new EventStream("orders", {
    mode: "PROVISIONED",
    shardCount: 1,
    retentionHours: 24,
  });
  const archive = new DeliveryStream("archive", {
    source: { streamArn: orders.arn, statements: orders.readStatements() },
    transform: { entryPath: path.join(__dirname, "../../tests/infra/fixtures/greeting.ts") },
    partitions: [{ name: "day" }, { name: "kind", query: ".kind" }],
    table: {
      databaseName: "shop",
      tableName: "orders",
      description: "Orders",
      schema: { properties: { id: { type: "string" }, price: { type: "number" } } },
      partitions: [
        { name: "day", values: { since: "2026-01-01" } },
        { name: "kind", values: ["online", "shop"] },
      ],
    },
    bufferMiB: 128,
    bufferSeconds: 300,
    expirationDays: 365,
    logRetentionDays: 30,
  });

  const clicks = new DeliveryStream("clicks", {
    bufferMiB: 5,
    bufferSeconds: 60,
    logRetentionDays: 30,
  });
  const endpoint = new DeliveryEndpoint("firehose", {
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0"],
    clientSecurityGroupIds: ["sg-0123456789abcdef0"],
    deliveryStreamArns: [clicks.arn],
  });
  return { bucketName: archive.bucketName, endpointId: endpoint.id };
}
