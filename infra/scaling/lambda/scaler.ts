import { changesLeft, DAY, type Decision, decide } from "./decisions";
import type { RegisteredBounds } from "./registered-bounds";
import type { Scalable, State } from "./scalable";
import type { Change, ScalingMetrics } from "./scaling-metrics";
import type { ScalableSettings } from "./settings";

/** What Application Auto Scaling reads: https://github.com/aws/aws-auto-scaling-custom-resource */
export interface ScalableTargetDimension {
  readonly scalableTargetDimensionId: string;
  /** Ours does not change: nothing is registered again. */
  readonly version: "1";
  readonly resourceName: string;
  readonly dimensionName: string;
  readonly actualCapacity: number;
  readonly desiredCapacity: number;
  readonly scalingStatus: "InProgress" | "Successful" | "Failed";
  readonly failureReason?: string;
}

const dimensionNames = { stream: "open shards", application: "parallelism" } as const;

/** Errors with which a service declines a change for now. */
const refusals = [
  "ConcurrentModificationException",
  "InvalidApplicationConfigurationException",
  "InvalidArgumentException",
  "InvalidRequestException",
  "LimitExceededException",
  "ResourceInUseException",
  "ThrottlingException",
  "TooManyRequestsException",
  "ValidationException",
];

const MINUTE = 60 * 1000;
/** A service may describe for this long what was there before a change. */
const SETTLES = MINUTE;
/** A change and the minute that CloudWatch gives for it lie no further apart. */
const SAME_CHANGE = 5 * MINUTE;

/** Reads and changes the capacity of one target by the rules. */
export class Scaler {
  readonly #id: string;
  readonly #settings: ScalableSettings;
  readonly #scalable: Scalable;
  readonly #metrics: ScalingMetrics;
  readonly #dryRun: boolean;
  /** The changes of the last day that this instance of the function began; CloudWatch returns them later. */
  #begun: readonly Change[] = [];

  constructor(
    id: string,
    settings: ScalableSettings,
    scalable: Scalable,
    metrics: ScalingMetrics,
    dryRun: boolean,
  ) {
    this.#id = id;
    this.#settings = settings;
    this.#scalable = scalable;
    this.#metrics = metrics;
    this.#dryRun = dryRun;
  }

  async describe(now: Date): Promise<ScalableTargetDimension> {
    const { actual, desired, changing, failed, obstacle } = await this.#scalable.state();
    if (failed) return this.#answer(actual, desired, "Failed", obstacle);
    const [begun] = this.#begun;
    const settles = begun !== undefined && now.getTime() - begun.time.getTime() < SETTLES;
    if (!changing && !settles) return this.#answer(actual, desired, "Successful");
    // A stream does not show where a change will end; the function's own record does.
    const [last] = desired === actual ? await this.#changes(now) : [];
    const goal = last?.capacity ?? desired;
    return this.#answer(actual, goal, changing || goal !== actual ? "InProgress" : "Successful");
  }

  /** Carries out a wish as far as the rules allow, and returns what came of it. */
  async request(wish: number, now: Date): Promise<ScalableTargetDimension> {
    return await this.#pursue(wish, await this.#scalable.state(), await this.#changes(now), now);
  }

