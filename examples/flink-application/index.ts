import path from "node:path";
import { EventStream } from "../../infra/stream/event-stream";
import { FlinkApplication } from "../../infra/flink/application";
import { PrivateBucket } from "../../infra/core/private-bucket";

/** The job, reading a stream of this program and writing to a domain of another. */
export function example(): Record<string, unknown> {
  const region = "us-east-1";
  const trips = new EventStream("trips", {
    mode: "PROVISIONED",
    shardCount: 2,
    retentionHours: 24,
  });
  const code = new PrivateBucket("code", {});
  const analytics = new FlinkApplication("analytics", {
    jarPath: path.join(__dirname, "../../tests/infra/fixtures/job.jar"),
    codeBucketName: code.bucketName,
    codeBucketArn: code.arn,
    runtimeProperties: {
      job: { workload: "taxi" },
      source: { streamName: trips.name, region },
      search: { endpoint: "https://search.example.com", region },
    },
    parallelism: 2,
    parallelismPerKpu: 1,
    checkpointIntervalSeconds: 60,
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    statements: trips.readStatements(),
    logRetentionDays: 30,
  });
  return { applicationName: analytics.name };
}
