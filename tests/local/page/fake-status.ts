import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { PipelineStatus } from "../../../local/status/pipeline-status";

interface Outlines {
  readonly features: readonly {
    readonly properties: {
      readonly locationId: number;
      readonly zone: string;
      readonly borough: string;
    };
  }[];
}

const outlines = JSON.parse(
  readFileSync(join(__dirname, "../../../local/data/taxi-zones.geojson"), "utf8"),
) as Outlines;
const manhattan = outlines.features
  .map(({ properties }) => properties)
  .filter(({ borough }) => borough === "Manhattan")
  .map(({ locationId, zone, borough }, at) => ({
    zone: locationId,
    zoneName: zone,
    borough,
    trips: 1 + ((at * 37) % 120),
  }))
  .sort((a, b) => b.trips - a.trips);

/** A running pipeline in which every zone of Manhattan has demand. */
export function fakeStatus(changes: Partial<PipelineStatus> = {}): PipelineStatus {
  return {
    at: "2026-01-05T10:00:00.000Z",
    phase: "live",
    replay: {
      up: true,
      value: {
        finished: false,
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
      },
    },
    job: {
      up: true,
      value: {
        name: "taxi",
        state: "RUNNING",
        recordsRead: 122_900,
        millisBehindLatest: 300,
        watermark: "2019-03-02T00:00:12.000Z",
        restarts: 0,
        checkpoints: { completed: 14, failed: 0, lastMilliseconds: 118 },
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
        demand: {
          window: {
            start: "2019-03-01T23:45:00Z",
            end: "2019-03-02T00:00:00Z",
            complete: true,
            zones: manhattan,
          },
          zones: manhattan.map(({ zone, trips }) => ({
            zone,
            trips: trips * 140,
            tripsPerWindow: 20 + trips / 4,
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
            complete: true,
          },
          {
            airport: "LGA",
            windowStart: "2019-03-01T23:00:00Z",
            windowEnd: "2019-03-02T00:00:00Z",
            trips: 1,
            averageSeconds: 1508,
            complete: false,
          },
        ],
      },
    },
    rates: { recordsPut: 1834, recordsRead: 1829.6, writes: 412.3 },
    lag: { replaySeconds: 0.4, consumerSeconds: 0.3, watermarkSeconds: 78 },
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
    ...changes,
  };
}
