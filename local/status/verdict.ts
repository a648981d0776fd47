import type { Parts } from "./collect-status";
import { clock, count, duration, percentOf, plural, rate, UNKNOWN } from "./figures";
import { PART_NAMES, type Facts } from "./journal";
import {
  known,
  type Level,
  type Part,
  type Stage,
  type Verdict,
  type Waits,
} from "./pipeline-status";

/** Results that are this old are behind: early results, refreshes and polls take some seconds. */
const BEHIND_SECONDS = 10;
/** A producer that sends this much too late does not keep up. */
const LATE_SECONDS = 5;
/** Part of the time that an operator waits from which on it is held up. */
const HELD_UP = 0.5;

export interface Context {
  readonly since: (part: keyof Parts) => string;
  readonly earlier: Waits | null;
}

const CONSEQUENCES: Readonly<Record<keyof Parts, string>> = {
  replay: "It is started again, from the last position that was acknowledged.",
  stream: "The producer keeps what is due and tries again.",
  job: "It goes on from its last checkpoint; what was put meanwhile waits in the stream.",
  search: "The job holds back what it cannot write, and the rest waits in the stream.",
};

export function verdictOf(facts: Facts, { since, earlier }: Context): Verdict {
  const { lag, phase } = facts;
  const seconds = lag.resultSeconds ?? 0;
  const behind = seconds > BEHIND_SECONDS ? `Results are ${duration(seconds)} behind` : undefined;
  const broken = brokenPart(facts);
  if (broken !== undefined) {
    const [part, what] = broken;
    const hours = known(facts.stream)?.retentionHours;
    const kept =
      hours === undefined ? "" : `Nothing is lost: the stream keeps records for ${hours} h.`;
    return {
      level: "problem",
      title: behind === undefined ? what : `${behind}${trend(seconds, earlier)}`,
      detail: `${behind === undefined ? "" : `${what}. `}Since ${clock(since(part))}${during(facts)}. ${CONSEQUENCES[part]} ${kept}`,
    };
  }
  const order = ["stream", "search", "job", "replay"] as const;
  const missing = order.find((part) => known<unknown>(facts[part]) === undefined);
  if (phase === "waiting" || missing !== undefined) {
    const detail = missing === undefined ? "" : `${PART_NAMES[missing]} is not up yet`;
    return { level: "unknown", title: "Waiting for data", detail };
  }
  if (behind !== undefined) {
    const title = `${behind}${trend(seconds, earlier)}`;
    return { level: "warning", title, detail: `${whereItWaits(facts)}${during(facts)}.` };
  }
  const late = lag.replaySeconds ?? 0;
  if (late > LATE_SECONDS && phase === "live") {
    const detail = `The stream takes ${rate(facts.rates.recordsPut)} records a second${during(facts)}.`;
    return { level: "warning", title: `The producer is ${duration(late)} late`, detail };
  }
  const faults = activeFaults(facts);
  if (faults.length > 0) {
    const title = `Live, with ${plural(faults.length, "fault")}`;
    return { level: "warning", title, detail: `Happening: ${faults.join(", ")}.` };
  }
  const age = `Results are ${duration(seconds)} behind the newest event.`;
  if (phase === "finished") {
    return { level: "idle", title: "Finished", detail: "The replay has reached its end." };
  }
  if (facts.replay.up && facts.replay.value.paused) {
    return { level: "idle", title: "Paused", detail: age };
  }
  return { level: "ok", title: "Live", detail: age };
}

/** The first part on the way that is down after it was up, in words. */
function brokenPart(facts: Facts): [keyof Parts, string] | undefined {
  const { replay, job } = facts;
  for (const part of ["search", "stream", "job"] as const) {
    const { up, ...rest } = facts[part];
    if (!up && "last" in rest) return [part, `${PART_NAMES[part]} does not answer`];
  }
  if (job.up && !["RUNNING", "CREATED", "INITIALIZING"].includes(job.value.state)) {
    return ["job", `The job is ${job.value.state.toLowerCase()}`];
  }
  if (!replay.up && replay.last !== undefined) {
    return ["replay", `The producer ${replay.reason}`];
  }
  return undefined;
}

function trend(seconds: number, earlier: Waits | null): string {
  const before = earlier && earlier.stream + earlier.job + earlier.search;
  if (before === null || Math.abs(seconds - before) < 1) return "";
  return seconds > before ? " and falling further behind" : " and catching up";
}

function activeFaults({ actions }: Facts): readonly string[] {
  return (actions?.faults ?? []).filter(({ active }) => active).map(({ name }) => name);
}

function during(facts: Facts): string {
  const faults = activeFaults(facts);
  return faults.length === 0 ? "" : ` (fault ${faults.join(", ")})`;
}

function whereItWaits({ lag: { waits }, job }: Facts): string {
  const held = known(job)?.vertices.find(({ backPressure }) => (backPressure ?? 0) > HELD_UP);
  if (held !== undefined) return `“${held.name}” waits for what comes after it`;
  if (waits !== null && waits.stream > waits.job) return "Records wait in the stream for the job";
  const busiest = most(known(job)?.vertices ?? [], ({ busy }) => busy);
  const busy =
    busiest === undefined ? "" : `, “${busiest.name}” is busy ${percentOf(busiest.busy)}`;
  return `Records are on their way through the job${busy}`;
}

