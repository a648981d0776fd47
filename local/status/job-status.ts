import * as v from "valibot";
import { outcomes } from "../../infra/watch/metrics";
import { fetchJson } from "./http";
import type { JobStatus, ShardReading, VertexLoad } from "./pipeline-status";

const jobsOverview = v.object({
  jobs: v.array(
    v.object({
      jid: v.string(),
      name: v.string(),
      state: v.string(),
      "start-time": v.number(),
    }),
  ),
});
const jobDetails = v.object({ vertices: v.array(v.object({ id: v.string(), name: v.string() })) });
type Vertex = v.InferOutput<typeof jobDetails>["vertices"][number];
const checkpointsOf = v.object({
  counts: v.object({ completed: v.number(), failed: v.number() }),
  latest: v.object({
    completed: v.nullish(
      v.object({
        id: v.optional(v.number()),
        end_to_end_duration: v.number(),
        latest_ack_timestamp: v.optional(v.number()),
      }),
    ),
    restored: v.nullish(v.object({ id: v.number() })),
  }),
});
/** Metrics of a job or, for watermarks, of one of a vertex's subtasks. */
const metricsOf = v.array(v.object({ id: v.string(), value: v.optional(v.string()) }));
/** A number, or the "NaN" of an operator that does not measure itself. */
const measured = v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)));
/** Metrics over all subtasks of a vertex; the figures are there only when they were asked for by name. */
const subtaskMetrics = v.array(v.object({ id: v.string(), sum: measured, max: measured }));
type SubtaskMetrics = v.InferOutput<typeof subtaskMetrics>;

/** The source's own operator, in the names of its metrics. */
const RECORDS_READ = /^Source__[^.]*\.numRecordsOut$/;
const SHARD_FIGURE = /\.shardId\.([^.]+)\.(?:.*\.)?(millisBehindLatest|recordsPerSecond)$/;
/** Milliseconds of each second: https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/metrics/#io */
const LOAD = ["busyTimeMsPerSecond", "backPressuredTimeMsPerSecond"] as const;
/** The latest instant that JavaScript can tell; the watermark at the end of all input lies beyond it. */
const LAST_INSTANT = 8.64e15;

/**
 * The newest job: https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/rest_api/
 * @throws Error when the API does not answer, answers something else, or has no job
 */
export async function jobStatus(endpoint: string): Promise<JobStatus> {
  const { jobs } = await fetchJson(endpoint, "/jobs/overview", jobsOverview);
  const job = [...jobs].sort((a, b) => b["start-time"] - a["start-time"])[0];
  if (job === undefined) throw new Error("Flink runs no job yet");
  const path = `/jobs/${job.jid}`;
  const [{ vertices }, checkpoints, restarts] = await Promise.all([
    fetchJson(endpoint, path, jobDetails),
    fetchJson(endpoint, `${path}/checkpoints`, checkpointsOf),
    fetchJson(endpoint, `${path}/metrics?get=numRestarts`, metricsOf),
  ]);
  const [source, watermark, loads] = await Promise.all([
    sourceFigures(endpoint, path, vertices),
    lowestWatermark(endpoint, path, vertices),
    Promise.all(vertices.map((vertex) => loadOf(endpoint, path, vertex))),
  ]);
  const { completed, restored } = checkpoints.latest;
  const at = completed?.latest_ack_timestamp;
  return {
    id: job.jid,
    name: job.name,
    state: job.state,
    ...source,
    watermark,
    vertices: loads,
    restarts: Number(restarts[0]?.value ?? 0),
    checkpoints: {
      completed: checkpoints.counts.completed,
      failed: checkpoints.counts.failed,
      lastMilliseconds: completed?.end_to_end_duration ?? null,
      lastAt: at === undefined ? null : new Date(at).toISOString(),
      restoredId: restored?.id ?? null,
    },
  };
}

/** How busy a vertex is, and how much it waits for those after it, by its fullest subtask. */
async function loadOf(endpoint: string, path: string, { id, name }: Vertex): Promise<VertexLoad> {
  const metrics = await fetchJson(
    endpoint,
    `${path}/vertices/${id}/subtasks/metrics?get=${LOAD.join(",")}&agg=max`,
    subtaskMetrics,
  );
  const [busy = null, backPressure = null] = LOAD.map((wanted) => {
    const max = metrics.find((metric) => metric.id === wanted)?.max;
    return max === undefined || !Number.isFinite(max) ? null : max / 1000;
  });
  return { name: name.split(" -> ")[0] ?? name, busy, backPressure };
}

async function sourceFigures(
  endpoint: string,
  path: string,
  vertices: readonly Vertex[],
): Promise<Pick<JobStatus, "recordsRead" | "millisBehindLatest" | "shards">> {
  const sources = vertices.filter(({ name }) => name.startsWith("Source"));
  const metrics = await wantedMetrics(
    endpoint,
    path,
    sources,
    (name) => RECORDS_READ.test(name) || SHARD_FIGURE.test(name),
  );
  const read = metrics.filter(({ id }) => RECORDS_READ.test(id));
  const shards = shardReadings(metrics);
  const behind = shards.flatMap(({ millisBehindLatest }) => millisBehindLatest ?? []);
  return {
    recordsRead:
      read.length === 0 ? null : read.reduce((sum, metric) => sum + (metric.sum ?? 0), 0),
    millisBehindLatest: behind.length === 0 ? null : Math.max(...behind),
    shards,
  };
}

/** Metrics over the subtasks of vertices, of names that are wanted. */
async function wantedMetrics(
  endpoint: string,
  path: string,
  vertices: readonly Vertex[],
  isWanted: (name: string) => boolean,
): Promise<SubtaskMetrics> {
  const metrics = await Promise.all(
    vertices.map(async ({ id }) => {
      const subtasks = `${path}/vertices/${id}/subtasks/metrics`;
      const all = await fetchJson(endpoint, subtasks, subtaskMetrics);
      const wanted = all.map((metric) => metric.id).filter(isWanted);
      if (wanted.length === 0) return [];
      const get = wanted.map(encodeURIComponent).join(",");
      return fetchJson(endpoint, `${subtasks}?get=${get}`, subtaskMetrics);
    }),
  );
  return metrics.flat();
}

/** Records with an outcome in the job's counters; null without such counters, or after a restart, which clears them. */
export async function recordsAccounted(endpoint: string): Promise<number | null> {
  const { id, restarts } = await jobStatus(endpoint);
  const path = `/jobs/${id}`;
  const { vertices } = await fetchJson(endpoint, path, jobDetails);
  const found = await wantedMetrics(endpoint, path, vertices, (name) =>
    outcomes.some((outcome) => name.endsWith(`.KinesisAnalytics.${outcome}`)),
  );
  return restarts > 0 || found.length === 0
    ? null
    : found.reduce((total, { sum = 0 }) => total + sum, 0);
}

function shardReadings(metrics: SubtaskMetrics): readonly ShardReading[] {
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
    vertices.map(({ id }) => fetchJson(endpoint, `${path}/vertices/${id}/watermarks`, metricsOf)),
  );
  const lowest = Math.min(...watermarks.flat().map(({ value }) => Number(value)));
  // An operator without a watermark reports the lowest long; sources have none to report.
  return Math.abs(lowest) <= LAST_INSTANT ? new Date(lowest).toISOString() : null;
}
