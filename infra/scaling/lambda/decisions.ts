/** Limits within which a capacity may be changed. */
export interface Rules {
  /** Smallest and largest capacity, whole numbers from 1, multiples of `granularity`. */
  readonly min: number;
  readonly max: number;
  /** Capacity is allocated in multiples of this, such as the parallel instances that share a KPU. */
  readonly granularity: number;
  /** Seconds after a change before the capacity may grow again. */
  readonly outCooldownSeconds: number;
  /** Seconds after a change before the capacity may shrink. */
  readonly inCooldownSeconds: number;
  /** Changes in any 24 hours; undefined where the service sets no limit. */
  readonly changesPerDay?: number | undefined;
  /** Milliseconds that readers may be behind while the capacity shrinks. */
  readonly maxLagMilliseconds: number;
  /** Minutes whose load a smaller capacity must have held; 0: only the present load counts. */
  readonly lookBackMinutes: number;
}

/** What is known of the thing to be scaled at the moment of the request. */
export interface Situation {
  readonly now: Date;
  readonly capacity: number;
  /** Undefined when it can be changed now, otherwise why not. */
  readonly obstacle: string | undefined;
  /** The obstacle ends without intervention. */
  readonly changing: boolean;
  /** Times of the changes in the last 24 hours, in any order. */
  readonly changes: readonly Date[];
  /** Milliseconds that readers are behind; undefined when nothing was measured lately. */
  readonly lagMilliseconds: number | undefined;
  /** Capacity that holds the load of the minutes to look back on; undefined when that is not known. */
  readonly needed: number | undefined;
  /** The load was measured before the last change. */
  readonly isOutdated: boolean;
  /** The load is that of one shard, which more shards do not relieve. */
  readonly hotShard: boolean;
}

export type Decision =
  | { readonly kind: "change"; readonly capacity: number }
  /** Nothing to do: the capacity is what the rules make of the wish. */
  | { readonly kind: "keep" }
  /** Not yet: the obstacle passes. */
  | { readonly kind: "wait"; readonly reason: string }
  | { readonly kind: "refuse"; readonly reason: string };

const SECOND = 1000;
export const DAY = 24 * 60 * 60 * SECOND;

/** A smaller capacity must save at least a quarter, or it is not worth one of the day's changes. */
const worthwhile = 0.75;

/** Decides on a wished capacity. One change at most doubles or halves; shrinking keeps the changes that lead back to the maximum. */
export function decide(desired: number, situation: Situation, rules: Rules): Decision {
  const { capacity } = situation;
  const wanted = reachable(desired, capacity, rules);
  if (wanted === capacity) return { kind: "keep" };
  const target =
    wanted > capacity ? wanted : Math.max(wanted, whole(situation.needed ?? 0, rules.granularity));
  const refusal =
    obstructed(situation) ??
    tooManyChanges(target, situation, rules) ??
    tooSoon(target, situation, rules) ??
    (wanted > capacity ? futile(situation) : tooFull(wanted, target, situation, rules));
  return refusal ?? { kind: "change", capacity: target };
}

/** The capacity nearest to the wish that one change may lead to. */
export function reachable(desired: number, capacity: number, rules: Rules): number {
  const { granularity } = rules;
  const wanted = clamp(whole(desired, granularity), rules.min, rules.max);
  return clamp(wanted, whole(capacity / 2, granularity), whole(capacity * 2, granularity));
}

/** Changes that remain in the 24 hours up to now; undefined where the service sets no limit. */
export function changesLeft(
  { now, changes }: Pick<Situation, "now" | "changes">,
  { changesPerDay }: Rules,
): number | undefined {
  return changesPerDay === undefined
    ? undefined
    : Math.max(0, changesPerDay - recent(changes, now).length);
}

/** Changes from a capacity to the maximum, each of which at most doubles it. */
function changesToMaximum(capacity: number, rules: Rules): number {
  let changes = 0;
  for (let reached = capacity; reached < rules.max; changes += 1) {
    reached = reachable(rules.max, reached, rules);
  }
  return changes;
}

type Refusal = Exclude<Decision, { readonly kind: "change" | "keep" }>;

function obstructed({ obstacle, changing }: Situation): Refusal | undefined {
  return obstacle === undefined
    ? undefined
    : { kind: changing ? "wait" : "refuse", reason: obstacle };
}

function tooManyChanges(target: number, situation: Situation, rules: Rules): Refusal | undefined {
  const left = changesLeft(situation, rules);
  if (left === undefined) return undefined;
  const { now, capacity, changes } = situation;
  const used = `${recent(changes, now).length} of ${rules.changesPerDay} changes in 24 hours are used`;
  if (left === 0) {
    const [free = 0] = recent(changes, now).slice((rules.changesPerDay ?? 0) - 1);
    return refuse(`${used}; the next is possible at ${new Date(free + DAY).toISOString()}`);
  }
  const reserve = changesToMaximum(target, rules);
  if (target > capacity || left > reserve) return undefined;
  return refuse(
    `${used}, and the way from ${target} to the maximum, ${rules.max}, takes ${reserve}`,
  );
}

function tooSoon(
  target: number,
  { now, capacity, changes }: Situation,
  { outCooldownSeconds, inCooldownSeconds }: Rules,
): Refusal | undefined {
  const cooldown = target > capacity ? outCooldownSeconds : inCooldownSeconds;
  const last = Math.max(...changes.map(Number));
  const over = last + cooldown * SECOND;
  if (over <= now.getTime()) return undefined;
  return {
    kind: "wait",
    reason: `the last change was at ${new Date(last).toISOString()}; the cool-down of ${cooldown} s ends at ${new Date(over).toISOString()}`,
  };
}

function futile({ isOutdated, hotShard }: Situation): Refusal | undefined {
  if (isOutdated) return { kind: "wait", reason: "no full minute is known since the last change" };
  return hotShard
    ? refuse("one shard is throttled and the others are not; spread its partition keys")
    : undefined;
}

function tooFull(
  wanted: number,
  target: number,
  { capacity, lagMilliseconds, needed }: Situation,
  { maxLagMilliseconds, lookBackMinutes }: Rules,
): Refusal | undefined {
  // Without a measure it is not known that the readers keep up.
  if (lagMilliseconds === undefined) {
    return refuse("how far readers are behind is not known, so the capacity does not shrink");
  }
  if (lagMilliseconds > maxLagMilliseconds) {
    return refuse(
      `readers are ${lagMilliseconds} ms behind, more than ${maxLagMilliseconds} ms, so the capacity does not shrink`,
    );
  }
  if (needed === undefined) {
    return refuse(`the load of the last ${lookBackMinutes} minutes is not known`);
  }
  return target === wanted || target <= worthwhile * capacity
    ? undefined
    : refuse(`the load of the last ${lookBackMinutes} minutes takes ${needed}`);
}

/** Times of the changes in the 24 hours before a moment, newest first. */
function recent(changes: readonly Date[], now: Date): number[] {
  return changes
    .map(Number)
    .filter((time) => time > now.getTime() - DAY)
    .sort((a, b) => b - a);
}

function refuse(reason: string): Refusal {
  return { kind: "refuse", reason };
}

function whole(value: number, granularity: number): number {
  return Math.ceil(value / granularity) * granularity;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
