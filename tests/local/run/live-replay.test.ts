import { expect } from "chai";

import { liveReplay, type LiveReplay } from "../../../local/run/live-replay";
import {
  ReplayError,
  type ReplayProcess,
  type ReplayReport,
} from "../../../local/run/replay-process";
import type { ReplayProgress } from "../../../local/status/pipeline-status";

const REPORT: ReplayReport = {
  tripsRead: 10,
  tripsRejected: {},
  recordsPut: 10,
  recordsLost: 0,
  throttled: 0,
  retries: 0,
};

/** A producer that ends on request. */
class FakeProcess {
  static readonly started: FakeProcess[] = [];
  progress: ReplayProgress | undefined;
  stopped = false;
  readonly finished: Promise<ReplayReport>;
  end!: () => void;
  fail!: (error: Error) => void;

  readonly speedup: number;

  constructor(speedup: number) {
    this.speedup = speedup;
    FakeProcess.started.push(this);
    this.finished = new Promise((resolve, reject) => {
      this.end = () => {
        resolve(REPORT);
      };
      this.fail = reject;
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.end();
    await this.finished;
  }
}

const progress = (recordsPut: number, throttled: number): ReplayProgress => ({
  type: "progress",
  at: "2026-01-05T10:00:00.000Z",
  eventTime: null,
  recordsPut,
  recordsPerSecond: 1,
  bytesPut: 1,
  replayLagSeconds: 0,
  throttled,
  retries: throttled,
  shards: 1,
  recordsTotal: 9983,
});

describe("a replay that can be paused and sped up", () => {
  let replay: LiveReplay;
  let restarts: string[];
  const started = FakeProcess.started;
  beforeEach(() => {
    started.length = 0;
    restarts = [];
    replay = liveReplay(
      (speedup) => new FakeProcess(speedup) as unknown as ReplayProcess,
      3600,
      (reason) => void restarts.push(reason),
    );
  });

  it("ends with the report of its producer", async () => {
    started[0]?.end();
    expect(await replay.finished).to.equal(REPORT);
    expect(replay).to.include({ ended: true, paused: false });
  });

  /** Ends the producer that runs, and lets what follows happen. */
  const killed = async () => {
    started.at(-1)?.fail(new ReplayError(null, "SIGKILL", ""));
    await new Promise(setImmediate);
  };

  it("fails with a producer that cannot use its input", async () => {
    started[0]?.fail(new ReplayError(2, null, "no such file"));
    const error: unknown = await replay.finished.catch((reason: unknown) => reason);
    expect(error)
      .to.be.an("error")
      .with.property("message", "the replay ended with exit code 2: no such file");
    expect(started).to.have.length(1);
  });

  it("goes on with another producer when one is killed, and keeps its totals", async () => {
    const [first] = started;
    if (first === undefined) throw new Error("a producer has been started");
    first.progress = progress(2014, 7);
    await killed();
    expect(restarts).to.deep.equal(["ended (SIGKILL) and is started again"]);
    expect(replay).to.deep.include({ paused: false, problem: restarts[0] });
    expect(replay.progress).to.include({ recordsPut: 2014, throttled: 7 });
    const [, second] = started;
    if (second === undefined) throw new Error("another producer has been started");
    // It begins at the last position that was acknowledged completely.
    second.progress = progress(2010, 1);
    expect(replay.problem).to.equal(undefined);
    expect(replay.progress).to.include({ recordsPut: 2014, throttled: 8 });
    second.progress = progress(2100, 1);
    expect(replay.progress).to.include({ recordsPut: 2100 });
  });

  it("gives up on a producer that does not stay up", async () => {
    for (let end = 0; end < 6; end++) await killed();
    expect([started.length, restarts.length]).to.deep.equal([6, 5]);
    const error: unknown = await replay.finished.catch((reason: unknown) => reason);
    expect(error).to.be.an("error").with.property("message").that.includes("SIGKILL");
  });

  it("keeps its totals over a pause", async () => {
    const [first] = started;
    if (first === undefined) throw new Error("a producer has been started");
    first.progress = progress(703, 2);
    await replay.pause(true);
    expect(replay.progress).to.include({ recordsPut: 703, throttled: 2, at: first.progress.at });
    await replay.pause(false);
    // The next producer starts: no report yet is no silence.
    expect(replay.progress).to.include({ recordsPut: 703, throttled: 2, recordsPerSecond: 0 });
    expect(Date.parse(replay.progress?.at ?? "")).to.be.above(Date.parse(first.progress.at));
  });

  it("has no producer while it is paused, and goes on with another", async () => {
    await replay.pause(true);
    expect(replay).to.include({ ended: false, paused: true });
    expect(started.map(({ stopped }) => stopped)).to.deep.equal([true]);
    await replay.pause(false);
    expect(started).to.have.length(2);
    expect(replay.paused).to.equal(false);
    started[1]?.end();
    await replay.finished;
  });

  it("starts one producer however often it is told to go on", async () => {
    await Promise.all([replay.pause(true), replay.pause(false), replay.pause(false)]);
    expect(started).to.have.length(2);
  });

  it("goes on at another speed", async () => {
    const changed = replay.changeSpeedup(60);
    await new Promise(setImmediate);
    // Its producers take turns, which is no pause.
    expect(replay.paused).to.equal(false);
    await changed;
    expect(started.map(({ speedup }) => speedup)).to.deep.equal([3600, 60]);
  });

  it("keeps a speed that it was told while it was paused", async () => {
    await replay.pause(true);
    await replay.changeSpeedup(60);
    expect(started).to.have.length(1);
    await replay.pause(false);
    expect(started[1]?.speedup).to.equal(60);
  });

  it("cannot be paused after its end", async () => {
    started[0]?.end();
    await replay.finished;
    const error: unknown = await replay.pause(true).catch((reason: unknown) => reason);
    expect(error).to.be.an("error").with.property("message", "The replay has come to its end.");
  });
});
