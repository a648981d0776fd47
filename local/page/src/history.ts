import type { PipelineStatus } from "../../status/pipeline-status";
import { count, plural } from "./format";

/** Figures of one moment; null where nothing is known. */
export interface Sample {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly put: number | null;
  readonly read: number | null;
  readonly written: number | null;
  readonly replayLag: number | null;
  readonly consumerLag: number | null;
}

/** Something that happened to the pipeline, to be found again in its figures. */
export interface Mark {
  readonly at: number;
  readonly label: string;
}

/** What the page has seen since it was opened. */
export interface History {
  readonly samples: readonly Sample[];
  readonly marks: readonly Mark[];
}

export const NO_HISTORY: History = { samples: [], marks: [] };

/** Ten minutes at a status a second. */
const LONGEST = 600;

/** The history with one more status. */
export function extended(
  { samples, marks }: History,
  status: PipelineStatus,
  before: PipelineStatus | undefined,
): History {
  const at = Date.parse(status.at) / 1000;
  const sample: Sample = {
    at,
    put: status.rates.recordsPut,
    read: status.rates.recordsRead,
    written: status.rates.writes,
    replayLag: status.lag.replaySeconds,
    consumerLag: status.lag.consumerSeconds,
  };
  const kept = [...samples, sample].slice(-LONGEST);
  const happened = before === undefined ? [] : changes(before, status);
  return {
    samples: kept,
    marks: [...marks, ...happened.map((label) => ({ at, label }))].filter(
      (mark) => mark.at >= (kept[0]?.at ?? 0),
    ),
  };
}

function changes(before: PipelineStatus, now: PipelineStatus): readonly string[] {
  const labels: string[] = [];
  if (before.actions && now.actions) {
    const [was, is] = [before.actions, now.actions];
    if (was.paused !== is.paused) labels.push(is.paused ? "paused" : "resumed");
    if (was.speedup !== is.speedup) labels.push(`speed ×${count(is.speedup)}`);
    for (const { name, active } of is.faults) {
      const wasActive = was.faults.some((fault) => fault.name === name && fault.active);
      if (active && !wasActive) labels.push(name);
      if (!active && wasActive) labels.push(`${name} over`);
    }
  }
  if (before.stream.up && now.stream.up) {
    const { openShards } = now.stream.value;
    if (openShards !== before.stream.value.openShards) labels.push(plural(openShards, "shard"));
  }
  if (before.job.up && now.job.up && now.job.value.restarts > before.job.value.restarts) {
    labels.push("job restarted");
  }
  return labels;
}
