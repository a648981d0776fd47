// A run for the tests to kill: deploys a stream, a domain and the counting job, and says when the job has a checkpoint.
// Arguments: folder, jar.
import { setTimeout as delay } from "node:timers/promises";
import type { DeclaredResource } from "../../../local/provider/data-plane";
import { localCloud } from "../../../local/services/cloud";
import { countingApplication, declared } from "./support";

async function run(folder: string, jar: string): Promise<void> {
  const cloud = await localCloud({
    folder,
    region: "us-east-1",
    fresh: true,
    onProgress: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  const create = async (resource: DeclaredResource): Promise<void> => {
    await cloud.dataPlanes[resource.type]?.create(resource);
  };
  await Promise.all([
    create(declared("aws:kinesis/stream:Stream", { name: "events", shardCount: 1 })),
    create(declared("aws:opensearch/domain:Domain", { domainName: "search" })),
    create(declared("aws:s3/bucket:Bucket", { bucket: "code" })),
  ]);
  const object = { bucket: "code", key: "counting-job.jar", source: { path: jar } };
  await create(declared("aws:s3/bucketObjectv2:BucketObjectv2", object));
  await create(countingApplication({}));
  const { job } = await cloud.status();
  for (;;) {
    const response = await fetch(`${cloud.endpoints().flink}/jobs/${job?.id ?? ""}/checkpoints`);
    const { counts } = (await response.json()) as { counts: { completed: number } };
    if (counts.completed > 0) break;
    await delay(50);
  }
  console.log("checkpointed");
}

const [folder = "", jar = ""] = process.argv.slice(2);
void run(folder, jar);
