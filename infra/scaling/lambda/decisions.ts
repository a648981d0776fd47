/** Limits within which a capacity may be changed. */
export interface Rules {
  /** Smallest and largest capacity, whole numbers from 1, multiples of `granularity`. */
  readonly min: number;
  readonly max: number;
  /** Capacity is handed out in multiples of this, such as the parallel instances that share a KPU. */
  readonly granularity: number;
  /** Seconds after a change before the capacity may grow again. */
  readonly outCooldownSeconds: number;
  /** Seconds after a change before the capacity may shrink. */
  readonly inCooldownSeconds: number;
  /** Changes in any 24 hours; undefined where the service sets no limit. */
  readonly changesPerDay?: number | undefined;
  /** Milliseconds that readers may be behind while the capacity shrinks. */
  readonly maxLagMilliseconds: number;
}

/** What is known of the thing to be scaled at the moment of the request. */
export interface Situation {
  readonly now: Date;
  readonly capacity: number;
  /** Undefined when it can be changed now, otherwise why not. */
  readonly obstacle: string | undefined;
  /** Times of the changes in the last 24 hours, in any order. */
  readonly changes: readonly Date[];
  /** Milliseconds that readers are behind; undefined when nothing was measured lately. */
  readonly lagMilliseconds: number | undefined;
}

export type Decision =
  | { readonly kind: "change"; readonly capacity: number }
  /** Nothing to do: the capacity is what the rules make of the wish. */
  | { readonly kind: "keep" }
  | { readonly kind: "refuse"; readonly reason: string };

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/**
 * Decides what becomes of the wish for a capacity. The wish is brought inside minimum and maximum, and no change goes
 * beyond the double or below the half of the present capacity: what is left is asked for again while its alarm lasts.
 */
export function decide(desired: number, situation: Situation, rules: Rules): Decision {
  const { capacity } = situation;
  const target = reachable(desired, capacity, rules);
  if (target === capacity) return { kind: "keep" };
  const reason =
    situation.obstacle ??
    tooManyChanges(situation, rules) ??
    tooSoon(target, situation, rules) ??
    (target < capacity ? tooFarBehind(situation, rules) : undefined);
  return reason === undefined ? { kind: "change", capacity: target } : { kind: "refuse", reason };
}

/** The capacity nearest to the wish that one change may lead to. */
export function reachable(desired: number, capacity: number, rules: Rules): number {
  const whole = (value: number): number => Math.ceil(value / rules.granularity) * rules.granularity;
  const wanted = clamp(whole(desired), rules.min, rules.max);
  return clamp(wanted, whole(capacity / 2), whole(capacity * 2));
}

function tooManyChanges({ now, changes }: Situation, { changesPerDay }: Rules): string | undefined {
  const recent = changes.map(Number).filter((time) => time > now.getTime() - DAY);
  if (changesPerDay === undefined || recent.length < changesPerDay) return undefined;
  const [free = 0] = recent.sort((a, b) => b - a).slice(changesPerDay - 1);
  return `there were ${recent.length} changes in 24 hours, the limit is ${changesPerDay}; the next is possible at ${new Date(free + DAY).toISOString()}`;
}

function tooSoon(
  target: number,
  { now, capacity, changes }: Situation,
  { outCooldownSeconds, inCooldownSeconds }: Rules,
): string | undefined {
  const cooldown = target > capacity ? outCooldownSeconds : inCooldownSeconds;
  const last = Math.max(...changes.map(Number));
  const over = last + cooldown * SECOND;
  if (over <= now.getTime()) return undefined;
  return `the last change was at ${new Date(last).toISOString()}; the cool-down of ${cooldown} s ends at ${new Date(over).toISOString()}`;
}

function tooFarBehind(
  { lagMilliseconds }: Situation,
  { maxLagMilliseconds }: Rules,
): string | undefined {
  // Where nothing is measured, nobody knows that the readers keep up.
  if (lagMilliseconds === undefined) {
    return "how far readers are behind is not known, so the capacity does not shrink";
  }
  if (lagMilliseconds <= maxLagMilliseconds) return undefined;
  return `readers are ${lagMilliseconds} ms behind, more than ${maxLagMilliseconds} ms, so the capacity does not shrink`;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
