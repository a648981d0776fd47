import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";

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
}

/** Flink's REST API with a source, windows, and an older job that was cancelled. */
export function startFakeFlink(job: () => FakeJob): Promise<FakeService> {
  const source = "Source__trips.numRecordsOut";
  const shard = (n: number) =>
    `Source__trips.KinesisConsumer.stream.events.shardId.shardId-${n}.millisBehindLatest`;
  return startFakeService(({ path, query }) => {
    const { recordsRead, millisBehindLatest = [], ...now } = job();
    switch (path) {
      case "/jobs/overview":
        return {
          jobs: [
            { jid: "old", name: "taxi", state: "CANCELED", "start-time": 1 },
            { jid: "new", name: "taxi", state: now.state ?? "RUNNING", "start-time": 2 },
          ],
        };
      case "/jobs/new":
        return {
          vertices: [
            { id: "v1", name: "Source: trips -> deduplicate" },
            { id: "v2", name: "demand by zone -> Sink: documents" },
          ],
        };
      case "/jobs/new/checkpoints":
        return {
          counts: { completed: 7, failed: 1 },
          latest: {
            completed: now.checkpointMilliseconds && {
              end_to_end_duration: now.checkpointMilliseconds,
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
      case "/jobs/new/vertices/v1/subtasks/metrics": {
        if (recordsRead === undefined) return [];
        const metrics = [
          { id: source, sum: recordsRead, max: recordsRead },
          { id: "deduplicate.numRecordsOut", sum: 1, max: 1 },
          { id: "numRecordsOut", sum: 2, max: 2 },
          ...millisBehindLatest.map((max, at) => ({ id: shard(at), sum: max, max })),
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

const zone = (id: number, trips: number) => ({
  zone: id,
  zoneName: `Zone ${id}`,
  borough: "Queens",
  location: { lat: 40.7, lon: -73.8 },
  windowStart: "2019-03-01T18:00:00Z",
  windowEnd: "2019-03-01T18:15:00Z",
  trips,
  complete: true,
});

/** A domain with two zones in its newest complete window; before `filled` it has no index. */
export function startFakeSearch(state: {
  filled: boolean;
  complete: boolean;
  writes: number;
}): Promise<FakeService> {
  const newestComplete = Date.parse("2019-03-01T18:00:00Z");
  const newest = Date.parse("2019-03-01T18:10:00Z");
  return startFakeService(({ path, body }) => {
    switch (path) {
      case "/_msearch":
        if (!state.filled) return { responses: Array.from({ length: 4 }, () => ({})) };
        return {
          responses: [
            {
              aggregations: {
                indices: {
                  buckets: [
                    { key: "taxi-demand-zones", doc_count: 6 },
                    { key: "dead-letters", doc_count: 2 },
                  ],
                },
              },
            },
            { aggregations: { reasons: { buckets: [{ key: "late", doc_count: 2 }] } } },
            {
              aggregations: {
                newest: { value: newest },
                newestComplete: { start: { value: state.complete ? newestComplete : null } },
                windows: { value: 4 },
                peak: { value: 9 },
                zones: {
                  buckets: [
                    { key: 132, doc_count: 3, trips: { value: 12 } },
                    { key: 7, doc_count: 3, trips: { value: 6 } },
                  ],
                },
              },
            },
            {
              aggregations: {
                airports: {
                  buckets: [
                    {
                      key: "JFK",
                      doc_count: 1,
                      newest: hits([{ airport: "JFK", trips: 2, averageSeconds: 1800 }]),
                    },
                  ],
                },
              },
            },
          ],
        };
      case "/taxi-demand-zones,taxi-demand-cells,taxi-airport-durations,dead-letters/_stats/indexing":
        return {
          _all: { primaries: state.filled ? { indexing: { index_total: state.writes } } : {} },
        };
      case "/taxi-demand-zones/_search":
        return body.includes(state.complete ? "18:00:00" : "18:10:00")
          ? hits([zone(132, 4), zone(7, 1)])
          : hits([]);
      default:
        return undefined;
    }
  });
}

/** A Kinesis client that knows one stream. */
export const fakeKinesis = {
  send: (command: DescribeStreamSummaryCommand) =>
    command.input.StreamName === "events"
      ? Promise.resolve({
          StreamDescriptionSummary: {
            StreamStatus: "ACTIVE",
            StreamModeDetails: { StreamMode: "PROVISIONED" },
            OpenShardCount: 2,
            RetentionPeriodHours: 24,
          },
        })
      : Promise.reject(new Error("Stream wrong under account 000000000000 not found.")),
} as unknown as Pick<KinesisClient, "send">;
