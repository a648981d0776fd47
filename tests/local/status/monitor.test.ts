import { expect } from "chai";

import {
  collectStatus,
  hasReadEverything,
  statusCollector,
  type StatusSources,
} from "../../../local/status/collect-status";
import type { ReplayStatus } from "../../../local/status/pipeline-status";
import type { FakeService } from "./fake-service";
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

const policies = [
  { name: "kinesis-stream-shard-limit", enforcementLevel: "mandatory", result: "passed" },
] as const;
const resources = [{ name: "taxi", type: "streaming:infra:Pipeline", parent: null }];
const WINDOWS = { windowMinutes: 15, slideMinutes: 5 };

function replay(changes: Partial<ReplayStatus["progress"]> = {}, finished = false): ReplayStatus {
  return {
    finished,
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
  let job: FakeJob;
  const domain = { ...fakeDomain };

  before(async () => {
    flink = await startFakeFlink(() => job);
    search = await startFakeSearch(domain);
  });
  beforeEach(() => {
    job = {
      recordsRead: 900,
      millisBehindLatest: [200, 1700],
      watermarks: [String(Date.parse("2019-03-01T18:19:00Z")), "1551464400000"],
      checkpointMilliseconds: 45,
    };
    Object.assign(domain, fakeDomain);
  });
  after(async () => {
    await Promise.all([flink.close(), search.close()]);
  });

  const sources = (changes: Partial<StatusSources> = {}): StatusSources => ({
    replay: replay(),
    stream: { client: fakeKinesis, name: "events" },
    flinkEndpoint: flink.endpoint,
    search: { endpoint: search.endpoint, ...WINDOWS },
    policies,
    resources,
    workload: "taxi",
    ...changes,
  });

  it("says of each part that it is not started yet", async () => {
    const status = await collectStatus({ workload: "taxi", policies: [], resources: [] });
    const down = { up: false, reason: "not started yet" };
    expect(status).to.deep.include({ replay: down, stream: down, job: down, search: down });
    expect(status).to.deep.include({
      phase: "waiting",
      rates: { recordsPut: null, recordsRead: null, writes: null, throttled: null },
      lag: { replaySeconds: null, consumerSeconds: null, watermarkSeconds: null },
    });
  });

  it("says of a part that does not answer which, and goes on with the others", async () => {
    const gone = await startFakeSearch(domain);
    await gone.close();
    const status = await collectStatus(
      sources({
        search: { endpoint: gone.endpoint, ...WINDOWS },
        stream: { client: fakeKinesis, name: "wrong" },
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
          { id: "shardId-000000000001", share: 0.25 },
          { id: "shardId-000000000002", share: 0.75 },
        ],
      },
    });
    expect(status.resources).to.equal(resources);
    expect(status.workload).to.equal("taxi");
  });

  it("tells of the newest job what its source read, its lowest watermark and its checkpoints", async () => {
    const { job: found } = await collectStatus(sources());
    expect(found).to.deep.equal({
      up: true,
      value: {
        name: "taxi",
        state: "RUNNING",
        recordsRead: 900,
        millisBehindLatest: 1700,
        watermark: "2019-03-01T18:19:00.000Z",
        restarts: 0,
        checkpoints: { completed: 7, failed: 1, lastMilliseconds: 45 },
        shards: [
          { id: "shardId-0", millisBehindLatest: 200, recordsPerSecond: 120 },
          { id: "shardId-1", millisBehindLatest: 1700, recordsPerSecond: 120 },
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
        checkpoints: { completed: 7, failed: 1, lastMilliseconds: null },
      });
    expect(lag).to.include({ consumerSeconds: null, watermarkSeconds: null });
  });

  it("does not take the lag of a shard that is not read yet for none", async () => {
    job = { recordsRead: 0, millisBehindLatest: [-1, -1] };
    const { lag, job: found } = await collectStatus(sources());
    expect(lag.consumerSeconds).to.equal(null);
    expect(found)
      .to.have.nested.property("value.shards[0]")
      .that.deep.equals({ id: "shardId-0", millisBehindLatest: null, recordsPerSecond: 120 });
  });

  it("tells the lag of the replay, of the consumer, and of the watermark in event time", async () => {
    const { lag } = await collectStatus(sources());
    expect(lag).to.deep.equal({ replaySeconds: 1.5, consumerSeconds: 1.7, watermarkSeconds: 60 });
  });

  it("tells the documents, the dead letters and the demand of the newest complete window", async () => {
    const { search: found } = await collectStatus(sources());
    const newest = (zone: number, trips: number) => ({
      ...{ zone, zoneName: `Zone ${zone}`, borough: "Queens", trips, normal: 1, score: trips - 1 },
    });
    expect(found).to.deep.equal({
      up: true,
      value: {
        documents: { "taxi-demand-zones": 6, "dead-letters": 2 },
        writes: 100,
        deadLetters: { late: 2 },
        latestDeadLetters: [deadLetter],
        demand: {
          window: {
            start: "2019-03-01T18:00:00Z",
            end: "2019-03-01T18:15:00Z",
            complete: true,
            zones: [newest(132, 4), newest(7, 1)],
            top: [
              {
                ...{ rank: 1, zone: 132, name: "Zone 132", trips: 4 },
                // Two of the windows have a document; of the 24 that a trend shows they are the last and the last but two.
                trend: [...Array<number>(21).fill(0), 2, 0, 4],
              },
              { rank: 2, zone: 7, name: "Zone 7", trips: 1, trend: [] },
            ],
          },
          // Twelve trips in windows are four trips, each in three of the four windows.
          zones: [
            { zone: 132, trips: 4, tripsPerWindow: 3 },
            { zone: 7, trips: 2, tripsPerWindow: 1.5 },
          ],
          peak: 9,
        },
        airports: [jfk("2019-03-01T18:00:00Z")],
        origins: [{ ...jfk("2019-03-01T18:00:00Z"), zone: 7, zoneName: "Zone 7" }],
        symbols: [],
      },
    });
  });

  it("tells of trades the newest windows of each symbol, oldest first, and asks for no demand", async () => {
    const before = search.requests.length;
    const { search: found } = await collectStatus(sources({ workload: "trades" }));
    expect(found)
      .to.have.property("value")
      .that.deep.includes({
        ...{ demand: null, airports: [], origins: [] },
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
        ...{ documents: {}, writes: 0, deadLetters: {}, latestDeadLetters: [], demand: null },
        ...{ airports: [], origins: [], symbols: [] },
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
    });
    now += 2000;
    job = { ...job, recordsRead: 1100 };
    domain.writes = 160;
    progress = replay({ throttled: 13 });
    expect((await poll()).rates).to.deep.equal({
      ...{ recordsPut: 250, recordsRead: 100, writes: 30, throttled: 5 },
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
    it("not while the job is not running", async () => {
      expect(await read({ recordsRead: 1000, state: "RESTARTING" }, done)).to.equal(false);
    });
  });
});
