import type { KinesisClient } from "@aws-sdk/client-kinesis";

import { jobStatus } from "./job-status";
import type { Workload } from "../verify/result-document";
import type {
  DeployedResource,
  Lag,
  Part,
  PipelineStatus,
  PolicyResult,
  Rates,
  ReplayStatus,
} from "./pipeline-status";
import type { SearchSource } from "./multi-search";
import { searchStatus } from "./search-status";
import { streamStatus } from "./stream-status";

/** Where the parts of the pipeline are; one that is not started yet is left out. */
export interface StatusSources {
  readonly workload: Workload;
  /** The producer's latest progress line, and whether it has come to the end of its input. */
  readonly replay?: ReplayStatus | undefined;
  readonly stream?:
    { readonly client: Pick<KinesisClient, "send">; readonly name: string } | undefined;
  /** URL of Flink's REST API, such as http://127.0.0.1:8081. */
  readonly flinkEndpoint?: string | undefined;
  readonly search?: SearchSource | undefined;
  readonly policies: readonly PolicyResult[];
  readonly resources: readonly DeployedResource[];
}

/** Statuses that a rate looks back on: at a poll a second, the last ten seconds. */
const LOOK_BACK = 10;

const NOT_STARTED = "not started yet";

type Parts = Pick<PipelineStatus, "at" | "replay" | "stream" | "job" | "search">;

/**
 * Asks every part of the pipeline once. Never rejects: a part that does not answer says so in the status.
 *
 * @param earlier an earlier status, from which the rates are measured.
 */
export async function collectStatus(
  sources: StatusSources,
  earlier?: PipelineStatus,
  now: () => number = Date.now,
): Promise<PipelineStatus> {
  const [stream, job, search] = await Promise.all([
    part(sources.stream, ({ client, name }) => streamStatus(client, name)),
    part(sources.flinkEndpoint, jobStatus),
    part(sources.search, (search) => searchStatus(search, sources.workload)),
  ]);
  const replay: Part<ReplayStatus> = sources.replay
    ? { up: true, value: sources.replay }
    : { up: false, reason: NOT_STARTED };
  const parts = { at: new Date(now()).toISOString(), replay, stream, job, search };
  return {
    ...parts,
    workload: sources.workload,
    phase: phaseOf(parts),
    rates: ratesOf(parts, earlier),
    lag: lagOf(parts),
    policies: sources.policies,
    resources: sources.resources,
  };
}

/** A poll that remembers the last ones, so that its rates are measured over some seconds. */
export function statusCollector(
  sources: () => StatusSources,
  now: () => number = Date.now,
): () => Promise<PipelineStatus> {
  const earlier: PipelineStatus[] = [];
  return async () => {
    const status = await collectStatus(sources(), earlier[0], now);
    earlier.push(status);
    if (earlier.length > LOOK_BACK) earlier.shift();
    return status;
  };
}

/**
 * Whether the job has read every record that was put. False while that cannot be known: before the replay's end, without
 * metrics, or when records were read more than once after a restart and the count is no proof.
 */
export function hasReadEverything({ replay, job }: PipelineStatus): boolean {
  if (!replay.up || !replay.value.finished || !job.up) return false;
  const { recordsRead, millisBehindLatest, restarts, state } = job.value;
  if (state !== "RUNNING" || recordsRead === null) return false;
  if (restarts === 0) return recordsRead >= replay.value.progress.recordsPut;
  return millisBehindLatest === 0;
}

async function part<Source, T>(
  source: Source | undefined,
  ask: (source: Source) => Promise<T>,
): Promise<Part<T>> {
  if (source === undefined) return { up: false, reason: NOT_STARTED };
  try {
    return { up: true, value: await ask(source) };
  } catch (error) {
    return { up: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function phaseOf({ replay, search }: Parts): PipelineStatus["phase"] {
  if (replay.up && replay.value.finished) return "finished";
  const put = replay.up ? replay.value.progress.recordsPut : 0;
  const documents = search.up ? Object.values(search.value.documents) : [];
  return put > 0 || documents.some((count) => count > 0) ? "live" : "waiting";
}

function ratesOf(parts: Parts, earlier: Parts | undefined): Rates {
  const seconds = earlier ? (Date.parse(parts.at) - Date.parse(earlier.at)) / 1000 : 0;
  const rate = (now: number | null, before: number | null) =>
    // A count that went down has begun anew, after a restart.
    now === null || before === null || seconds <= 0 || now < before
      ? null
      : (now - before) / seconds;
  const read = ({ job }: Parts) => (job.up ? job.value.recordsRead : null);
  const writes = ({ search }: Parts) => (search.up ? search.value.writes : null);
  const throttled = ({ replay }: Parts) => (replay.up ? replay.value.progress.throttled : null);
  const { replay } = parts;
  return {
    recordsPut: replay.up ? putRate(replay.value) : null,
    recordsRead: rate(read(parts), earlier ? read(earlier) : null),
    writes: rate(writes(parts), earlier ? writes(earlier) : null),
    throttled: rate(throttled(parts), earlier ? throttled(earlier) : null),
  };
}

/** The last progress line of a finished replay still tells the rate before its end. */
function putRate({ finished, progress }: ReplayStatus): number {
  return finished ? 0 : progress.recordsPerSecond;
}

function lagOf({ replay, job }: Parts): Lag {
  const progress = replay.up ? replay.value.progress : undefined;
  const watermark = job.up ? job.value.watermark : null;
  const behind = job.up ? job.value.millisBehindLatest : null;
  const eventTime = progress?.eventTime ?? null;
  return {
    replaySeconds: progress?.replayLagSeconds ?? null,
    consumerSeconds: behind === null ? null : behind / 1000,
    watermarkSeconds:
      watermark === null || eventTime === null
        ? null
        : (Date.parse(eventTime) - Date.parse(watermark)) / 1000,
  };
}