  /** Publishes the state as metrics, for alarms that measure load against the capacity or wait for the end of a change. */
  async publish(now: Date): Promise<void> {
    const [{ actual, changing }, changes] = await Promise.all([
      this.#scalable.state(),
      this.#changes(now),
    ]);
    const left = changesLeft(
      { now, changes: changes.map(({ time }) => time) },
      this.#settings.rules,
    );
    await this.#metrics.publish(this.#id, this.#settings.name, {
      Capacity: actual,
      Changing: changing ? 1 : 0,
      RefusedScaleOut: 0,
      ...(left !== undefined && { ChangesLeft: left }),
    });
  }

  /** Publishes how many of the scaling activities that ended lately have failed. */
  async publishFailures(FailedActivities: number): Promise<void> {
    await this.#publish({ FailedActivities });
  }

  /** Goes on until the capacity lies inside the bounds that are registered, whatever was granted at first. */
  async enforce({ min, max }: RegisteredBounds, now: Date): Promise<void> {
    const state = await this.#scalable.state();
    const wish = Math.min(Math.max(state.actual, min), max);
    if (wish !== state.actual) await this.#pursue(wish, state, await this.#changes(now), now, true);
  }

  /** @param bounded - the wish is one of the registered bounds, which hold whatever the load was. */
  async #pursue(
    wish: number,
    state: State,
    changes: readonly Change[],
    now: Date,
    bounded = false,
  ): Promise<ScalableTargetDimension> {
    const { kind, name, rules } = this.#settings;
    const lagMilliseconds = await this.#metrics.lag(now);
    const situation = {
      now,
      capacity: state.actual,
      obstacle: state.obstacle,
      changing: state.changing,
      changes: changes.map(({ time }) => time),
      lagMilliseconds,
      needed: 0,
      isOutdated: false,
      hotShard: false,
    };
    let decision = decide(wish, situation, rules);
    if (decision.kind === "change" && kind === "stream" && !bounded) {
      const { lookBackMinutes } = rules;
      // The load of a day is read only where nothing else forbids the change.
      const load =
        decision.capacity > state.actual
          ? await this.#metrics.growth(this.#id, name, state.actual, now)
          : { needed: await this.#metrics.neededShards(this.#id, name, lookBackMinutes, now) };
      decision = decide(wish, { ...situation, ...load }, rules);
    }
    this.#log(wish, state.actual, lagMilliseconds, decision);
    switch (decision.kind) {
      case "keep":
        return this.#answer(state.actual, state.actual, "Successful");
      case "wait":
        return this.#answer(state.actual, state.desired, "Failed", decision.reason);
      case "refuse":
        if (wish > state.actual) await this.#publish({ RefusedScaleOut: 1 });
        return this.#answer(state.actual, state.desired, "Failed", decision.reason);
      case "change":
        return await this.#change(state.actual, decision.capacity, now);
    }
  }

  async #change(from: number, to: number, now: Date): Promise<ScalableTargetDimension> {
    if (this.#dryRun) {
      return this.#answer(from, from, "Failed", `dry run: it would change from ${from} to ${to}`);
    }
    try {
      await this.#scalable.change(to);
    } catch (error) {
      if (!(error instanceof Error) || !refusals.includes(error.name)) throw error;
      if (to > from) await this.#publish({ RefusedScaleOut: 1 });
      return this.#answer(from, from, "Failed", `${error.name}: ${error.message}`);
    }
    const day = now.getTime() - DAY;
    this.#begun = [
      { time: now, capacity: to },
      ...this.#begun.filter(({ time }) => time.getTime() > day),
    ];
    await this.#publish({ RequestedCapacity: to });
    return this.#answer(from, to, "InProgress");
  }

  /** The changes of the last 24 hours, newest first. */
  async #changes(now: Date): Promise<readonly Change[]> {
    const known = await this.#metrics.changes(this.#id, this.#settings.name, now);
    const unknown = this.#begun.filter(
      (begun) =>
        !known.some(
          ({ time, capacity }) =>
            capacity === begun.capacity &&
            Math.abs(time.getTime() - begun.time.getTime()) < SAME_CHANGE,
        ),
    );
    return [...unknown, ...known].sort((one, other) => other.time.getTime() - one.time.getTime());
  }

  /** Publishes the outcome of a request, which stands whether or not CloudWatch takes it. */
  async #publish(values: Parameters<ScalingMetrics["publish"]>[2]): Promise<void> {
    try {
      await this.#metrics.publish(this.#id, this.#settings.name, values);
    } catch (error) {
      console.error(JSON.stringify({ target: this.#id, unrecorded: values, error: String(error) }));
    }
  }

  #answer(
    actualCapacity: number,
    desiredCapacity: number,
    scalingStatus: ScalableTargetDimension["scalingStatus"],
    failureReason?: string,
  ): ScalableTargetDimension {
    return {
      scalableTargetDimensionId: this.#id,
      version: "1",
      resourceName: this.#settings.name,
      dimensionName: dimensionNames[this.#settings.kind],
      actualCapacity,
      desiredCapacity,
      scalingStatus,
      ...(failureReason !== undefined && { failureReason }),
    };
  }

  #log(wish: number, capacity: number, lag: number | undefined, decision: Decision): void {
    const { name } = this.#settings;
    console.info(
      JSON.stringify({
        target: this.#id,
        name,
        wish,
        capacity,
        lag,
        dryRun: this.#dryRun,
        decision,
      }),
    );
  }
}
