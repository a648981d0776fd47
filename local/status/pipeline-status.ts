import type { ProgressReport } from "../../producer/command/progress-report";
import type { SearchStatus } from "./result-status";

/** What is known about one part of the pipeline. A part that does not answer says why, and keeps what it said last. */
export type Part<T> =
  | { readonly up: true; readonly value: T }
  | {
      readonly up: false;
      readonly reason: string;
      /** When it last answered, and what. */
      readonly last?: { readonly at: string; readonly value: T };
    };

/** The latest value of a part, however old; undefined before its first answer. */
export function known<T>(part: Part<T> | undefined): T | undefined {
  if (part === undefined) return undefined;
  return part.up ? part.value : part.last?.value;
}

/** The pipeline at one moment: what the page shows and `/status.json` serves. */
export interface PipelineStatus {
  readonly at: string;
  readonly workload: WorkloadStatus;
  /** `waiting` before the first record or document, `finished` at the end of the replay. */
  readonly phase: "waiting" | "live" | "finished";
  readonly replay: Part<ReplayStatus>;
  readonly stream: Part<StreamStatus>;
  readonly job: Part<JobStatus>;
  readonly search: Part<SearchStatus>;
  readonly rates: Rates;
  readonly lag: Lag;
  readonly verdict: Verdict;
  readonly stages: readonly Stage[];
  readonly journal: readonly JournalEntry[];
  readonly policies: readonly PolicyResult[];
  /** What was deployed: parents before their children. */
  readonly resources: readonly DeployedResource[];
  /** What a viewer can do; absent where nothing can be done. */
  readonly actions?: ActionsStatus;
}

export interface WorkloadStatus {
  readonly name: string;
  readonly description: string;
  /** Name under which a view and results of its own are registered. */
  readonly plugin?: string;
}

/** What flows through the pipeline, and where its results are. */
export interface WorkloadSource extends WorkloadStatus {
  readonly indices: readonly string[];
}

/** The producer's progress, as it prints it with `--json`. */
export type ReplayProgress = Omit<ProgressReport, "advice" | "lastError" | "errors" | "waiting">;

export interface ReplayStatus {
  readonly finished: boolean;
  readonly paused: boolean;
  readonly progress: ReplayProgress;
}

export interface StreamStatus {
  readonly name: string;
  readonly status: string;
  readonly mode: string;
  readonly openShards: number;
  readonly retentionHours: number;
  /** The open shards, in the order of their hash keys. */
  readonly shards: readonly {
    readonly id: string;
    /** Part of all hash keys that the shard takes, 0 to 1. */
    readonly share: number;
    /** What the shard has taken since the server's start; null while unknown. */
    readonly taken: { readonly records: number; readonly bytes: number } | null;
  }[];
}

export interface JobStatus {
  readonly id: string;
  readonly name: string;
  /** Flink's job state, such as RUNNING or RESTARTING. */
  readonly state: string;
  /** Those that neither run nor have finished: a job that restarts is RUNNING while they wait for a task manager. */
  readonly waitingTasks: number;
  /** Records that the source has emitted since the job last started; null without a metric. */
  readonly recordsRead: number | null;
  /** The slowest shard's distance from the tip of the stream, in milliseconds; null while unknown. */
  readonly millisBehindLatest: number | null;
  /** The lowest watermark of all operators, an ISO instant; null until every operator has one. */
  readonly watermark: string | null;
  readonly restarts: number;
  readonly checkpoints: {
    readonly completed: number;
    readonly failed: number;
    /** How long the latest completed checkpoint took, end to end. */
    readonly lastMilliseconds: number | null;
    /** When the latest one was complete, an ISO instant. */
    readonly lastAt: string | null;
    /** How often the job went on from a checkpoint or savepoint, its start included. */
    readonly restored: number;
    /** The checkpoint that the job went on from; null when it began without. */
    readonly restoredId: number | null;
  };
  readonly vertices: readonly VertexLoad[];
  /** How the source reads each shard; empty for a reader without figures per shard. */
  readonly shards: readonly {
    readonly id: string;
    /** Distance from the tip of the shard, in milliseconds; null while unknown. */
    readonly millisBehindLatest: number | null;
  }[];
}

