import type { PipelineStatus } from "../../../local/status/pipeline-status";
import { stagesOf, verdictOf } from "../../../local/status/verdict";
import { liveWindow, manhattan } from "./fake-demand";

/** A running pipeline in which every zone of Manhattan has demand. */
export function fakeStatus(changes: Partial<PipelineStatus> = {}): PipelineStatus {
  return judged({ ...running, ...changes });
}

/** A status with the verdict and the stations that its parts lead to. */
export function judged(status: Omit<PipelineStatus, "verdict" | "stages">): PipelineStatus {
  const context = { since: () => status.at, earlier: null };
  return { ...status, verdict: verdictOf(status, context), stages: stagesOf(status, context) };
}

const running: Omit<PipelineStatus, "verdict" | "stages"> = {
  at: "2026-01-05T10:00:00.000Z",
  workload: { name: "taxi", description: "Completed taxi trips", plugin: "taxi" },
  phase: "live",
  replay: {
    up: true,
    value: {
      finished: false,
      paused: false,
      progress: {
        type: "progress",
        at: "2026-01-05T10:00:00.000Z",
        eventTime: "2019-03-02T00:01:30Z",
        recordsPut: 123_456,
        recordsPerSecond: 1834,
        bytesPut: 24_000_000,
        replayLagSeconds: 0.4,
        throttled: 12,
        retries: 12,
        shards: 2,
        recordsTotal: 500_000,
      },
    },
  },
  stream: {
    up: true,
    value: {
      name: "events",
      status: "ACTIVE",
      mode: "PROVISIONED",
      openShards: 2,
      retentionHours: 24,
      shards: [
        { id: "shardId-000000000000", share: 0.5, taken: { records: 61_000, bytes: 12_000_000 } },
        { id: "shardId-000000000001", share: 0.5, taken: { records: 62_456, bytes: 12_000_000 } },
      ],
    },
  },
  job: {
    up: true,
    value: {
      id: "job-1",
      name: "taxi",
      state: "RUNNING",
      waitingTasks: 0,
      recordsRead: 122_900,
      millisBehindLatest: 300,
      watermark: "2019-03-02T00:00:12.000Z",
      restarts: 0,
      checkpoints: {
        completed: 14,
        failed: 0,
        lastMilliseconds: 118,
        restored: 0,
        restoredId: null,
        lastAt: "2026-01-05T09:59:54.000Z",
      },
      vertices: [
        { name: "Source: trips", busy: 0.12, backPressure: 0.02 },
        { name: "Zone demand", busy: 0.31, backPressure: 0 },
      ],
      shards: [
        { id: "shardId-000000000000", millisBehindLatest: 300 },
        { id: "shardId-000000000001", millisBehindLatest: 120 },
      ],
    },
  },
  search: {
    up: true,
    value: {
      documents: {
        "taxi-demand-zones": 20_400,
        "taxi-demand-cells": 19_800,
        "taxi-airport-durations": 96,
      },
      writes: 91_400,
      deadLetters: { malformed: 2, late: 1 },
      latestDeadLetters: [
        {
          reason: "late",
          detail: "2 h 4 min behind the watermark",
          shardId: "shardId-000000000001",
          sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
          eventTime: "2019-03-01T21:56:00Z",
        },
        {
          reason: "malformed",
          detail: "dropoffTime is missing",
          shardId: "shardId-000000000000",
          sequenceNumber: "49590338271490256608559692538361571095921575989136588802",
        },
      ],
      newest: { start: "2019-03-02T00:00:00.000Z", stepSeconds: 300 },
      demand: {
        window: liveWindow,
        zones: manhattan.map(({ zone, trips }) => ({
          zone,
          trips: trips * 140,
        })),
        peak: 131,
      },
      airports: [
        {
          airport: "JFK",
          windowStart: "2019-03-01T23:00:00Z",
          windowEnd: "2019-03-02T00:00:00Z",
          trips: 41,
          averageSeconds: 2712.4,
          p50Seconds: 2640,
          p95Seconds: 4210,
          complete: true,
        },
        {
          airport: "LGA",
          windowStart: "2019-03-01T23:00:00Z",
          windowEnd: "2019-03-02T00:00:00Z",
          trips: 1,
          averageSeconds: 1508,
          p50Seconds: 1508,
          p95Seconds: 1508,
          complete: false,
        },
      ],
      origins: [
        {
          airport: "JFK",
          zone: 161,
          zoneName: "Midtown Center",
          windowStart: "2019-03-01T23:00:00Z",
          windowEnd: "2019-03-02T00:00:00Z",
          trips: 9,
          averageSeconds: 3021,
          p50Seconds: 2980,
          p95Seconds: 4100,
          complete: true,
        },
      ],
    },
  },
  rates: {
    recordsPut: 1834,
    recordsRead: 1829.6,
    writes: 412.3,
    throttled: 0,
    shards: {
      "shardId-000000000000": { records: 912, bytes: 180_000, load: 0.912 },
      "shardId-000000000001": { records: 922, bytes: 184_000, load: 0.922 },
    },
  },
  lag: {
    replaySeconds: 0.4,
    consumerSeconds: 0.3,
    watermarkSeconds: 78,
    resultSeconds: 2.1,
    waits: { stream: 0.3, job: 1.8, search: 0 },
  },
  policies: [
    {
      name: "kinesis-stream-shard-limit",
      enforcementLevel: "mandatory",
      result: "passed",
    },
    {
      name: "opensearch-domain-encryption-at-rest",
      enforcementLevel: "mandatory",
      result: "passed",
    },
    { name: "log-group-retention-floor", enforcementLevel: "advisory", result: "violated" },
  ],
  resources: [
    { name: "taxi", type: "streaming:infra:Pipeline", parent: null },
    { name: "taxi-events", type: "streaming:infra:EventStream", parent: 0 },
    { name: "taxi-events", type: "aws:kinesis/stream:Stream", parent: 1 },
    { name: "taxi-job", type: "streaming:infra:FlinkApplication", parent: 0 },
    { name: "taxi-job", type: "aws:kinesisanalyticsv2/application:Application", parent: 3 },
    { name: "taxi-job-role", type: "aws:iam/role:Role", parent: 3 },
    { name: "loose", type: "aws:s3/bucket:Bucket", parent: null },
  ],
  journal: [],
};
