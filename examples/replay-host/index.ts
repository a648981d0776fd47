import path from "node:path";
import { EventStream } from "../../infra/stream/event-stream";
import { PrivateBucket } from "../../infra/core/private-bucket";
import { ReplayHost } from "../../infra/replay/host";

/** A host that replays a month of trips as soon as it is there. */
export function example(): Record<string, unknown> {
  const trips = new EventStream("trips", { mode: "ON_DEMAND", retentionHours: 24 });
  const code = new PrivateBucket("code", {});
  const host = new ReplayHost("replay", {
    producerPath: path.join(__dirname, "../../tests/infra/fixtures/producer.ts"),
    streamName: trips.name,
    statements: trips.writeStatements(),
    instanceType: "t4g.small",
    start: { input: "s3://trips/2019-03/", speedup: 60 },
    codeBucketName: code.bucketName,
    codeBucketArn: code.arn,
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0"],
    logRetentionDays: 30,
  });
  return { sessionManagerUrl: host.sessionManagerUrl };
}
