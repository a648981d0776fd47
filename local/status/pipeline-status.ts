/** What is known about one part of the pipeline; a part that does not answer yet says why. */
export type Part<T> =
  { readonly up: true; readonly value: T } | { readonly up: false; readonly reason: string };

/** The pipeline at one moment: what the page shows and `/status.json` serves. */
export interface PipelineStatus {
  /** When it was asked, an ISO instant. */
  readonly at: string;
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
}

/** The producer's progress, as it prints it with `--json`. */
export interface ReplayProgress {
  readonly type: "progress";
  readonly at: string;
  /** Every record up to this event time has been put; null before the first one. */
  readonly eventTime: string | null;
  readonly recordsPut: number;
  readonly recordsPerSecond: number;
  readonly bytesPut: number;
  /** How long the oldest due record has been waiting to be sent, in seconds. */
  readonly replayLagSeconds: number;
  readonly throttled: number;
  readonly retries: number;
  readonly shards: number;
  readonly recordsTotal: number;
}

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
}

export interface SearchStatus {
  /** Documents by index. */
  readonly documents: Readonly<Record<string, number>>;
  /** Index operations since the domain started: a result that is overwritten counts each time. */
  readonly writes: number;
  /** Documents of the index dead-letters by reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly demand: DemandStatus | null;
  readonly airports: readonly AirportStatus[];
}

export interface DemandStatus {
  /** The newest window that is complete or, before there is one, the newest window. */
  readonly window: {
    readonly start: string;
    readonly end: string;
    readonly complete: boolean;
    /** The zones of the window, the one with most trips first. */
    readonly zones: readonly ZoneDemand[];
  };
  /** Every zone of which a trip was counted. */
  readonly zones: readonly ZoneTotal[];
  /** Most trips that one zone has had in one window. */
  readonly peak: number;
}

export interface ZoneDemand {
  readonly zone: number;
  readonly zoneName: string;
  readonly borough: string;
  readonly trips: number;
}

export interface ZoneTotal {
  readonly zone: number;
  /** Trips so far. */
  readonly trips: number;
  /** Trips a window on average, over all windows so far. */
  readonly tripsPerWindow: number;
}

export interface AirportStatus {
  readonly airport: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly trips: number;
  readonly averageSeconds: number;
  readonly complete: boolean;
}

/** Figures a second over the last polls; null while there is nothing to compare with. */
export interface Rates {
  /** Records put into the stream, as the producer measures it. */
  readonly recordsPut: number | null;
  /** Records read by the job. */
  readonly recordsRead: number | null;
  /** Index operations of the domain. */
  readonly writes: number | null;
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
