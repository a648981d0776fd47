import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { DataPlane } from "../../../local/provider/data-plane";
import { type CloudStatus, type LocalCloud, localCloud } from "../../../local/services/cloud";
import { isAlive } from "../../../local/machine/process";
import { rejection } from "../../local/services/rejection";
import {
  countingApplication,
  countingJob,
  declared,
  listeningAddresses,
  LOOPBACK,
  needsServices,
  newFolder,
  foreignHeaders,
  removeFolder,
  statusOf,
  until,
} from "./support";

describe("The Flink application", () => {
  const folder = newFolder();
  const failures: Error[] = [];
  const progress: string[] = [];
  let cloud: LocalCloud;
  let application: DataPlane;

  const flink = async (where: string): Promise<unknown> =>
    (await fetch(cloud.endpoints().flink + where)).json();
  const running = async (): Promise<CloudStatus> => {
    let status = await cloud.status();
    await until(async () => {
      status = await cloud.status();
      return status.job?.state === "RUNNING" && status.job.running === status.job.tasks;
    });
    return status;
  };
  /** The counts that the job has printed so far, on whichever task manager. */
  const counts = (): number[] => {
    const logs = path.join(folder, "logs");
    return readdirSync(logs)
      .filter((name) => name.startsWith("flink-taskmanager"))
      .flatMap((name) => [...readFileSync(path.join(logs, name), "utf8").matchAll(/count=(\d+)/g)])
      .map(([, count]) => Number(count));
  };
  /** The counts in the files of its bucket that are complete. */
  const written = (): number[] => {
    const bucket = path.join(folder, "s3", "counts");
    return readdirSync(bucket, { recursive: true, encoding: "utf8" })
      .filter((name) => /^part-/.test(path.basename(name)))
      .flatMap((name) => readFileSync(path.join(bucket, name), "utf8").match(/\d+/g) ?? [])
      .map(Number);
  };
  const checkpointed = async (): Promise<void> => {
    const { job } = await cloud.status();
    await until(async () => {
      const { counts: figures } = (await flink(`/jobs/${job?.id ?? ""}/checkpoints`)) as {
        counts: { completed: number };
      };
      return figures.completed >= 2;
    });
  };
  /** Waits until the job prints again, and checks that it went on from what it had counted. */
  const hasGoneOn = async (printed: number): Promise<void> => {
    await until(() => counts().length > printed);
    expect(counts().filter((count) => count === 1)).to.have.length(1);
  };

  before(async function () {
    await needsServices(this, "flinkRuntime", "kinesisServer");
    const jar = await countingJob(folder);
    cloud = await localCloud({
      folder,
      region: "us-east-1",
      fresh: true,
      onProgress: (text) => void progress.push(text),
      onFailure: (error) => void failures.push(error),
    });
    const plane = (type: string): DataPlane => {
      const found = cloud.dataPlanes[type];
      if (found === undefined) throw new Error(`No data plane for ${type}`);
      return found;
    };
    for (const bucket of ["code", "counts"]) {
      await plane("aws:s3/bucket:Bucket").create(declared("aws:s3/bucket:Bucket", { bucket }));
    }
    await plane("aws:s3/bucketObjectv2:BucketObjectv2").create(
      declared("aws:s3/bucketObjectv2:BucketObjectv2", {
        bucket: "code",
        key: "counting-job.jar",
        source: { path: jar },
      }),
    );
    application = plane("aws:kinesisanalyticsv2/application:Application");
  });
  after(async () => {
    await cloud.stop();
    removeFolder(folder);
  });

  it("fails to be created with the job's own words when the job refuses its properties", async () => {
    const error = await rejection(application.create(countingApplication({ jobName: "broken" })));
    expect(error.message).to.include("The properties are wrong:\n- job.name is broken");
    expect((await cloud.status()).pids.flink).to.be.empty;
  });

  it("runs the jar with the declared properties, parallelism and checkpointing", async () => {
    expect(await application.create(countingApplication({}))).to.deep.equal({ status: "RUNNING" });
    const { job, pids } = await cloud.status();
    expect(job?.name).to.equal("named by the program");
    expect(pids.flink).to.have.length(2);
    const id = job?.id ?? "";
    expect(await flink(`/jobs/${id}/checkpoints/config`)).to.deep.include({
      mode: "exactly_once",
      interval: 1_000,
      min_pause: 500,
      externalization: { enabled: true, delete_on_cancellation: false },
      state_backend: "EmbeddedRocksDBStateBackend",
    });
    const { vertices } = (await flink(`/jobs/${id}`)) as { vertices: { parallelism: number }[] };
    expect(new Set(vertices.map(({ parallelism }) => parallelism))).to.deep.equal(new Set([2]));
  });

  it("listens on this machine only", async function () {
    if (os.platform() !== "linux") this.skip();
    const { pids } = await cloud.status();
    expect(LOOPBACK).to.include.members(listeningAddresses(pids.flink));
  });

  it("takes no other jar, and no request of a web page other than its dashboard", async () => {
    const { flink: endpoint } = cloud.endpoints();
    const form = new FormData();
    form.append("jarfile", new Blob(["a jar"], { type: "application/java-archive" }), "other.jar");
    const upload = await fetch(`${endpoint}/jars/upload`, { method: "POST", body: form });
    expect(upload.status).to.equal(400);
    expect(await statusOf(`${endpoint}/jars`)).to.equal(404);
    const overview = `${endpoint}/jobs/overview`;
    expect(await statusOf(overview)).to.equal(200);
    const own = { origin: endpoint, "sec-fetch-site": "same-origin" };
    expect(await statusOf(overview, own)).to.equal(200);
    for (const headers of foreignHeaders) {
      expect(await statusOf(overview, headers), JSON.stringify(headers)).to.equal(403);
    }
  });

  it("is the only one", async () => {
    const error = await rejection(application.create(countingApplication({})));
    expect(error.message).to.include("runs one Flink application");
  });

  it("goes on from its last checkpoint when the task manager is killed", async () => {
    await checkpointed();
    const { pids } = await running();
    process.kill(pids.flink.at(-1) ?? 0, "SIGKILL");
    await until(() => !isAlive(pids.flink.at(-1) ?? 0));
    const printed = counts().length;
    await hasGoneOn(printed);
    expect((await running()).pids.flink)
      .to.have.length(2)
      .and.include(pids.flink[0]);
    expect(progress.at(-1)).to.equal("Flink's task manager 1 ended (SIGKILL); it is started again");
  });

  it("goes on from its last checkpoint when the job manager is killed", async () => {
    await checkpointed();
    const { pids } = await running();
    process.kill(pids.flink[0] ?? 0, "SIGKILL");
    await until(() => !isAlive(pids.flink[0] ?? 0) && !isAlive(pids.flink[1] ?? 0));
    const printed = counts().length;
    await hasGoneOn(printed);
    expect(progress.at(-1)).to.match(/^the job goes on from chk-\d+$/);
    expect(failures.map(({ message }) => message)).to.deep.equal([]);
  });

  it("keeps its state over an update that changes its parallelism", async () => {
    // A job that is not yet running gives no savepoint.
    await running();
    const wider = countingApplication({ parallelism: 3 });
    expect(await application.update?.(wider, countingApplication({}))).to.deep.equal({
      status: "RUNNING",
    });
    expect((await running()).pids.flink).to.have.length(3);
    expect(progress.at(-1)).to.match(/^the job goes on from savepoint-/);
    const before = counts().length;
    await hasGoneOn(before);
  });

  it("has written to its bucket what it has counted, each count once", async () => {
    await checkpointed();
    const counted = written().sort((a, b) => a - b);
    expect(counted).to.have.length.above(100);
    expect(counted).to.deep.equal(counted.map((_, index) => index + 1));
  });

  it("leaves no process when it is stopped, also while its job is started again", async () => {
    const { pids } = await cloud.status();
    expect([...pids.flink, pids.kinesis ?? 0].every(isAlive)).to.equal(true);
    process.kill(pids.flink[0] ?? 0, "SIGKILL");
    await until(() => !isAlive(pids.flink[0] ?? 0));
    await until(async () => (await cloud.status()).job !== undefined);
    const all = [...(await cloud.status()).pids.flink, pids.kinesis ?? 0];
    await cloud.stop();
    expect(all.some(isAlive)).to.equal(false);
    expect(failures.map(({ message }) => message)).to.deep.equal([]);
  });
});