export function stagesOf(facts: Facts, { since }: Context): readonly Stage[] {
  const { at, replay, stream, job, search, rates, lag, phase, actions } = facts;
  const [producer, shards] = [known(replay), known(stream)];
  const [running, domain] = [known(job), known(search)];
  const waits = lag.waits;
  const downFor = (part: keyof Parts) =>
    `down for ${duration((Date.parse(at) - Date.parse(since(part))) / 1000)}`;
  const { progress } = producer ?? {};
  const late = lag.replaySeconds ?? 0;
  const busiest = most(Object.values(rates.shards), ({ load }) => load);
  const fullest = most(running?.vertices ?? [], ({ backPressure }) => backPressure);
  const heldUp = job.up && (fullest?.backPressure ?? 0) > HELD_UP;
  const busy = most(running?.vertices ?? [], (vertex) => vertex.busy);
  const total = progress?.recordsTotal ?? null;
  const isIdle = producer?.finished === true || producer?.paused === true;
  const refused = rates.throttled ?? 0;
  const isGone = !search.up && domain !== undefined;
  return [
    {
      name: "producer",
      title: "Producer",
      level: levelOf(replay, isIdle ? "idle" : late > LATE_SECONDS ? "warning" : "ok"),
      state: !replay.up
        ? replay.reason
        : producer?.paused
          ? "paused"
          : phase === "finished"
            ? "at its end"
            : "",
      figure: `${rate(rates.recordsPut)} records/s`,
      lines: [
        ...(actions ? [`×${count(actions.speedup)}`] : []),
        `${count(progress?.recordsPut)}${total === null ? "" : ` of ${count(total)}`} records`,
        ...(isIdle ? [] : [late > LATE_SECONDS ? `${duration(late)} late` : "on schedule"]),
      ],
      waiting: [`${duration(lag.replaySeconds)} late`, `${rate(rates.throttled)}/s refused`],
      ...asOf(replay),
    },
    {
      name: "stream",
      title: "Stream",
      level: levelOf(stream, refused > 0 ? "warning" : "ok"),
      state: stream.up
        ? stream.value.status === "ACTIVE"
          ? ""
          : stream.value.status.toLowerCase()
        : downFor("stream"),
      figure: shards === undefined ? UNKNOWN : plural(shards.openShards, "shard"),
      lines: [
        `busiest at ${percentOf(busiest?.load)} of its limit`,
        ...(shards ? [`keeps ${shards.retentionHours} h`] : []),
      ],
      waiting: [duration(waits?.stream ?? lag.consumerSeconds)],
      ...asOf(stream),
    },
    {
      name: "job",
      title: "Flink job",
      level: levelOf(job, running?.state !== "RUNNING" ? "problem" : heldUp ? "warning" : "ok"),
      state: !job.up
        ? downFor("job")
        : job.value.state !== "RUNNING"
          ? job.value.state.toLowerCase()
          : heldUp
            ? "held up"
            : "",
      figure: `${rate(rates.recordsRead)} records/s`,
      lines: [
        `busy ${percentOf(busy?.busy)} · back pressure ${percentOf(fullest?.backPressure)}${heldUp ? ` at “${fullest?.name ?? ""}”` : ""}`,
        ...(running?.checkpoints.lastAt
          ? [
              `checkpoint ${duration((Date.parse(at) - Date.parse(running.checkpoints.lastAt)) / 1000)} ago`,
            ]
          : []),
        ...(running ? [plural(running.restarts, "restart")] : []),
      ],
      waiting: [duration(waits && waits.job + waits.search)],
      ...asOf(job),
    },
    {
      name: "search",
      title: "OpenSearch",
      level: levelOf(search, "ok"),
      state: isGone ? downFor("search") : "",
      figure: `${rate(isGone ? 0 : rates.writes)} writes/s`,
      lines: [
        `${count(domain && sum(domain.documents))} documents`,
        `${count(domain && sum(domain.deadLetters))} dead letters`,
      ],
      waiting: [],
      ...asOf(search),
    },
    {
      name: "results",
      title: "Results",
      level: levelOf(
        search,
        lag.resultSeconds === null
          ? "unknown"
          : lag.resultSeconds > BEHIND_SECONDS
            ? "warning"
            : "ok",
      ),
      state: isGone ? "as of the last answer" : "",
      figure: `${duration(lag.resultSeconds)} behind`,
      lines: [
        `newest window ${domain?.newest ? `${domain.newest.start.slice(0, 16).replace("T", " ")} UTC` : UNKNOWN}`,
      ],
      waiting: [],
      ...asOf(search),
    },
  ];
}

/** A part that never answered is unknown, one that does no more has a problem. */
function levelOf(part: Part<unknown>, up: Level): Level {
  if (part.up) return up;
  return part.last === undefined ? "unknown" : "problem";
}

function asOf(part: Part<unknown>): Pick<Stage, "asOf"> {
  return part.up || part.last === undefined ? {} : { asOf: part.last.at };
}

function most<T>(items: readonly T[], of: (item: T) => number | null): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || (of(item) ?? -1) > (of(best) ?? -1) ? item : best),
    undefined,
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}
