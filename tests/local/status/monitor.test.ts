import { workloadSource } from "../../support/workloads";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { hasReadEverything, type StatusSources } from "../../../local/status/collect-status";
import type { SearchSource } from "../../../local/status/multi-search";
import { PipelineMonitor } from "../../../local/status/monitor";
import type { PipelineStatus, ReplayStatus } from "../../../local/status/pipeline-status";
import { startFakeService, type FakeService } from "./fake-service";
import {
  deadLetter,
  fakeDomain,
  fakeKinesis,
  jfk,
  startFakeFlink,
  startFakeSearch,
  tradeWindow,
  type FakeJob,
} from "./fake-services";

const taxiSource = workloadSource("taxi");

const policies = [
  { name: "kinesis-stream-shard-limit", enforcementLevel: "mandatory", result: "passed" },
] as const;
const resources = [{ name: "taxi", type: "streaming:infra:Pipeline", parent: null }];
const WINDOWS = { windowMinutes: 15, slideMinutes: 5, tradeWindowSeconds: 60 };
const AT = Date.parse("2026-01-05T10:00:00.000Z");

function collectStatus(sources: StatusSources): Promise<PipelineStatus> {
  return new PipelineMonitor({ sources: () => sources, now: () => AT }).poll();
}

function statusCollector(
  sources: () => StatusSources,
  now: () => number,
): () => Promise<PipelineStatus> {
  const monitor = new PipelineMonitor({ sources, now });
  return () => monitor.poll();
}

function replay(changes: Partial<ReplayStatus["progress"]> = {}, finished = false): ReplayStatus {
  return {
    finished,
    paused: false,
    progress: {
      type: "progress",
      at: "2026-01-05T10:00:00.000Z",
      eventTime: "2019-03-01T18:20:00Z",
      recordsPut: 1000,
      recordsPerSecond: 250,
      bytesPut: 200_000,
      replayLagSeconds: 1.5,
      throttled: 3,
      retries: 3,
      shards: 2,
      recordsTotal: 5000,
      ...changes,
    },
  };
}

