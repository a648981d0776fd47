import type { GateRules } from "./settings";

const MINUTE = 60_000;

/** The value of a metric in one minute. */
export interface Point {
  readonly time: Date;
  readonly value: number;
}

/** What the metrics tell of a job, oldest first. */
export interface Health {
  /** How often the job has restarted since it was submitted. */
  readonly restarts: readonly Point[];
  /** Milliseconds for which it has run without a break. */
  readonly running: readonly Point[];
  /** Checkpoints that failed since it was submitted. */
  readonly failedCheckpoints: readonly Point[];
  /** Milliseconds that the last complete checkpoint took. */
  readonly checkpoints: readonly Point[];
  /** Milliseconds by which readers are behind; undefined without a metric. */
  readonly lag: readonly Point[] | undefined;
}

export type Verdict =
  | { readonly kind: "healthy" }
  /** Not to be said yet; each text names what is missing. */
  | { readonly kind: "open"; readonly missing: readonly string[] }
  | { readonly kind: "sick"; readonly reason: string };

/** Judges a job that has been RUNNING since a moment; its counters begin again with each submission, so one restart is too many. */
export function judge(health: Health, since: Date, now: Date, rules: GateRules): Verdict {
  // The minute in which the job came up also has values of the version before it.
  const first = Math.ceil(since.getTime() / MINUTE) * MINUTE;
  const own = (points: readonly Point[]): number[] =>
    points.filter(({ time }) => time.getTime() >= first).map(({ value }) => value);

  const restarts = Math.max(0, ...own(health.restarts));
  if (restarts > 0) return sick(`the job restarted ${times(restarts)}`);
  const failed = Math.max(0, ...own(health.failedCheckpoints));
  if (failed > 0) return sick(`${failed === 1 ? "a checkpoint" : `${failed} checkpoints`} failed`);

  const minutes = (now.getTime() - since.getTime()) / MINUTE;
  const missing = [
    ...((own(health.running).at(-1) ?? 0) > 0 ? [] : ["a sign that the job runs"]),
    ...(own(health.checkpoints).some((duration) => duration > 0) ? [] : ["a complete checkpoint"]),
    ...missingLag(health.lag && own(health.lag), rules),
    ...(minutes >= rules.watchMinutes ? [] : [`${rules.watchMinutes} minutes of watching`]),
  ];
  if (missing.length === 0) return { kind: "healthy" };
  return minutes < rules.timeoutMinutes
    ? { kind: "open", missing }
    : sick(`after ${rules.timeoutMinutes} minutes there is still missing: ${missing.join(", ")}`);
}

function missingLag(points: readonly number[] | undefined, { maxLagSeconds }: GateRules): string[] {
  if (points === undefined) return [];
  // Negative while the source does not know it.
  const lag = points.filter((value) => value >= 0);
  const last = lag.at(-1);
  if (last === undefined) return ["a measure of how far the job is behind"];
  const falls = last < (lag[0] ?? last);
  if (last <= maxLagSeconds * 1000 || falls) return [];
  return [`a job that catches up (it is ${Math.round(last / 1000)} s behind)`];
}

function sick(reason: string): Verdict {
  return { kind: "sick", reason };
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
