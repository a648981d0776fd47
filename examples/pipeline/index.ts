import path from "node:path";
import { loadWorkload } from "../../infra/contracts/workload";
import type { StackConfig } from "../../infra/pipeline/config";
import { Pipeline } from "../../infra/pipeline/pipeline";

const sizes: StackConfig = {
  name: "trades-dev",
  protectData: false,
  logRetentionDays: 7,
  encryption: { encryptAtRest: true, customerManagedKey: true },
  network: {
    existing: {
      vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    },
  },
  stream: {
    mode: "ON_DEMAND",
    shardCount: undefined,
    retentionHours: 24,
    maxRecordSizeKiB: 1024,
    warmThroughputMiBps: undefined,
    fanOut: true,
  },
  job: {
    workload: loadWorkload(path.join(__dirname, "../../workloads/trades")),
    configured: {
      sourceInitialPosition: "LATEST",
      outOfOrdernessSeconds: "60",
      tradesWindowSeconds: "60",
    },
    archived: false,
    maxDisorderSeconds: 60,
  },
  flink: {
    runtime: "FLINK-1_20",
    parallelism: 2,
    parallelismPerKpu: 1,
    kpuLimit: 64,
    checkpointIntervalSeconds: 60,
  },
  search: {
    instanceType: "m7g.large.search",
    instanceCount: 2,
    volumeGiB: 50,
    dedicatedMasters: 0,
    dedicatedMasterType: "m7g.large.search",
    standby: false,
    createServiceLinkedRole: false,
    indexShards: 1,
    snapshotDays: 0,
    readerRoleArns: [],
    adminRoleArns: [],
    signInPrefix: undefined,
  },
  searchEvents: false,
  delivery: { bufferMiB: 64, bufferSeconds: 300, expirationDays: 30, keepSource: false },
  archive: { format: "PARQUET", partitioned: true },
  queries: { scanLimitMiB: 1024, readers: undefined },
  results: { shardCount: undefined, archived: false },
  replay: { instanceType: "t4g.small", searchAccess: false },
  function: undefined,
  scaling: {
    stream: undefined,
    application: undefined,
    byService: true,
    dryRun: false,
    createApiGatewayLogRole: false,
  },
  monitoring: { subscribers: [], ticketSubscribers: [], canary: true, maxLagSeconds: 60 },
  jobDelivery: undefined,
};

/** A whole pipeline for trades in a network that is there, without a configuration file. */
export function example(): Record<string, unknown> {
  const pipeline = new Pipeline("trades", {
    ...sizes,
    paths: {
      jobJar: path.join(__dirname, "../../tests/infra/fixtures/job.jar"),
      producer: path.join(__dirname, "../../tests/infra/fixtures/producer.ts"),
    },
  });
  return { ...pipeline.outputs };
}