describe("the status of the pipeline", () => {
  let flink: FakeService;
  let search: FakeService;
  let kinesis: FakeService;
  let job: FakeJob;
  let load: unknown;
  const domain = { ...fakeDomain };

  before(async () => {
    flink = await startFakeFlink(() => job);
    search = await startFakeSearch(domain);
    kinesis = await startFakeService(() => load);
  });
  beforeEach(() => {
    job = {
      recordsRead: 900,
      millisBehindLatest: [200, 1700],
      watermarks: [String(Date.parse("2019-03-01T18:19:00Z")), "1551464400000"],
      checkpointMilliseconds: 45,
    };
    Object.assign(domain, fakeDomain);
    load = {};
  });
  after(async () => {
    await Promise.all([flink.close(), search.close(), kinesis.close()]);
  });

  const sources = (changes: Partial<StatusSources> = {}): StatusSources => ({
    replay: replay(),
    stream: { client: fakeKinesis, name: "events", endpoint: kinesis.endpoint },
    flinkEndpoint: flink.endpoint,
    search: { endpoint: search.endpoint, ...WINDOWS },
    policies,
    resources,
    workload: taxiSource,
    ...changes,
  });

  it("says of each part that it is not started yet", async () => {
    const status = await collectStatus({ workload: taxiSource, policies: [], resources: [] });
    const down = { up: false, reason: "not started yet" };
    expect(status).to.deep.include({ replay: down, stream: down, job: down, search: down });
    expect(status).to.deep.include({
      phase: "waiting",
      rates: { recordsPut: null, recordsRead: null, writes: null, throttled: null, shards: {} },
      lag: {
        replaySeconds: null,
        consumerSeconds: null,
        watermarkSeconds: null,
        resultSeconds: null,
        waits: null,
      },
    });
  });

  it("says of a part that does not answer which, and goes on with the others", async () => {
    const gone = await startFakeSearch(domain);
    await gone.close();
    const status = await collectStatus(
      sources({
        search: { endpoint: gone.endpoint, ...WINDOWS },
        stream: { client: fakeKinesis, name: "wrong", endpoint: kinesis.endpoint },
      }),
    );
    expect(status.search).to.deep.equal({
      up: false,
      reason: `${gone.endpoint} does not answer (ECONNREFUSED)`,
    });
    expect(status.stream).to.deep.include({ up: false });
    expect(status.stream).to.have.property("reason").that.includes("wrong");
    expect(status.job.up).to.equal(true);
  });

  it("passes on the policies, the replay and the stream", async () => {
    const status = await collectStatus(sources());
    expect(status.policies).to.equal(policies);
    expect(status.replay).to.deep.equal({ up: true, value: replay() });
    expect(status.stream).to.deep.equal({
      up: true,
      value: {
        name: "events",
        status: "ACTIVE",
        mode: "PROVISIONED",
        openShards: 2,
        retentionHours: 24,
        shards: [
          { id: "shardId-000000000001", share: 0.25, taken: { records: 0, bytes: 0 } },
          { id: "shardId-000000000002", share: 0.75, taken: { records: 0, bytes: 0 } },
        ],
      },
    });
    expect(status.resources).to.equal(resources);
    expect(status.workload).to.deep.equal({
      name: "taxi",
      description: "Completed taxi trips",
      plugin: "taxi",
    });
  });

  it("tells of the newest job what its source read, its lowest watermark and its checkpoints", async () => {
    const { job: found } = await collectStatus(sources());
    expect(found).to.deep.equal({
      up: true,
      value: {
        id: "new",
        name: "taxi",
        state: "RUNNING",
        waitingTasks: 0,
        recordsRead: 900,
        millisBehindLatest: 1700,
        watermark: "2019-03-01T18:19:00.000Z",
        restarts: 0,
        checkpoints: {
          completed: 7,
          failed: 1,
          lastMilliseconds: 45,
          restored: 0,
          restoredId: null,
          lastAt: "2026-01-05T09:59:50.000Z",
        },
        vertices: [
          { name: "Source: trips", busy: 0.25, backPressure: 0.5 },
          { name: "demand by zone", busy: null, backPressure: 0 },
        ],
        shards: [
          { id: "shardId-000000000001", millisBehindLatest: 200 },
          { id: "shardId-000000000002", millisBehindLatest: 1700 },
        ],
      },
    });
  });

  it("leaves out what a job that has just started does not tell yet", async () => {
    job = { state: "INITIALIZING", millisBehindLatest: [] };
    const { job: found, lag } = await collectStatus(sources());
    expect(found).to.deep.include({ up: true });
    expect(found)
      .to.have.property("value")
      .that.deep.includes({
        state: "INITIALIZING",
        recordsRead: null,
        millisBehindLatest: null,
        watermark: null,
        checkpoints: {
          completed: 7,
          failed: 1,
          lastMilliseconds: null,
          lastAt: null,
          restored: 0,
          restoredId: null,
        },
      });
    expect(lag).to.include({ consumerSeconds: null, watermarkSeconds: null });
  });

  it("does not take the lag of a shard that is not read yet for none", async () => {
    job = { recordsRead: 0, millisBehindLatest: [-1, -1] };
    const { lag, job: found } = await collectStatus(sources());
    expect(lag.consumerSeconds).to.equal(null);
    expect(found).to.have.nested.property("value.shards[0]").that.deep.equals({
      id: "shardId-000000000001",
      millisBehindLatest: null,
    });
  });

  it("tells the lag of the replay, of the consumer, and of the watermark in event time", async () => {
    const { lag } = await collectStatus(sources());
    expect(lag).to.deep.include({ replaySeconds: 1.5, consumerSeconds: 1.7, watermarkSeconds: 60 });
  });

  it("tells the documents, the dead letters and the demand of the newest complete window", async () => {
    const { search: found } = await collectStatus(sources());
    const newest = (zone: number, trips: number) => ({
      zone,
      zoneName: `Zone ${zone}`,
      borough: "Queens",
      trips,
      normal: 1,
      score: trips - 1,
    });
    expect(found).to.deep.equal({
      up: true,
      value: {
        documents: { "taxi-demand-zones": 6, "dead-letters": 2 },
        writes: 100,
        deadLetters: { late: 2 },
        latestDeadLetters: [deadLetter],
        newest: { start: "2019-03-01T18:10:00.000Z", stepSeconds: 300 },
        demand: {
          window: {
            start: "2019-03-01T18:00:00Z",
            end: "2019-03-01T18:15:00Z",
            complete: true,
            zones: [newest(132, 4), newest(7, 1)],
            top: [
              {
                zone: 132,
                // Two of the windows have a document; of the 24 that a trend shows they are the last and the last but two.
                trend: [...Array<number>(21).fill(0), 2, 0, 4],
              },
              { zone: 7, trend: [] },
            ],
          },
          // Twelve trips in windows are four trips, each in three of the four windows.
          zones: [
            { zone: 132, trips: 4 },
            { zone: 7, trips: 2 },
          ],
          peak: 9,
        },
        airports: [jfk("2019-03-01T18:00:00Z")],
        origins: [{ ...jfk("2019-03-01T18:00:00Z"), zone: 7, zoneName: "Zone 7" }],
      },
    });
  });

  it("tells of trades the newest windows of each symbol, oldest first, and asks for no demand", async () => {
    const before = search.requests.length;
    const { search: found } = await collectStatus(sources({ workload: workloadSource("trades") }));
    expect(found)
      .to.have.property("value")
      .that.deep.includes({
        symbols: [
          {
            symbol: "ACME",
            windows: [tradeWindow("2019-03-01T18:00:00Z"), tradeWindow("2019-03-01T18:01:00Z")],
          },
        ],
      });
    const asked = search.requests.slice(before).map(({ body }) => body);
    expect(asked.join("\n")).not.to.include("taxi-demand-zones");
  });

  it("does not hide that the domain refuses a search", async () => {
    domain.refuses = true;
    const { search: found } = await collectStatus(sources());
    expect(found).to.deep.include({ up: false });
    expect(found)
      .to.have.property("reason")
      .that.matches(/refuses a search.*too_many_buckets/);
  });

  it("takes the newest window while none is complete", async () => {
    domain.complete = false;
    const { search: found } = await collectStatus(sources());
    expect(found).to.have.nested.property("value.demand.window.complete", false);
    expect(found).to.have.nested.property("value.demand.window.zones").that.has.length(2);
  });

  it("takes indices that do not exist yet for empty", async () => {
    domain.filled = false;
    const { search: found } = await collectStatus(sources());
    expect(found).to.deep.equal({
      up: true,
      value: {
        documents: {},
        writes: 0,
        deadLetters: {},
        latestDeadLetters: [],
        newest: null,
        demand: null,
        airports: [],
        origins: [],
      },
    });
  });

  it("is waiting, then live, then finished", async () => {
    domain.filled = false;
    const phase = async (state: ReplayStatus) =>
      (await collectStatus(sources({ replay: state }))).phase;
    expect(await phase(replay({ recordsPut: 0, eventTime: null }))).to.equal("waiting");
    expect(await phase(replay({ recordsPut: 1 }))).to.equal("live");
    expect(await phase(replay({}, true))).to.equal("finished");
  });

  it("measures what is read and written a second from one poll to a later one", async () => {
    let now = 0;
    let progress = replay();
    const poll = statusCollector(
      () => sources({ replay: progress }),
      () => now,
    );
    expect((await poll()).rates).to.deep.equal({
      recordsPut: 250,
      recordsRead: null,
      writes: null,
      throttled: null,
      shards: {},
    });
    now += 2000;
    job = { ...job, recordsRead: 1100 };
    domain.writes = 160;
    progress = replay({ throttled: 13 });
    load = { events: { "shardId-000000000002": { records: 1000, bytes: 4096 } } };
    expect((await poll()).rates).to.deep.equal({
      recordsPut: 250,
      recordsRead: 100,
      writes: 30,
      throttled: 5,
      shards: {
        "shardId-000000000001": { records: 0, bytes: 0, load: 0 },
        "shardId-000000000002": { records: 500, bytes: 2048, load: 0.5 },
      },
    });
  });

  it("looks back ten polls for a rate, and not to the beginning", async () => {
    let now = 0;
    const poll = statusCollector(
      () => sources(),
      () => now,
    );
    await poll();
    job = { ...job, recordsRead: 2000 };
    let rate: number | null = null;
    for (let at = 1; at <= 11; at++) {
      now += 1000;
      rate = (await poll()).rates.recordsRead;
    }
    expect(rate).to.equal(0);
  });

  it("has no rate over a restart, after which the count begins anew", async () => {
    let now = 0;
    const poll = statusCollector(
      () => sources(),
      () => now,
    );
    await poll();
    now += 1000;
    job = { ...job, recordsRead: 10, restarts: 1 };
    expect((await poll()).rates.recordsRead).to.equal(null);
  });

  it("has no rate of putting any more when the replay has finished", async () => {
    const { rates } = await collectStatus(sources({ replay: replay({}, true) }));
    expect(rates.recordsPut).to.equal(0);
  });

  describe("over time", () => {
    let now: number;
    let progress: ReplayStatus;
    let changes: Partial<StatusSources>;
    let monitor: PipelineMonitor;
    beforeEach(() => {
      now = AT;
      progress = replay({ eventTime: "2019-03-01T18:12:00Z" });
      changes = {};
      monitor = new PipelineMonitor({
        sources: () => sources({ replay: progress, ...changes }),
        now: () => now,
      });
    });
    /** A poll this many seconds later; the replay reports them, at this event time. */
    const later = (seconds: number, eventTime = progress.progress.eventTime) => {
      now += 1000 * seconds;
      progress = replay({ at: new Date(now).toISOString(), eventTime }, progress.finished);
      return monitor.poll();
    };
    const texts = ({ journal }: PipelineStatus) => journal.map(({ text }) => text);
    let nobody: SearchSource;
    before(async () => {
      const gone = await startFakeSearch(domain);
      await gone.close();
      nobody = { endpoint: gone.endpoint, ...WINDOWS };
    });

    it("says since when the oldest event has waited that no result counts", async () => {
      // The newest result is of the window that starts at 18:10, the next of 18:15.
      expect((await monitor.poll()).lag).to.deep.include({ resultSeconds: 0 });
      await later(1, "2019-03-01T18:15:00Z");
      await later(4, "2019-03-01T18:40:00Z");
      const { lag } = await later(5, "2019-03-01T19:40:00Z");
      expect(lag.resultSeconds).to.equal(9);
      expect(lag.waits).to.deep.equal({ stream: 1.7, job: 7.3, search: 0 });
    });

    it("does not wait for an event that leads to no result, once a checkpoint covers it", async () => {
      await monitor.poll();
      expect((await later(1, "2019-03-01T18:40:00Z")).lag.resultSeconds).to.equal(0);
      expect((await later(8)).lag.resultSeconds).to.equal(8);
      // Complete before the event can have been part of it, and afterwards.
      job = { ...job, checkpointAt: new Date(now - 4000).toISOString() };
      expect((await later(1)).lag.resultSeconds).to.equal(9);
      job = { ...job, checkpointAt: new Date(now).toISOString() };
      expect((await later(1)).lag.resultSeconds).to.equal(0);
    });

    it("keeps what a domain said last, with its time, and lets the delay grow while it is away", async () => {
      const before = await monitor.poll();
      changes = { search: nobody };
      await later(1, "2019-03-01T18:20:00Z");
      const { search: found, lag, verdict, stages } = await later(29, "2019-03-01T20:00:00Z");
      expect(found).to.deep.equal({
        up: false,
        reason: `${nobody.endpoint} does not answer (ECONNREFUSED)`,
        last: { at: before.at, value: before.search.up && before.search.value },
      });
      expect(lag).to.deep.include({
        resultSeconds: 29,
        waits: { stream: 0, job: 0, search: 29 },
      });
      expect(verdict).to.deep.include({
        level: "problem",
        title: "Results are 29 s behind and falling further behind",
      });
      expect(verdict.detail).to.match(/^OpenSearch does not answer\. Since \d\d:\d\d:\d\d\./);
      const byName = new Map(stages.map((stage) => [stage.name, stage]));
      expect(byName.get("search")).to.deep.include({
        level: "problem",
        state: "down for 29 s",
        asOf: before.at,
        lines: ["8 documents", "2 dead letters"],
      });
      expect(byName.get("producer")).to.include({ level: "ok" });
    });

    it("tells what happened, and how long it lasted, once", async () => {
      await monitor.poll();
      changes = { search: nobody };
      await later(1);
      await later(30);
      changes = {};
      const back = await later(1);
      expect(texts(back)).to.deep.equal([
        `OpenSearch does not answer: ${nobody.endpoint} does not answer (ECONNREFUSED)`,
        "OpenSearch answers again after 31 s",
      ]);
      expect(back.verdict).to.deep.include({ level: "ok", title: "Live" });
      expect(texts(await later(1))).to.have.length(2);
    });

    it("follows the job through a restart", async () => {
      await monitor.poll();
      job = { ...job, state: "RESTARTING" };
      const restarting = await later(1);
      expect(restarting.verdict).to.deep.include({
        level: "problem",
        title: "The job is restarting",
      });
      job = { ...job, state: "RUNNING", restarts: 1, restoredId: 22 };
      expect(texts(await later(8))).to.deep.equal([
        "The job is restarting",
        "The job runs again after 8 s, from checkpoint 22",
      ]);
      // Between two looks at it; its metric of restarts comes later.
      job = { ...job, restoredId: 23, restored: 2 };
      expect(texts(await later(1)).at(-1)).to.equal("The job was restarted, from checkpoint 23");
      const told = texts(await later(1)).length;
      job = { ...job, restarts: 2 };
      expect(texts(await later(1))).to.have.lengthOf(told);
      job = { ...job, id: "other", restoredId: 23 };
      expect(texts(await later(1)).at(-1)).to.equal("The job was restarted, from checkpoint 23");
    });

    it("is not misled by a shard that was closed and keeps its last figure", async () => {
      job = { ...job, millisBehindLatest: [0, 200, 90_000] };
      expect((await monitor.poll()).lag.consumerSeconds).to.equal(0.2);
    });

    it("counts a producer that says nothing as one that does not work", async () => {
      await monitor.poll();
      now += 6000;
      const { replay: found, verdict } = await monitor.poll();
      expect(found).to.deep.include({ up: false, reason: "has not reported for 6 s" });
      expect(verdict).to.deep.include({
        level: "problem",
        title: "The producer has not reported for 6 s",
      });
    });

    it("counts a part that hangs as one that does not answer", async () => {
      await monitor.poll();
      const hanging = createServer(() => undefined);
      await new Promise<void>((listening) => hanging.listen(0, "127.0.0.1", listening));
      const { port } = hanging.address() as AddressInfo;
      changes = { flinkEndpoint: `http://127.0.0.1:${port}` };
      await monitor.poll(1);
      now += 3000;
      const { job: found } = await monitor.poll(1);
      hanging.close();
      hanging.closeAllConnections();
      expect(found).to.deep.include({ up: false, reason: "has not answered for 3 s" });
    });

    it("keeps ten minutes of figures, and what it is told", async () => {
      monitor.note("fault", "Fault: stopped OpenSearch");
      await monitor.poll();
      await later(1);
      expect(monitor.samples.map(({ at, put }) => [at - now / 1000, put])).to.deep.equal([
        [-1, 250],
        [0, 250],
      ]);
      expect(texts(await monitor.status())).to.deep.equal(["Fault: stopped OpenSearch"]);
    });
  });

  it("leaves out documents that are not as they must be, and shows the others", async () => {
    domain.broken = true;
    const { search: found } = await collectStatus(sources());
    const value = found.up ? found.value : undefined;
    expect(value?.latestDeadLetters).to.deep.equal([{ reason: "refused", detail: "" }]);
    expect(value?.demand?.window.zones.map(({ zone }) => zone)).to.deep.equal([132]);
    expect(value?.airports).to.deep.equal([]);
  });

  describe("knows whether the job has read everything:", () => {
    const read = async (found: FakeJob, state: ReplayStatus) => {
      job = found;
      return hasReadEverything(await collectStatus(sources({ replay: state })));
    };
    const done = replay({}, true);
    it("not before the replay's end", async () => {
      expect(await read({ recordsRead: 1000 }, replay())).to.equal(false);
    });
    it("not one record before the last", async () => {
      expect(await read({ recordsRead: 999 }, done)).to.equal(false);
    });
    it("with the last record", async () => {
      expect(await read({ recordsRead: 1000 }, done)).to.equal(true);
    });
    it("not without a metric", async () => {
      expect(await read({}, done)).to.equal(false);
    });
    it("not by counting after a restart, but by the distance from the stream's tip", async () => {
      const again = { recordsRead: 1500, restarts: 1 };
      expect(await read({ ...again, millisBehindLatest: [0, 800] }, done)).to.equal(false);
      expect(await read({ ...again, millisBehindLatest: [0, 0] }, done)).to.equal(true);
    });
    it("not while tasks of a restarted job wait for a task manager", async () => {
      const again = { recordsRead: 1500, restarts: 1, millisBehindLatest: [0, 0] };
      expect(await read({ ...again, waitingTasks: 2 }, done)).to.equal(false);
    });
    it("not while the job is not running", async () => {
      expect(await read({ recordsRead: 1000, state: "RESTARTING" }, done)).to.equal(false);
    });
  });
});
