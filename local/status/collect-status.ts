import { jobStatus } from "./job-status";
import type {
  DeployedResource,
  JobStatus,
  Part,
  PolicyResult,
  ReplayStatus,
  StreamStatus,
  WorkloadSource,
} from "./pipeline-status";
import type { SearchSource } from "./multi-search";
import type { SearchStatus } from "./result-status";
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

export interface Parts {
  readonly replay: Part<ReplayStatus>;
  readonly stream: Part<StreamStatus>;
  readonly job: Part<JobStatus>;
  readonly search: Part<SearchStatus>;
}

/** How long a part may take to answer before it counts as one that does not. */
const PATIENCE_MILLISECONDS = 2500;
/** A producer reports its progress each second. */
const SILENCE_MILLISECONDS = 5000;

const NOT_STARTED = { up: false, reason: "not started yet" } as const;

/** Asks one part, one question at a time, and remembers its last answer. */
class Probe<Source, T> {
  readonly #ask: (source: Source) => Promise<T>;
  #part: Part<T> = NOT_STARTED;
  #last: { readonly at: string; readonly value: T } | undefined;
  #asking: { readonly since: number; readonly answered: Promise<void> } | undefined;

  constructor(ask: (source: Source) => Promise<T>) {
    this.#ask = ask;
  }

  ask(source: Source | undefined, now: () => number): Promise<void> {
    if (source === undefined) return Promise.resolve();
    this.#asking ??= { since: now(), answered: this.#answer(source, now) };
    return this.#asking.answered;
  }

  async #answer(source: Source, now: () => number): Promise<void> {
    try {
      const value = await this.#ask(source);
      this.#last = { at: new Date(now()).toISOString(), value };
      this.#part = { up: true, value };
    } catch (error) {
      this.#down(error instanceof Error ? error.message : String(error));
    }
    this.#asking = undefined;
  }

  part(now: number): Part<T> {
    const waited = now - (this.#asking?.since ?? now);
    if (waited > PATIENCE_MILLISECONDS) {
      this.#down(`has not answered for ${Math.round(waited / 1000)} s`);
    }
    return this.#part;
  }

  #down(reason: string): void {
    this.#part = { up: false, reason, ...(this.#last && { last: this.#last }) };
  }
}

export class Probes {
  readonly #sources: () => StatusSources;
  readonly #now: () => number;
  readonly #stream = new Probe(streamStatus);
  readonly #job = new Probe(jobStatus);
  readonly #search = new Probe(
    ({ search, workload }: { readonly search: SearchSource; readonly workload: WorkloadSource }) =>
      searchStatus(search, workload),
  );

  constructor(sources: () => StatusSources, now: () => number) {
    this.#sources = sources;
    this.#now = now;
  }

  /** Resolves when every part has answered, which one that hangs may not do for some seconds. Never rejects. */
  async ask(): Promise<void> {
    const { stream, flinkEndpoint, search, workload } = this.#sources();
    await Promise.all([
      this.#stream.ask(stream, this.#now),
      this.#job.ask(flinkEndpoint, this.#now),
      this.#search.ask(search && { search, workload }, this.#now),
    ]);
  }

  parts(): Parts {
    const now = this.#now();
    return {
      replay: replayPart(this.#sources(), now),
      stream: this.#stream.part(now),
      job: this.#job.part(now),
      search: this.#search.part(now),
    };
  }
}

/** Asks every part once. Never rejects: a part that does not answer says so. */
export async function collectParts(sources: StatusSources): Promise<Parts> {
  const probes = new Probes(() => sources, Date.now);
  await probes.ask();
  return probes.parts();
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
export function hasReadEverything({ replay, job }: Parts): boolean {
  if (!replay.up || !replay.value.finished || !job.up) return false;
  const { recordsRead, millisBehindLatest, restarts, state } = job.value;
  if (state !== "RUNNING" || recordsRead === null) return false;
  if (restarts === 0) return recordsRead >= replay.value.progress.recordsPut;
  return millisBehindLatest === 0;
}
