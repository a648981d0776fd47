import { type Decision, decide } from "./decisions";
import type { Scalable } from "./scalable";
import type { ScalingMetrics } from "./scaling-metrics";
import type { ScalableSettings } from "./settings";

/** What Application Auto Scaling reads: https://github.com/aws/aws-auto-scaling-custom-resource */
export interface ScalableTargetDimension {
  readonly scalableTargetDimensionId: string;
  /** Ours does not change: nothing is registered anew. */
  readonly version: "1";
  readonly resourceName: string;
  readonly dimensionName: string;
  readonly actualCapacity: number;
  readonly desiredCapacity: number;
  readonly scalingStatus: "InProgress" | "Successful" | "Failed";
  readonly failureReason?: string;
}

const dimensionNames = { stream: "open shards", application: "parallelism" } as const;

/** Errors by which a service says that it will not make this change now. */
const refusals = [
  "ConcurrentModificationException",
  "InvalidApplicationConfigurationException",
  "InvalidArgumentException",
  "InvalidRequestException",
  "LimitExceededException",
  "ResourceInUseException",
  "ValidationException",
];

/** Reads and changes the capacity of one target by the rules. */
export class Scaler {
  readonly #id: string;
  readonly #settings: ScalableSettings;
  readonly #scalable: Scalable;
  readonly #metrics: ScalingMetrics;
  readonly #dryRun: boolean;

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
    const { actual, desired, changing } = await this.#scalable.state();
    if (!changing) return this.#answer(actual, desired, "Successful");
    // A stream does not tell where a change will end; our own record does.
    const [last] = await this.#metrics.changes(this.#id, this.#settings.name, now);
    const goal = desired === actual ? (last?.capacity ?? desired) : desired;
    return this.#answer(actual, goal, "InProgress");
  }

  /** Carries out a wish as far as the rules let it, and tells what came of it. */
  async request(wish: number, now: Date): Promise<ScalableTargetDimension> {
    const { name, rules } = this.#settings;
    const [state, changes, lagMilliseconds] = await Promise.all([
      this.#scalable.state(),
      this.#metrics.changes(this.#id, name, now),
      this.#metrics.lag(now),
    ]);
    const decision = decide(
      wish,
      {
        now,
        capacity: state.actual,
        obstacle: state.obstacle,
        changes: changes.map(({ time }) => time),
        lagMilliseconds,
      },
      rules,
    );
    this.#tell(wish, state.actual, lagMilliseconds, decision);
    switch (decision.kind) {
      case "keep":
        return this.#answer(state.actual, state.actual, "Successful");
      case "refuse":
        return this.#answer(state.actual, state.desired, "Failed", decision.reason);
      case "change":
        return await this.#change(state.actual, decision.capacity);
    }
  }

  /** Publishes the capacity as a metric, for alarms that measure load against it. */
  async publish(): Promise<void> {
    const { actual } = await this.#scalable.state();
    await this.#metrics.publishCapacity(this.#id, this.#settings.name, actual);
  }

  async #change(from: number, to: number): Promise<ScalableTargetDimension> {
    if (this.#dryRun) {
      return this.#answer(from, from, "Failed", `dry run: it would change from ${from} to ${to}`);
    }
    try {
      await this.#scalable.change(to);
    } catch (error) {
      if (!(error instanceof Error) || !refusals.includes(error.name)) throw error;
      return this.#answer(from, from, "Failed", `${error.name}: ${error.message}`);
    }
    try {
      await this.#metrics.publishChange(this.#id, this.#settings.name, to);
    } catch (error) {
      // The change is under way all the same; without the record only the service's own limits hold it back.
      console.error(JSON.stringify({ target: this.#id, unrecorded: to, error: String(error) }));
    }
    return this.#answer(from, to, "InProgress");
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

  #tell(wish: number, capacity: number, lag: number | undefined, decision: Decision): void {
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
