import * as v from "valibot";
import { outcomes } from "../../infra/watch/metrics";
import { fetchJson, type Schema } from "./http";
import { countsEverything, type JobStatus, type VertexLoad } from "./pipeline-status";

const jobsOverview = v.object({
  jobs: v.array(
    v.object({
      jid: v.string(),
      name: v.string(),
      state: v.string(),
      "start-time": v.number(),
      tasks: v.object({ total: v.number(), running: v.number(), finished: v.number() }),
    }),
  ),
});
const jobDetails = v.object({ vertices: v.array(v.object({ id: v.string(), name: v.string() })) });
type Vertex = v.InferOutput<typeof jobDetails>["vertices"][number];
const checkpointsOf = v.object({
  counts: v.object({
    completed: v.number(),
    failed: v.number(),
    restored: v.optional(v.number(), 0),
  }),
  latest: v.object({
    completed: v.nullish(
      v.object({
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
const SHARD_BEHIND = /\.shardId\.([^.]+)\.(?:.*\.)?millisBehindLatest$/;
/** Milliseconds of each second: https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/metrics/#io */
const LOAD = ["busyTimeMsPerSecond", "backPressuredTimeMsPerSecond"] as const;
/** The latest instant that JavaScript can tell; the watermark at the end of all input lies beyond it. */
const LAST_INSTANT = 8.64e15;

/** Asks the API for what lies below the address of a job. */
type AskJob = <T>(path: string, schema: Schema<T>) => Promise<T>;

function askJob(endpoint: string, id: string): AskJob {
  return (path, schema) => fetchJson(endpoint, `/jobs/${id}${path}`, schema);
}

/**
 * The newest job: https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/rest_api/
 * @throws Error when the API does not answer, answers something else, or has no job
 */
export async function jobStatus(endpoint: string): Promise<JobStatus> {
  const { jobs } = await fetchJson(endpoint, "/jobs/overview", jobsOverview);
  const job = [...jobs].sort((a, b) => b["start-time"] - a["start-time"])[0];
  if (job === undefined) throw new Error("Flink runs no job yet");
  const ask = askJob(endpoint, job.jid);
  const [{ vertices }, checkpoints, restarts] = await Promise.all([
    ask("", jobDetails),
    ask("/checkpoints", checkpointsOf),
    ask("/metrics?get=numRestarts", metricsOf),
  ]);
  const [source, watermark, loads] = await Promise.all([
    sourceFigures(ask, vertices),
    lowestWatermark(ask, vertices),
    Promise.all(vertices.map((vertex) => loadOf(ask, vertex))),
  ]);
  const { completed, restored } = checkpoints.latest;
  const at = completed?.latest_ack_timestamp;
  return {
    id: job.jid,
    name: job.name,
    state: job.state,
    waitingTasks: job.tasks.total - job.tasks.running - job.tasks.finished,
    ...source,
    watermark,
    vertices: loads,
    restarts: Number(restarts[0]?.value ?? 0),
    checkpoints: {
      completed: checkpoints.counts.completed,
      failed: checkpoints.counts.failed,
      lastMilliseconds: completed?.end_to_end_duration ?? null,
      lastAt: at === undefined ? null : new Date(at).toISOString(),
      restored: checkpoints.counts.restored,
      restoredId: restored?.id ?? null,
    },
  };
}

/** How busy a vertex is, and how much it waits for those after it, by its fullest subtask. */
async function loadOf(ask: AskJob, { id, name }: Vertex): Promise<VertexLoad> {
  const path = `/vertices/${id}/subtasks/metrics?get=${LOAD.join(",")}&agg=max`;
  const metrics = await ask(path, subtaskMetrics);
  const [busy = null, backPressure = null] = LOAD.map((wanted) => {
    const max = metrics.find((metric) => metric.id === wanted)?.max;
    return max === undefined || !Number.isFinite(max) ? null : max / 1000;
  });
  return { name: name.split(" -> ")[0] ?? name, busy, backPressure };
}

async function sourceFigures(
  ask: AskJob,
  vertices: readonly Vertex[],
): Promise<Pick<JobStatus, "recordsRead" | "millisBehindLatest" | "shards">> {
  const sources = vertices.filter(({ name }) => name.startsWith("Source"));
  const isWanted = (name: string) => RECORDS_READ.test(name) || SHARD_BEHIND.test(name);
  const metrics = await wantedMetrics(ask, sources, isWanted);
  const read = metrics.filter(({ id }) => RECORDS_READ.test(id));
  const shards = metrics.flatMap(({ id: metric, max = -1 }) => {
    const [, id] = SHARD_BEHIND.exec(metric) ?? [];
    // A shard of which nothing is known yet reports -1.
    return id === undefined ? [] : [{ id, millisBehindLatest: max < 0 ? null : max }];
  });
  const behind = shards.flatMap(({ millisBehindLatest }) => millisBehindLatest ?? []);
  return {
    recordsRead: read.length === 0 ? null : total(read),
    millisBehindLatest: behind.length === 0 ? null : Math.max(...behind),
    shards: shards.sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function total(metrics: SubtaskMetrics): number {
  return metrics.reduce((all, { sum = 0 }) => all + sum, 0);
}

/** Metrics over the subtasks of vertices, of names that are wanted. */
async function wantedMetrics(
  ask: AskJob,
  vertices: readonly Vertex[],
  isWanted: (name: string) => boolean,
): Promise<SubtaskMetrics> {
  const metrics = await Promise.all(
    vertices.map(async ({ id }) => {
      const path = `/vertices/${id}/subtasks/metrics`;
      const names = (await ask(path, subtaskMetrics)).map((metric) => metric.id).filter(isWanted);
      const get = names.map(encodeURIComponent).join(",");
      return names.length === 0 ? [] : ask(`${path}?get=${get}`, subtaskMetrics);
    }),
  );
  return metrics.flat();
}

/** Records with an outcome in the job's counters; null without such counters, or after a restart, which clears them. */
export async function recordsAccounted(endpoint: string): Promise<number | null> {
  const job = await jobStatus(endpoint);
  const ask = askJob(endpoint, job.id);
  const { vertices } = await ask("", jobDetails);
  const found = await wantedMetrics(ask, vertices, (name) =>
    outcomes.some((outcome) => name.endsWith(`.KinesisAnalytics.${outcome}`)),
  );
  return countsEverything(job) && found.length > 0 ? total(found) : null;
}

async function lowestWatermark(ask: AskJob, vertices: readonly Vertex[]): Promise<string | null> {
  const watermarks = await Promise.all(
    vertices.map(({ id }) => ask(`/vertices/${id}/watermarks`, metricsOf)),
  );
  const lowest = Math.min(...watermarks.flat().map(({ value }) => Number(value)));
  // An operator without a watermark reports the lowest long; sources have none to report.
  return Math.abs(lowest) <= LAST_INSTANT ? new Date(lowest).toISOString() : null;
}
