import path from "node:path";
import { EventStream } from "../../infra/stream/event-stream";
import { FlinkApplication } from "../../infra/flink/application";
import { PrivateBucket } from "../../infra/core/private-bucket";

/** A job written the way of AWS's examples, with property groups of its own, reading a stream of this program. */
export function example(): Record<string, unknown> {
  const orders = new EventStream("orders", {
    mode: "PROVISIONED",
    shardCount: 2,
    retentionHours: 24,
  });
  const code = new PrivateBucket("code", {});
  const totals = new FlinkApplication("totals", {
    code: { path: path.join(__dirname, "../../tests/infra/fixtures/job.jar") },
    codeBucketName: code.bucketName,
    codeBucketArn: code.arn,
    propertyGroups: {
      InputStream0: { "stream.arn": orders.arn, "source.init.position": "LATEST" },
      Totals: { "window.seconds": "60" },
    },
    parallelism: 2,
    parallelismPerKpu: 1,
    checkpointIntervalSeconds: 60,
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    statements: orders.readStatements(),
    logRetentionDays: 30,
  });
  return { applicationName: totals.name };
}