/** Whether the counters of a job cover all that it has read: they begin again with each start. */
export function countsEverything({ restarts, checkpoints }: JobStatus): boolean {
  return restarts === 0 && checkpoints.restored === 0;
}

/** How a vertex of the job spends its time, by its fullest subtask: parts of a second, 0 to 1; null while unknown. */
export interface VertexLoad {
  readonly name: string;
  readonly busy: number | null;
  /** Waiting for the vertices after it, or for the sink's service. */
  readonly backPressure: number | null;
}

/** Figures a second over the last polls; null while there is nothing to compare with. */
export interface Rates {
  /** Records put into the stream, as the producer measures it. */
  readonly recordsPut: number | null;
  readonly recordsRead: number | null;
  readonly writes: number | null;
  /** Records that the stream refused for want of throughput. */
  readonly throttled: number | null;
  readonly shards: Readonly<Record<string, ShardRate>>;
}

export interface ShardRate {
  readonly records: number;
  readonly bytes: number;
  /** Part of what a shard takes, 0 to 1, of records or bytes, whichever is more. */
  readonly load: number;
}

/** Who is how far behind; null while unknown. */
export interface Lag {
  /** Due records wait this long to be sent. */
  readonly replaySeconds: number | null;
  /** The job reads the open shards this far behind their tips. */
  readonly consumerSeconds: number | null;
  /** Wall-clock time for which the oldest event has waited that no visible result counts yet. */
  readonly resultSeconds: number | null;
  readonly waits: Waits | null;
  /** Event time between the newest record and the job's watermark, which includes the allowed disorder. */
  readonly watermarkSeconds: number | null;
}

/** Seconds of a delay, by where they were spent; together they are the delay. */
export interface Waits {
  /** In the stream, to be read by the job. */
  readonly stream: number;
  readonly job: number;
  /** At the sink, while OpenSearch does not answer. */
  readonly search: number;
}

/** `idle`: nothing is wrong and nothing flows. `warning` and `problem` mean now, never what is over. */
export type Level = "ok" | "idle" | "warning" | "problem" | "unknown";

/** The worst state on the way of a record, in a sentence. */
export interface Verdict {
  readonly level: Level;
  readonly title: string;
  /** Since when it is so, and what is being done about it. */
  readonly detail: string;
}

export interface Stage {
  readonly name: "producer" | "stream" | "job" | "search" | "results";
  readonly title: string;
  readonly level: Level;
  /** What it is doing, in a few words; empty when that is as usual. */
  readonly state: string;
  readonly figure: string;
  readonly lines: readonly string[];
  /** What waits before the next station. */
  readonly waiting: readonly string[];
  /** When the figures were last known, an ISO instant; absent while they are of now. */
  readonly asOf?: string;
}

export interface JournalEntry {
  readonly at: string;
  readonly kind: "action" | "fault" | "problem" | "recovery" | "checkpoint" | "change";
  readonly text: string;
}

export interface Sample {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly put: number | null;
  readonly read: number | null;
  readonly written: number | null;
  readonly waits: Waits | null;
}

export interface PolicyResult {
  readonly name: string;
  readonly enforcementLevel: string;
  readonly result: "passed" | "violated";
}

export interface DeployedResource {
  readonly name: string;
  readonly type: string;
  /** Index of the parent in the list; null at the top. */
  readonly parent: number | null;
}

/** What changed from one status to the next, which the event stream sends: parts that are missing are as before. */
export type StatusChange = Partial<PipelineStatus> & {
  /** Of a domain that answered before as well. */
  readonly results?: Partial<SearchStatus>;
  readonly sample: Sample;
};

export interface ActionsStatus {
  readonly paused: boolean;
  readonly speedup: number;
  readonly faults: readonly {
    readonly name: string;
    readonly description: string;
    readonly active: boolean;
  }[];
}
