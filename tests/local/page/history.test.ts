import { expect } from "chai";

import { extended, NO_HISTORY, type History } from "../../../local/page/src/history";
import type { ActionsStatus, PipelineStatus } from "../../../local/status/pipeline-status";
import { fakeStatus } from "./fake-status";

const actions: ActionsStatus = {
  ...{ paused: false, speedup: 3600 },
  faults: [{ name: "search-down", description: "OpenSearch fails", active: false }],
};

function at(second: number, changes: Partial<PipelineStatus> = {}): PipelineStatus {
  return fakeStatus({ at: new Date(second * 1000).toISOString(), actions, ...changes });
}

function historyOf(statuses: readonly PipelineStatus[]): History {
  return statuses.reduce(
    (history, status, place) => extended(history, status, statuses[place - 1]),
    NO_HISTORY,
  );
}

const labels = (...statuses: readonly PipelineStatus[]) =>
  historyOf(statuses).marks.map((mark) => [mark.at, mark.label]);

describe("the history of a page", () => {
  it("keeps throughput and lag of each status", () => {
    const rates = { recordsPut: 5, recordsRead: null, writes: 7, throttled: 0 };
    expect(historyOf([at(10, { rates })]).samples).to.deep.equal([
      { at: 10, put: 5, read: null, written: 7, replayLag: 0.4, consumerLag: 0.3 },
    ]);
  });

  it("keeps ten minutes, and of what happened only what lies in them", () => {
    const paused = { ...actions, paused: true };
    const { samples, marks } = historyOf([
      at(0),
      ...Array.from({ length: 600 }, (_, second) => at(second + 1, { actions: paused })),
      at(601, { actions }),
    ]);
    expect([samples.length, samples[0]?.at]).to.deep.equal([600, 2]);
    expect(marks).to.deep.equal([{ at: 601, label: "resumed" }]);
  });

  it("marks nothing where nothing happens", () => {
    expect(labels(at(1), at(2))).to.deep.equal([]);
  });

  it("marks what somebody did", () => {
    const active = actions.faults.map((fault) => ({ ...fault, active: true }));
    expect(
      labels(
        at(1),
        at(2, { actions: { ...actions, paused: true } }),
        at(3, { actions: { ...actions, paused: true, speedup: 14_400 } }),
        at(4, { actions: { ...actions, speedup: 14_400, faults: active } }),
        at(5, { actions: { ...actions, speedup: 14_400 } }),
      ),
    ).to.deep.equal([
      [2, "paused"],
      [3, "speed ×14,400"],
      [4, "resumed"],
      [4, "search-down"],
      [5, "search-down over"],
    ]);
  });

  it("marks what happened to the stream and the job", () => {
    const { stream, job } = fakeStatus();
    if (!stream.up || !job.up) throw new Error("the fake status has a stream and a job");
    const split = { up: true, value: { ...stream.value, openShards: 4 } } as const;
    const restarted = { up: true, value: { ...job.value, restarts: 1 } } as const;
    const down = { up: false, reason: "no answer" } as const;
    expect(
      labels(
        at(1),
        at(2, { stream: split }),
        at(3, { stream: split, job: down }),
        at(4, { stream: split, job: restarted }),
        at(5, { stream: split, job: { up: true, value: { ...job.value, restarts: 2 } } }),
      ),
    ).to.deep.equal([
      [2, "4 shards"],
      [5, "job restarted"],
    ]);
  });
});
