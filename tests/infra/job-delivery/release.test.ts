import { KinesisAnalyticsV2Client } from "@aws-sdk/client-kinesis-analytics-v2";
import { expect } from "chai";
import {
  ReleasedApplication,
  sameCode,
} from "../../../infra/job-delivery/release/flink-application";
import type { Health, Point } from "../../../infra/job-delivery/release/gate";
import { type Outcome, type Progress, Release } from "../../../infra/job-delivery/release/release";
import { defaultRules } from "../../../infra/job-delivery/release/settings";
import { FakeReleases } from "./fake-releases";

const MINUTE = 60_000;
const old = { key: `flink-job/${"a".repeat(64)}.jar`, objectVersion: "v1" };
const target = { key: `flink-job/${"b".repeat(64)}.jar`, objectVersion: "v2" };
const other = { key: `flink-job/${"c".repeat(64)}.jar`, objectVersion: "v3" };

describe("A release", () => {
  let flink: FakeReleases;
  let release: Release;
  let now: number;
  let progress: Progress | undefined;
  /** What the metrics tell of the job that runs. */
  let ailment: "none" | "restarts" | "silence";

  beforeEach(async () => {
    flink = new FakeReleases("analytics", old);
    const endpoint = await flink.start();
    const client = new KinesisAnalyticsV2Client({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    release = new Release(
      new ReleasedApplication(client, "analytics"),
      { read: async (since) => Promise.resolve(health(since)) },
      target,
      defaultRules,
    );
    now = Date.parse("2026-03-01T12:00:00Z");
    progress = undefined;
    ailment = "none";
  });

  afterEach(() => {
    flink.stop();
  });

  function health(since: Date): Health {
    const always = (value: number): Point[] =>
      ailment === "silence" ? [] : [{ time: new Date(since.getTime() + MINUTE), value }];
    return {
      restarts: always(ailment === "restarts" ? 2 : 0),
      running: always(60_000),
      failedCheckpoints: always(0),
      checkpoints: always(500),
      lag: always(0),
    };
  }

  /** Goes on after some minutes, by what the step before has left, as text. */
  async function step(minutes = 0): Promise<Outcome> {
    now += minutes * MINUTE;
    const outcome = await release.step(progress, new Date(now));
    if (outcome.kind === "waiting") {
      const text = JSON.stringify(outcome.progress);
      expect(text.length).to.be.lessThan(2048);
      progress = JSON.parse(text) as Progress;
    }
    return outcome;
  }

  /** Goes on until the end; what the service does in between is done after each step. */
  async function end(): Promise<Outcome> {
    for (let steps = 0; steps < 100; steps += 1) {
      const outcome = await step(1);
      if (outcome.kind !== "waiting") return outcome;
      if (flink.status !== "RUNNING" && flink.status !== "READY") flink.settle();
    }
    throw new Error("The release has no end");
  }

  const phase = (): string | undefined => progress?.phase;

  it("updates the application with a snapshot, watches the job and is done", async () => {
    expect((await step()).message).to.equal(
      `Updating from ${old.key} to ${target.key}, with a snapshot`,
    );
    expect(flink.snapshots).to.have.length(1);
    expect((await step(1)).message).to.equal("UPDATING");
    flink.settle();
    expect((await step(1)).message).to.equal("RUNNING; watching the job");
    expect((await step(4)).message).to.equal("Still missing: 5 minutes of watching");
    expect(await step(1)).to.deep.equal({
      kind: "released",
      message: `${target.key} runs and is healthy.`,
    });
    expect(flink.changes).to.deep.equal([`update to ${target.key}`]);
    expect(flink.code).to.deep.equal(target);
  });

  it("rolls back when the job is not well", async () => {
    ailment = "restarts";
    expect(await end()).to.deep.equal({
      kind: "rolled-back",
      message: `${old.key} runs again: the job restarted 2 times.`,
    });
    expect(flink.changes).to.deep.equal([`update to ${target.key}`, "roll back"]);
    expect(flink.code).to.deep.equal(old);
  });

  it("rolls back when nothing is heard of the job", async () => {
    ailment = "silence";
    expect((await end()).message).to.match(/runs again: after 20 minutes there is still missing/);
    expect(flink.code).to.deep.equal(old);
  });

  it("waits for two checkpoints longer where they are rare", async () => {
    flink.checkpointMilliseconds = 30 * MINUTE;
    ailment = "silence";
    await step();
    flink.settle();
    expect((await step(1)).message).to.equal("RUNNING; watching the job");
    expect((await step(79)).message).to.match(/^Still missing: .*a complete checkpoint/);
    expect((await step(1)).message).to.match(/^Rolling back: after 80 minutes/);
  });

  it("rolls back when the application does not become RUNNING", async () => {
    await step();
    expect((await step(44)).message).to.equal("UPDATING");
    expect((await step(1)).message).to.equal("Rolling back: not RUNNING but UPDATING for too long");
    flink.settle();
    expect((await step(1)).kind).to.equal("rolled-back");
  });

  it("restores code and state by itself when the update leaves the application standing", async () => {
    flink.settlesIn = "READY";
    expect(await end()).to.deep.equal({
      kind: "rolled-back",
      message: `${old.key} runs again: READY after the update.`,
    });
    expect(flink.changes).to.deep.equal([
      `update to ${target.key}`,
      `update to ${old.key}`,
      "start from snapshot-7",
    ]);
  });

  it("restores code and state by itself when the service refuses to roll back", async () => {
    ailment = "restarts";
    flink.refusals["RollbackApplication"] = ["InvalidRequestException"];
    expect((await end()).kind).to.equal("rolled-back");
    expect(flink.changes).to.deep.equal([
      `update to ${target.key}`,
      "stop by force",
      `update to ${old.key}`,
      "start from snapshot-7",
    ]);
  });

  it("does not take the service's step back when somebody else changed the application since", async () => {
    await step();
    flink.settle();
    await step(1);
    flink.version += 1;
    ailment = "restarts";
    expect((await end()).kind).to.equal("rolled-back");
    expect(flink.changes).not.to.include("roll back");
    expect(flink.code).to.deep.equal(old);
  });

  it("changes nothing when the application runs that jar already", async () => {
    for (const objectVersion of ["v2", "uploaded-again"]) {
      flink.code = { ...target, objectVersion };
      expect(await step()).to.deep.equal({
        kind: "unchanged",
        message: `The application analytics runs ${target.key} already.`,
      });
    }
    expect(flink.changes).to.be.empty;
  });

  it("takes another version of a key that does not name its content for another jar", () => {
    const code = { key: "flink-job.jar", objectVersion: "v1" };
    expect(sameCode(code, { ...code, objectVersion: "v2" })).to.equal(false);
    expect(sameCode(code, { ...code })).to.equal(true);
  });

  it("refuses an application that does not run, and leaves it alone", async () => {
    flink.status = "READY";
    const { kind, message } = await step();
    expect(kind).to.equal("refused");
    expect(message).to.match(/is READY, not RUNNING: start it first/);
    expect(flink.changes).to.be.empty;
  });

  it("refuses an application without a way back", async () => {
    flink.snapshotsEnabled = false;
    expect((await step()).message).to.match(/has snapshots switched off, so there would be no way/);
    flink.snapshotsEnabled = true;
    flink.code = { key: "job.jar", objectVersion: undefined };
    expect((await step()).message).to.match(/has a jar without an object version/);
    expect(flink.changes).to.be.empty;
  });

  it("waits for somebody else's change, then releases", async () => {
    flink.status = "AUTOSCALING";
    expect((await step()).message).to.match(/has been AUTOSCALING; waiting for the end of it/);
    flink.settle();
    expect((await end()).kind).to.equal("released");
  });

  for (const error of ["ConcurrentModificationException", "ResourceInUseException"]) {
    it(`tries again after a ${error}`, async () => {
      flink.refusals["UpdateApplication"] = [error];
      expect((await step()).message).to.match(/was changed outside this release; waiting/);
      expect(phase()).to.equal("waiting");
      expect((await end()).kind).to.equal("released");
    });
  }

  it("watches, and rolls back, an update of its own whose answer was lost", async () => {
    for (const health of ["none", "restarts"] as const) {
      ailment = health;
      progress = undefined;
      flink.code = old;
      // The client repeats the request, which the service refuses as one of an older version.
      flink.lost.push("UpdateApplication");
      expect((await step()).message).to.match(/was changed outside this release; waiting/);
      expect((await step(1)).message).to.equal("UPDATING");
      expect(phase()).to.equal("updating");
      flink.settle();
      expect((await end()).kind).to.equal(health === "none" ? "released" : "rolled-back");
    }
    const update = `update to ${target.key}`;
    expect(flink.changes).to.deep.equal([update, update, "roll back"]);
    expect(flink.code).to.deep.equal(old);
  });

  it("goes on watching an update that no attempt got an answer to", async () => {
    flink.lost.push("UpdateApplication");
    flink.unavailable = 2;
    expect((await step()).message).to.match(/may have been updated \(.*\); waiting/);
    flink.settle();
    expect((await step(1)).message).to.equal("RUNNING; watching the job");
    expect((await end()).kind).to.equal("released");
    expect(flink.changes).to.deep.equal([`update to ${target.key}`]);
  });

  it("fails when it may not update, and changes nothing", async () => {
    flink.refusals["UpdateApplication"] = ["AccessDeniedException"];
    let error: unknown;
    try {
      await step();
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).to.match(/AccessDeniedException/);
    expect(flink.changes).to.be.empty;
  });

  it("waits for the end of a way back that it did not begin, or lost the answer to", async () => {
    ailment = "restarts";
    flink.lost.push("RollbackApplication");
    expect((await end()).kind).to.equal("rolled-back");
    expect(flink.changes).to.deep.equal([`update to ${target.key}`, "roll back"]);
  });

  it("gives up when somebody else does not come to an end", async () => {
    flink.status = "UPDATING";
    await step();
    expect((await step(19)).kind).to.equal("waiting");
    expect(await step(1)).to.deep.equal({
      kind: "refused",
      message: "The application analytics has been UPDATING for 20 minutes; nothing was changed.",
    });
  });

  it("tells what the service has against the jar", async () => {
    flink.refusals["UpdateApplication"] = ["CodeValidationException"];
    expect(await step()).to.deep.equal({
      kind: "refused",
      message: "CodeValidationException: CodeValidationException of the test Nothing was changed.",
    });
  });

  it("leaves an application alone that somebody else has given another jar meanwhile", async () => {
    await step();
    flink.settle();
    flink.code = other;
    flink.version += 1;
    expect(await step(1)).to.deep.equal({
      kind: "failed",
      message: `A change outside this release set the code to ${other.key} meanwhile; it is left as it is.`,
    });
    expect(flink.changes).to.have.length(1);
  });

  it("tells when the service went back by itself", async () => {
    await step();
    flink.settle();
    flink.code = old;
    expect((await step(1)).kind).to.equal("rolled-back");
  });

  it("watches from the start again after the application was scaled", async () => {
    await step();
    flink.settle();
    await step(1);
    flink.status = "UPDATING";
    flink.version += 1;
    await step(4);
    flink.settle();
    expect((await step(4)).message).to.equal("Still missing: 5 minutes of watching");
    expect((await step(1)).kind).to.equal("released");
  });

  it("does not take a failed look for a failed job, for as long as the phase may last", async () => {
    await step();
    flink.settle();
    flink.refusals["DescribeApplication"] = Array<string>(2).fill("AccessDeniedException");
    expect((await step(1)).message).to.match(/AccessDeniedException.*; trying again/);
    expect(phase()).to.equal("updating");
    let error: unknown;
    try {
      await step(44);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).to.match(/AccessDeniedException/);
  });

  it("tries again to roll back when somebody is just changing the application", async () => {
    ailment = "restarts";
    flink.refusals["RollbackApplication"] = ["ResourceInUseException"];
    expect((await end()).kind).to.equal("rolled-back");
    expect(flink.changes).to.deep.equal([`update to ${target.key}`, "roll back"]);
  });

  it("calls a person when there is no snapshot to go back to", async () => {
    flink.settlesIn = "READY";
    await step();
    flink.settle();
    flink.snapshots.length = 0;
    const { kind, message } = await end();
    expect(kind).to.equal("failed");
    expect(message).to.match(/there is no snapshot of version 7 or earlier.*start it by hand/);
  });

  it("calls a person when the way back does not end", async () => {
    ailment = "restarts";
    await step();
    flink.settle();
    await step(1);
    await step(1);
    expect((await step(44)).message).to.equal("ROLLING_BACK");
    expect((await step(1)).message).to.match(/could not be brought back|a person has to look/);
  });
});
