import { fetchJson } from "./http";
import type { JobStatus, ShardReading } from "./pipeline-status";

interface JobsOverview {
  readonly jobs: readonly {
    readonly jid: string;
    readonly name: string;
    readonly state: string;
    readonly "start-time": number;
  }[];
}
interface Vertex {
  readonly id: string;
  readonly name: string;
}
interface Checkpoints {
  readonly counts: { readonly completed: number; readonly failed: number };
  readonly latest: { readonly completed?: { readonly end_to_end_duration: number } | null };
}
/** A metric of a job or, for watermarks, of one of a vertex's subtasks. */
interface Metric {
  readonly id: string;
  readonly value: string;
}
/** A metric over all subtasks of a vertex; the figures are there only when it was asked for by name. */
interface SubtaskMetric {
  readonly id: string;
  readonly sum?: number;
  readonly max?: number;
}

/** The source's own operator, in the names of its metrics. */
const RECORDS_READ = /^Source__[^.]*\.numRecordsOut$/;
/** Figures of one shard: how far behind it is read, and how fast. */
const SHARD_FIGURE = /\.shardId\.([^.]+)\.(millisBehindLatest|recordsPerSecond)$/;
/** The latest instant that JavaScript can tell; the watermark at the end of all input lies beyond it. */
const LAST_INSTANT = 8.64e15;

/**
 * The job that was started last, by Flink's REST API at `endpoint`
 * (https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/rest_api/).
 *
 * @throws Error when the API does not answer or has no job.
 */
export async function jobStatus(endpoint: string): Promise<JobStatus> {
  const { jobs } = await fetchJson<JobsOverview>(endpoint, "/jobs/overview");
  const job = [...jobs].sort((a, b) => b["start-time"] - a["start-time"])[0];
  if (job === undefined) throw new Error("Flink runs no job yet");
  const path = `/jobs/${job.jid}`;
  const [{ vertices }, checkpoints, restarts] = await Promise.all([
    fetchJson<{ vertices: readonly Vertex[] }>(endpoint, path),
    fetchJson<Checkpoints>(endpoint, `${path}/checkpoints`),
    fetchJson<readonly Metric[]>(endpoint, `${path}/metrics?get=numRestarts`),
  ]);
  const [source, watermark] = await Promise.all([
    sourceFigures(endpoint, path, vertices),
    lowestWatermark(endpoint, path, vertices),
  ]);
  return {
    name: job.name,
    state: job.state,
    ...source,
    watermark,
    restarts: Number(restarts[0]?.value ?? 0),
    checkpoints: {
      completed: checkpoints.counts.completed,
      failed: checkpoints.counts.failed,
      lastMilliseconds: checkpoints.latest.completed?.end_to_end_duration ?? null,
    },
  };
}

async function sourceFigures(
  endpoint: string,
  path: string,
  vertices: readonly Vertex[],
): Promise<Pick<JobStatus, "recordsRead" | "millisBehindLatest" | "shards">> {
  const sources = vertices.filter(({ name }) => name.startsWith("Source"));
  const metrics = await Promise.all(
    sources.map(async ({ id }) => {
      const subtasks = `${path}/vertices/${id}/subtasks/metrics`;
      const all = await fetchJson<readonly SubtaskMetric[]>(endpoint, subtasks);
      const wanted = all
        .map((metric) => metric.id)
        .filter((name) => RECORDS_READ.test(name) || SHARD_FIGURE.test(name));
      if (wanted.length === 0) return [];
      const get = wanted.map(encodeURIComponent).join(",");
      return fetchJson<readonly SubtaskMetric[]>(endpoint, `${subtasks}?get=${get}`);
    }),
  );
  const read = metrics.flat().filter(({ id }) => RECORDS_READ.test(id));
  const shards = shardReadings(metrics.flat());
  const behind = shards.flatMap(({ millisBehindLatest }) => millisBehindLatest ?? []);
  return {
    recordsRead:
      read.length === 0 ? null : read.reduce((sum, metric) => sum + (metric.sum ?? 0), 0),
    millisBehindLatest: behind.length === 0 ? null : Math.max(...behind),
    shards,
  };
}

function shardReadings(metrics: readonly SubtaskMetric[]): readonly ShardReading[] {
  const figures = new Map<string, Record<string, number>>();
  for (const { id, max } of metrics) {
    const [, shard, figure] = SHARD_FIGURE.exec(id) ?? [];
    if (shard === undefined || figure === undefined || max === undefined) continue;
    figures.set(shard, { ...figures.get(shard), [figure]: max });
  }
  return [...figures].sort().map(([id, of]) => {
    // A shard of which nothing is known yet reports -1.
    const behind = of["millisBehindLatest"] ?? -1;
    return {
      id,
      millisBehindLatest: behind < 0 ? null : behind,
      recordsPerSecond: of["recordsPerSecond"] ?? null,
    };
  });
}

async function lowestWatermark(
  endpoint: string,
  path: string,
  vertices: readonly Vertex[],
): Promise<string | null> {
  const watermarks = await Promise.all(
    vertices.map(({ id }) =>
      fetchJson<readonly Metric[]>(endpoint, `${path}/vertices/${id}/watermarks`),
    ),
  );
  const lowest = Math.min(...watermarks.flat().map(({ value }) => Number(value)));
  // An operator without a watermark reports the lowest long; sources have none to report.
  return Math.abs(lowest) <= LAST_INSTANT ? new Date(lowest).toISOString() : null;
}
