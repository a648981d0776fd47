import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { DeclaredResource } from "../../../local/provider/data-plane";
import { type LocalCloud, localCloud } from "../../../local/services/cloud";
import { isAlive } from "../../../local/machine/process";
import {
  countingApplication,
  countingJob,
  declared,
  needsServices,
  newFolder,
  removeFolder,
  until,
} from "./support";

const DOMAIN = declared("aws:opensearch/domain:Domain", { domainName: "search" });
const STREAM = declared("aws:kinesis/stream:Stream", { name: "events", shardCount: 1 });

async function read(cloud: LocalCloud | undefined, resource: DeclaredResource): Promise<unknown> {
  return cloud?.dataPlanes[resource.type]?.read(resource);
}

describe("A run that is killed", () => {
  const folder = newFolder();
  let run: ChildProcess | undefined;
  let cloud: LocalCloud | undefined;
  let pids: number[] = [];

  before(async function () {
    await needsServices(this, "kinesisServer", "searchNode", "flinkRuntime");
    const jar = await countingJob(folder);
    const started = spawn(
      process.execPath,
      ["--require", "tsx/cjs", path.join(__dirname, "run.ts"), folder, jar],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    run = started;
    await once(started.stdout, "data");
    pids = readdirSync(path.join(folder, "processes")).map(Number);
  });
  after(async () => {
    run?.kill("SIGKILL");
    await cloud?.stop();
    removeFolder(folder);
  });

  it("has mapped the classes of OpenSearch and Flink from their archives", function () {
    if (os.platform() !== "linux") this.skip();
    const mapped = pids.filter((pid) =>
      readFileSync(`/proc/${pid}/maps`, "utf8").includes("/classes.jsa"),
    );
    expect(mapped).to.have.length(3);
  });

  it("leaves no process", async () => {
    // Kinesis, OpenSearch, job manager and task manager.
    expect(pids).to.have.length(4);
    expect(pids.every(isAlive)).to.equal(true);
    run?.kill("SIGKILL");
    await until(() => !pids.some(isAlive));
  });

  it("is taken up by the next one, at the same addresses", async () => {
    const progress: string[] = [];
    cloud = await localCloud({
      folder,
      region: "us-east-1",
      fresh: false,
      onProgress: (text) => void progress.push(text),
      onFailure: (error) => void progress.push(error.message),
    });
    const outputs = await Promise.all(
      [countingApplication({}), STREAM, DOMAIN].map((resource) => read(cloud, resource)),
    );
    const endpoint = new URL(cloud.endpoints().opensearch).host;
    expect(outputs).to.deep.equal([
      { status: "RUNNING" },
      {},
      { endpoint, dashboardEndpoint: `${endpoint}/_dashboards` },
    ]);
    expect(progress).to.have.length(1);
    expect(progress[0]).to.match(/^the job goes on from chk-\d+$/);
  });

  it("has left nothing to one that begins afresh", async () => {
    await cloud?.stop();
    cloud = await localCloud({
      folder,
      region: "us-east-1",
      fresh: true,
      onProgress: () => undefined,
      onFailure: () => undefined,
    });
    for (const resource of [countingApplication({}), STREAM, DOMAIN]) {
      expect(await read(cloud, resource)).to.equal(undefined);
    }
  });
});
