import type { ProgressReport } from "../../producer/command/report";
import type { Workload } from "../verify/result-document";
import type { SearchStatus } from "./result-status";

/** What is known about one part of the pipeline; a part that does not answer yet says why. */
export type Part<T> =
  { readonly up: true; readonly value: T } | { readonly up: false; readonly reason: string };

/** The pipeline at one moment: what the page shows and `/status.json` serves. */
export interface PipelineStatus {
  /** When it was asked, an ISO instant. */
  readonly at: string;
  /** What flows through the pipeline. */
  readonly workload: Workload;
  /**
   * - `waiting`: nothing has been replayed or written yet.
   * - `live`: records or documents are there and the replay goes on.
   * - `finished`: the replay has reached its end.
   */
  readonly phase: "waiting" | "live" | "finished";
  readonly replay: Part<ReplayStatus>;
  readonly stream: Part<StreamStatus>;
  readonly job: Part<JobStatus>;
  readonly search: Part<SearchStatus>;
  readonly rates: Rates;
  readonly lag: Lag;
  /** What the policy pack said about the deployed program. */
  readonly policies: readonly PolicyResult[];
  /** What was deployed: parents before their children. */
  readonly resources: readonly DeployedResource[];
  /** What somebody who watches can do; absent where nothing can be done. */
  readonly actions?: ActionsStatus;
}

/** The producer's progress, as it prints it with `--json`. */
export type ReplayProgress = Omit<ProgressReport, "advice" | "lastError" | "errors">;

export interface ReplayStatus {
  readonly finished: boolean;
  readonly progress: ReplayProgress;
}

export interface StreamStatus {
  readonly name: string;
  readonly status: string;
  readonly mode: string;
  readonly openShards: number;
  readonly retentionHours: number;
  /** The open shards, in the order of their hash keys. */
  readonly shards: readonly ShardStatus[];
}

export interface ShardStatus {
  readonly id: string;
  /** Part of all hash keys that the shard takes, 0 to 1. */
  readonly share: number;
}

export interface JobStatus {
  readonly name: string;
  /** Flink's job state, such as RUNNING or RESTARTING. */
  readonly state: string;
  /** Records that the source has emitted since the job last started; null while no metric tells. */
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
  };
  /** How the source reads each shard; a reader that tells no figures of its shards leaves it empty. */
  readonly shards: readonly ShardReading[];
}

export interface ShardReading {
  readonly id: string;
  /** Distance from the tip of the shard, in milliseconds; null while unknown. */
  readonly millisBehindLatest: number | null;
  /** Records read from the shard in a second, by its latest request; null while unknown. */
  readonly recordsPerSecond: number | null;
}

/** Figures a second over the last polls; null while there is nothing to compare with. */
export interface Rates {
  /** Records put into the stream, as the producer measures it. */
  readonly recordsPut: number | null;
  /** Records read by the job. */
  readonly recordsRead: number | null;
  /** Index operations of the domain. */
  readonly writes: number | null;
  /** Records that the stream refused for want of throughput. */
  readonly throttled: number | null;
}

/** Who is how far behind; null while unknown. */
export interface Lag {
  /** Due records wait this long to be sent. */
  readonly replaySeconds: number | null;
  /** The job reads the stream this far behind its tip. */
  readonly consumerSeconds: number | null;
  /**
   * Event time between the newest record put and the job's watermark. The allowed disorder of events is part of it, so it
   * does not come down to zero.
   */
  readonly watermarkSeconds: number | null;
}

export interface PolicyResult {
  readonly name: string;
  readonly enforcementLevel: string;
  readonly result: "passed" | "violated";
}

/** A resource or component of the deployed stack. */
export interface DeployedResource {
  readonly name: string;
  readonly type: string;
  /** Index of the parent in the list; null at the top. */
  readonly parent: number | null;
}

export interface ActionsStatus {
  readonly paused: boolean;
  readonly speedup: number;
  /** What may go wrong on request. */
  readonly faults: readonly {
    readonly name: string;
    readonly description: string;
    /** Whether it is happening. */
    readonly active: boolean;
  }[];
}
