import type {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";

import { startFakeService, type FakeService } from "./fake-service";

const NO_WATERMARK = "-9223372036854775808";

export interface FakeJob {
  readonly state?: string;
  readonly restarts?: number;
  /** Records that each of the source's two subtasks has emitted together; undefined before Flink has metrics. */
  readonly recordsRead?: number;
  readonly millisBehindLatest?: readonly number[];
  /** Milliseconds since the epoch, by subtask of the windows. */
  readonly watermarks?: readonly string[];
  readonly checkpointMilliseconds?: number;
  /** When its last checkpoint was complete. */
  readonly checkpointAt?: string;
  /** The checkpoint that it went on from. */
  readonly restoredId?: number;
  /** @default 1 with a restoredId, otherwise 0 */
  readonly restored?: number;
  /** @default "new" */
  readonly id?: string;
  /** @default 0 */
  readonly waitingTasks?: number;
}

/** Flink's REST API with a source, windows, and an older job that was cancelled. */
export function startFakeFlink(job: () => FakeJob): Promise<FakeService> {
  const source = "Source__trips.numRecordsOut";
  const shard = (n: number, figure: string) =>
    `Source__trips.KinesisStreamSource.shardId.shardId-00000000000${n + 1}.${figure}`;
  return startFakeService(({ path, query }) => {
    const { recordsRead, millisBehindLatest = [], ...now } = job();
    switch (path.replace("/jobs/other", "/jobs/new")) {
      case "/jobs/overview": {
        const { id = "new", state = "RUNNING", waitingTasks = 0 } = now;
        const tasks = { total: 4, running: 3 - waitingTasks, finished: 1 };
        return {
          jobs: [
            { jid: "old", name: "taxi", state: "CANCELED", "start-time": 1, tasks },
            { jid: id, name: "taxi", state, "start-time": 2, tasks },
          ],
        };
      }
      case "/jobs/new":
        return {
          vertices: [
            { id: "v1", name: "Source: trips -> deduplicate" },
            { id: "v2", name: "demand by zone -> Sink: documents" },
          ],
        };
      case "/jobs/new/checkpoints":
        return {
          counts: {
            completed: 7,
            failed: 1,
            restored: now.restored ?? (now.restoredId === undefined ? 0 : 1),
          },
          latest: {
            restored: now.restoredId === undefined ? null : { id: now.restoredId },
            completed: now.checkpointMilliseconds && {
              end_to_end_duration: now.checkpointMilliseconds,
              latest_ack_timestamp: Date.parse(now.checkpointAt ?? "2026-01-05T09:59:50Z"),
            },
          },
        };
      case "/jobs/new/metrics":
        return [{ id: "numRestarts", value: String(now.restarts ?? 0) }];
      case "/jobs/new/vertices/v1/watermarks":
        return [];
      case "/jobs/new/vertices/v2/watermarks":
        return (now.watermarks ?? [NO_WATERMARK]).map((value, at) => ({
          id: `${at}.currentInputWatermark`,
          value,
        }));
      case "/jobs/new/vertices/v2/subtasks/metrics":
        return [
          { id: "busyTimeMsPerSecond", max: "NaN" },
          { id: "backPressuredTimeMsPerSecond", max: 0 },
        ];
      case "/jobs/new/vertices/v1/subtasks/metrics": {
        if (query.get("agg") === "max") {
          return [
            { id: "busyTimeMsPerSecond", max: 250 },
            { id: "backPressuredTimeMsPerSecond", max: 500 },
          ];
        }
        if (recordsRead === undefined) return [];
        const metrics = [
          { id: source, sum: recordsRead, max: recordsRead },
          { id: "deduplicate.numRecordsOut", sum: 1, max: 1 },
          { id: "numRecordsOut", sum: 2, max: 2 },
          ...millisBehindLatest.flatMap((max, at) => [
            { id: shard(at, "millisBehindLatest"), sum: max, max },
            { id: shard(at, "recordsPerSecond"), sum: 120, max: 120 },
          ]),
        ];
        const names = query.get("get")?.split(",");
        return names
          ? metrics.filter(({ id }) => names.includes(id))
          : metrics.map(({ id }) => ({ id }));
      }
      default:
        return undefined;
    }
  });
}

const hits = (sources: readonly unknown[]) => ({
  hits: { hits: sources.map((source) => ({ _source: source })) },
});

const zone = (id: number, trips: number, complete: boolean) => ({
  zone: id,
  zoneName: `Zone ${id}`,
  borough: "Queens",
  location: { lat: 40.7, lon: -73.8 },
  windowStart: "2019-03-01T18:00:00Z",
  windowEnd: "2019-03-01T18:15:00Z",
  trips,
  normal: 1,
  score: trips - 1,
  complete,
});

export const deadLetter = {
  reason: "late",
  detail: "two hours behind the watermark",
  shardId: "shardId-0",
  sequenceNumber: "49",
  eventTime: "2019-03-01T16:00:00Z",
};

export const jfk = (windowStart: string) => ({
  airport: "JFK",
  windowStart,
  windowEnd: "2019-03-01T19:00:00Z",
  trips: 2,
  averageSeconds: 1800,
  p50Seconds: 1700,
  p95Seconds: 3000,
  complete: true,
});

export const tradeWindow = (windowStart: string) => ({
  windowStart,
  trades: 3,
  volume: 700,
  vwap: 10.5,
  open: 10.4,
  close: 10.6,
  high: 10.7,
  low: 10.3,
  changePercent: 1.9,
  complete: true,
});

const NEWEST = '"aggs":{"newest":{"max":{"field":"windowStart"}}}}';
const newestComplete = Date.parse("2019-03-01T18:00:00Z");
const newest = Date.parse("2019-03-01T18:10:00Z");

export interface FakeDomain {
  /** Whether it has any index. */
  filled: boolean;
  /** Whether a window is complete. */
  readonly complete: boolean;
  readonly refuses: boolean;
  readonly writes: number;
  /** Whether anybody has written documents that are not as the job writes them. */
  broken: boolean;
}

/** A domain in which a window is complete. */
export const fakeDomain: FakeDomain = {
  filled: true,
  complete: true,
  refuses: false,
  writes: 100,
  broken: false,
};

/** A domain with two zones in its newest complete window; before `filled` it has no index. */
export function startFakeSearch(state: FakeDomain): Promise<FakeService> {
  return startFakeService(({ path, body }) => {
    if (path.endsWith("/_stats/indexing")) {
      return {
        _all: { primaries: state.filled ? { indexing: { index_total: state.writes } } : {} },
      };
    }
    if (path !== "/_msearch") return undefined;
    const lines = body
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const searches = lines
      .flatMap((line, at) => (at % 2 === 0 ? [[line, lines[at + 1]]] : []))
      .map(([header, search]) => ({
        index: (header as { index: readonly string[] }).index,
        text: JSON.stringify(search),
      }));
    return {
      responses: searches.map((search) => {
        if (state.refuses) return { error: { type: "too_many_buckets", reason: "too many" } };
        return state.filled ? answer(search, state) : {};
      }),
    };
  });
}

function answer(
  search: { readonly index: readonly string[]; readonly text: string },
  { complete, broken }: FakeDomain,
): unknown {
  if (search.index.length > 1) {
    const buckets = [
      { key: "taxi-demand-zones", doc_count: 6 },
      { key: "dead-letters", doc_count: 2 },
    ];
    return { aggregations: { groups: { buckets } } };
  }
  const window = complete ? "18:00:00" : "18:10:00";
  const byAirport = (found: readonly unknown[]) => ({
    aggregations: { groups: { buckets: [{ key: "JFK", doc_count: 1, newest: hits(found) }] } },
  });
  switch (search.index[0]) {
    case "dead-letters":
      return {
        ...hits([broken ? { reason: "refused" } : deadLetter]),
        aggregations: { groups: { buckets: [{ key: "late", doc_count: 2 }] } },
      };
    case "taxi-demand-zones":
      if (search.text.endsWith(NEWEST)) return { aggregations: { newest: { value: newest } } };
      if (search.text.includes('"newestComplete"')) return { aggregations: totals(complete) };
      if (search.text.includes('"range"')) return { aggregations: trends };
      return search.text.includes(window)
        ? hits([zone(132, 4, complete), broken ? { zone: "seven" } : zone(7, 1, complete)])
        : hits([]);
    case "taxi-demand-cells":
      return hits([{ cell: "dr5ru7", trips: 3, normal: 1, score: 2, complete }]);
    case "taxi-top-areas":
      return hits([
        {
          areas: [
            { rank: 1, area: "132", name: "Zone 132", trips: 4 },
            { rank: 2, area: "7", name: "Zone 7", trips: 1 },
          ],
        },
      ]);
    case "taxi-airport-durations":
      return byAirport([broken ? { airport: 4 } : jfk("2019-03-01T18:00:00Z")]);
    case "taxi-airport-origins":
      return byAirport(
        [7, 12].map((id, at) => ({
          ...jfk(at === 0 ? "2019-03-01T18:00:00Z" : "2019-03-01T17:00:00Z"),
          zone: id,
          zoneName: `Zone ${id}`,
        })),
      );
    case "trade-statistics": {
      if (search.text.endsWith(NEWEST)) return { aggregations: { newest: { value: newest } } };
      const windows = ["2019-03-01T18:01:00Z", "2019-03-01T18:00:00Z"].map(tradeWindow);
      return {
        aggregations: {
          groups: { buckets: [{ key: "ACME", doc_count: 2, newest: hits(windows) }] },
        },
      };
    }
    default:
      return undefined;
  }
}

const totals = (complete: boolean) => ({
  newest: { value: newest },
  newestComplete: { start: { value: complete ? newestComplete : null } },
  windows: { value: 4 },
  peak: { value: 9 },
  zones: {
    buckets: [
      { key: 132, doc_count: 3, trips: { value: 12 } },
      { key: 7, doc_count: 3, trips: { value: 6 } },
    ],
  },
});

const trends = {
  groups: {
    buckets: [
      {
        key: 132,
        doc_count: 2,
        windows: {
          buckets: [
            { key: newestComplete, doc_count: 1, trips: { value: 4 } },
            { key: newestComplete - 600_000, doc_count: 1, trips: { value: 2 } },
          ],
        },
      },
    ],
  },
};

const shard = (id: string, start: number, end: number, closed = false) => ({
  ShardId: `shardId-00000000000${id}`,
  HashKeyRange: {
    StartingHashKey: String(BigInt(start) * 2n ** 126n),
    EndingHashKey: String(BigInt(end) * 2n ** 126n - 1n),
  },
  SequenceNumberRange: {
    StartingSequenceNumber: "49",
    ...(closed && { EndingSequenceNumber: "50" }),
  },
});

/** A Kinesis client that knows one stream, whose first shard was split unevenly. */
export const fakeKinesis = {
  send: ({ input }: DescribeStreamSummaryCommand | ListShardsCommand) =>
    input.StreamName === "events"
      ? Promise.resolve({
          StreamDescriptionSummary: {
            StreamStatus: "ACTIVE",
            StreamModeDetails: { StreamMode: "PROVISIONED" },
            OpenShardCount: 2,
            RetentionPeriodHours: 24,
          },
          Shards: [shard("2", 1, 4), shard("1", 0, 1), shard("0", 0, 4, true)],
        })
      : Promise.reject(new Error("Stream wrong under account 000000000000 not found.")),
} as unknown as Pick<KinesisClient, "send">;
