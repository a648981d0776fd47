import { jobStatus } from "./job-status";
import {
  countsEverything,
  type DeployedResource,
  type Part,
  type PipelineStatus,
  type PolicyResult,
  type ReplayStatus,
  type WorkloadSource,
} from "./pipeline-status";
import type { SearchSource } from "./multi-search";
import { searchStatus } from "./search-status";
import { streamStatus, type StreamSource } from "./stream-status";

/** Where the parts of the pipeline are; one that is not started yet is left out. */
export interface StatusSources {
  readonly workload: WorkloadSource;
  /** The producer's latest progress line, and whether it has come to the end of its input. */
  readonly replay?: ReplayStatus | undefined;
  readonly replayProblem?: string | undefined;
  readonly stream?: StreamSource | undefined;
  /** URL of Flink's REST API, such as http://127.0.0.1:8081. */
  readonly flinkEndpoint?: string | undefined;
  readonly search?: SearchSource | undefined;
  readonly policies: readonly PolicyResult[];
  readonly resources: readonly DeployedResource[];
}

export type Parts = Pick<PipelineStatus, "replay" | "stream" | "job" | "search">;

/** How long a part may take to answer before it counts as one that does not. */
const PATIENCE_MILLISECONDS = 2500;
/** A producer reports its progress each second. */
const SILENCE_MILLISECONDS = 5000;

const NOT_STARTED = { up: false, reason: "not started yet" } as const;

/**
 * Asks one part, one question at a time, and remembers its last answer.
 * @param question - undefined while the part is not started
 */
function probe<T>(question: () => Promise<T> | undefined, now: () => number) {
  let part: Part<T> = NOT_STARTED;
  let last: { readonly at: string; readonly value: T } | undefined;
  let asking: { readonly since: number; readonly answered: Promise<void> } | undefined;
  const down = (reason: string): void => {
    part = { up: false, reason, ...(last && { last }) };
  };
  const answered = async (answer: Promise<T>): Promise<void> => {
    try {
      const value = await answer;
      last = { at: new Date(now()).toISOString(), value };
      part = { up: true, value };
    } catch (error) {
      down(error instanceof Error ? error.message : String(error));
    }
    asking = undefined;
  };
  return {
    ask(): Promise<void> | undefined {
      const answer = asking === undefined ? question() : undefined;
      if (answer !== undefined) asking = { since: now(), answered: answered(answer) };
      return asking?.answered;
    },
    part(): Part<T> {
      const waited = now() - (asking?.since ?? now());
      if (waited > PATIENCE_MILLISECONDS) {
        down(`has not answered for ${Math.round(waited / 1000)} s`);
      }
      return part;
    },
  };
}

export function probes(sources: () => StatusSources, now: () => number) {
  const stream = probe(() => {
    const { stream: source } = sources();
    return source && streamStatus(source);
  }, now);
  const job = probe(() => {
    const { flinkEndpoint } = sources();
    return flinkEndpoint === undefined ? undefined : jobStatus(flinkEndpoint);
  }, now);
  const search = probe(() => {
    const { search: source, workload } = sources();
    return source && searchStatus(source, workload);
  }, now);
  return {
    /** Resolves when every part has answered, which one that hangs may not do for some seconds. Never rejects. */
    async ask(): Promise<void> {
      await Promise.all([stream.ask(), job.ask(), search.ask()]);
    },
    parts: (): Parts => ({
      replay: replayPart(sources(), now()),
      stream: stream.part(),
      job: job.part(),
      search: search.part(),
    }),
  };
}

function replayPart({ replay, replayProblem }: StatusSources, now: number): Part<ReplayStatus> {
  const last = replay && { at: replay.progress.at, value: replay };
  const silent = last && now - Date.parse(last.at);
  const isSilent =
    silent !== undefined &&
    silent > SILENCE_MILLISECONDS &&
    replay?.finished === false &&
    !replay.paused;
  const reason =
    replayProblem ?? (isSilent ? `has not reported for ${Math.round(silent / 1000)} s` : undefined);
  if (reason !== undefined) return { up: false, reason, ...(last && { last }) };
  return replay ? { up: true, value: replay } : NOT_STARTED;
}

/**
 * Whether the job has read every record that was put. False while that cannot be known: before the replay's end, without
 * metrics, or when records were read more than once after a restart and the count is no proof.
 */
export function hasReadEverything({ replay, job }: Pick<Parts, "replay" | "job">): boolean {
  if (!replay.up || !replay.value.finished || !job.up) return false;
  const { recordsRead, millisBehindLatest, state, waitingTasks } = job.value;
  if (state !== "RUNNING" || waitingTasks > 0 || recordsRead === null) return false;
  if (countsEverything(job.value)) return recordsRead >= replay.value.progress.recordsPut;
  return millisBehindLatest === 0;
}
