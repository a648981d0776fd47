import { expect } from "chai";

import { LiveReplay } from "../../../local/run/live-replay";
import type { ReplayProcess } from "../../../local/run/replay-process";
import type { ReplayReport } from "../../../local/run/report";

const REPORT: ReplayReport = {
  ...{ tripsRead: 10, tripsRejected: {}, recordsPut: 10 },
  ...{ recordsLost: 0, throttled: 0, retries: 0 },
};

/** A producer that ends when it is told to. */
class FakeProcess {
  static readonly started: FakeProcess[] = [];
  progress = undefined;
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

describe("a replay that can be paused and sped up", () => {
  let replay: LiveReplay;
  const started = FakeProcess.started;
  beforeEach(() => {
    started.length = 0;
    replay = new LiveReplay(
      (speedup) => new FakeProcess(speedup) as unknown as ReplayProcess,
      3600,
    );
  });

  it("ends with the report of its producer", async () => {
    started[0]?.end();
    expect(await replay.finished).to.equal(REPORT);
    expect(replay).to.include({ ended: true, paused: false });
  });

  it("fails with its producer", async () => {
    started[0]?.fail(new Error("no stream"));
    const error: unknown = await replay.finished.catch((reason: unknown) => reason);
    expect(error).to.be.an("error").with.property("message", "no stream");
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
    await replay.changeSpeedup(60);
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
