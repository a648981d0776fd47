import type { Parts } from "./collect-status";
import { count, duration, plural } from "./figures";
import { known, type JobStatus, type JournalEntry, type PipelineStatus } from "./pipeline-status";

export type Facts = Omit<
  PipelineStatus,
  "verdict" | "stages" | "journal" | "policies" | "resources"
>;
type Event = Omit<JournalEntry, "at">;

export const PART_NAMES: Readonly<Record<keyof Parts, string>> = {
  replay: "The producer",
  stream: "The Kinesis server",
  job: "Flink's job manager",
  search: "OpenSearch",
};

/** What happened between two statuses. @param since when a part came into the state that it had before */
export function newEvents(
  before: Facts,
  now: Facts,
  since: (part: keyof Parts) => string,
): readonly Event[] {
  const lasted = (part: keyof Parts) =>
    duration((Date.parse(now.at) - Date.parse(since(part))) / 1000);
  return [
    ...actionEvents(before, now),
    ...(["replay", "stream", "job", "search"] as const).flatMap((part) =>
      answerEvents(part, before[part], now[part], lasted),
    ),
    ...jobEvents(before, now, lasted),
    ...shardEvents(before, now),
    ...(now.phase === "finished" && before.phase !== "finished"
      ? [{ kind: "change" as const, text: "The replay has reached its end" }]
      : []),
  ];
}

function answerEvents(
  part: keyof Parts,
  before: Facts[keyof Parts],
  now: Facts[keyof Parts],
  lasted: (part: keyof Parts) => string,
): Event[] {
  if (before.up === now.up) return [];
  const name = PART_NAMES[part];
  if (!now.up) return [{ kind: "problem", text: `${name} does not answer: ${now.reason}` }];
  // The first answer is a start.
  const isBack = !before.up && before.last !== undefined;
  return isBack ? [{ kind: "recovery", text: `${name} answers again after ${lasted(part)}` }] : [];
}

function actionEvents({ actions: was }: Facts, { actions: is }: Facts): Event[] {
  if (was === undefined || is === undefined) return [];
  const events: Event[] = [];
  if (was.paused !== is.paused) {
    events.push({ kind: "action", text: is.paused ? "Paused" : "Resumed" });
  }
  if (was.speedup !== is.speedup) {
    events.push({ kind: "action", text: `Speed-up ×${count(is.speedup)}` });
  }
  for (const { name, active } of is.faults) {
    const wasActive = was.faults.some((fault) => fault.name === name && fault.active);
    if (active !== wasActive) {
      events.push({ kind: "fault", text: `Fault ${name} ${active ? "began" : "is over"}` });
    }
  }
  return events;
}

function shardEvents(before: Facts, now: Facts): Event[] {
  if (!before.stream.up || !now.stream.up) return [];
  const [from, to] = [before.stream.value.openShards, now.stream.value.openShards];
  return from === to ? [] : [{ kind: "change", text: `${from} → ${plural(to, "shard")}` }];
}

function jobEvents(before: Facts, now: Facts, lasted: (part: "job") => string): Event[] {
  const [was, is] = [known(before.job), known(now.job)];
  if (was === undefined || is === undefined || !now.job.up) return [];
  const events: Event[] = [];
  const ran = before.job.up && was.state === "RUNNING";
  const from = is.checkpoints.restoredId;
  const origin = from === null ? "" : `, from checkpoint ${from}`;
  if (is.state !== "RUNNING" && ran) {
    events.push({ kind: "problem", text: `The job is ${is.state.toLowerCase()}` });
  } else if (is.state === "RUNNING" && !ran) {
    events.push({ kind: "recovery", text: `The job runs again after ${lasted("job")}${origin}` });
  } else if (is.id !== was.id || isRestarted(was, is)) {
    events.push({ kind: "recovery", text: `The job was restarted${origin}` });
  }
  if (is.id !== was.id) return events;
  if (is.checkpoints.completed > was.checkpoints.completed) {
    events.push({ kind: "checkpoint", text: `Checkpoint ${is.checkpoints.completed} is complete` });
  }
  if (is.checkpoints.failed > was.checkpoints.failed) {
    events.push({ kind: "problem", text: "A checkpoint failed" });
  }
  return events;
}

/** Without a state in between: the metric of restarts may come minutes late, and alone counts those without a checkpoint. */
function isRestarted(was: JobStatus, is: JobStatus): boolean {
  const { restored } = is.checkpoints;
  return restored > was.checkpoints.restored || (restored === 0 && is.restarts > was.restarts);
}

/** Prints each entry of the journal once, except checkpoints, which are frequent. */
export function journalTeller(tell: (text: string) => void): (status: PipelineStatus) => void {
  let last: JournalEntry | undefined;
  return ({ journal }) => {
    const added = last === undefined ? journal : journal.slice(journal.lastIndexOf(last) + 1);
    for (const { kind, text } of added) if (kind !== "checkpoint") tell(text);
    last = journal.at(-1);
  };
}
