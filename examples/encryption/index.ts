import { EncryptionKey } from "../../infra/core/encryption-key";
import { EventStream } from "../../infra/stream/event-stream";

/** One key for a stream and its log groups. */
export function example(): Record<string, unknown> {
  const key = new EncryptionKey("key", { description: "Orders" });
  const orders = new EventStream("orders", {
    mode: "PROVISIONED",
    shardCount: 4,
    retentionHours: 168,
    kmsKeyArn: key.arn,
  });
  return { keyAlias: key.aliasName, streamArn: orders.arn };
}
