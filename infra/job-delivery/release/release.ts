import {
  type ApplicationState,
  type Code,
  type ReleasedApplication,
  sameCode,
} from "./flink-application";
import { judge } from "./gate";
import type { HealthMetrics } from "./health-metrics";
import type { ReleaseRules } from "./settings";

/** Before the update: another change of the application may be under way. */
export interface Waiting {
  readonly phase: "waiting";
  readonly since: string;
  /** What the application ran when an update began whose answer is not known: it may be under way. */
  readonly attempted?: { readonly version: number; readonly code: Code };
}

export interface Begun {
  readonly phase: "updating" | "watching" | "rolling-back" | "restoring";
  readonly since: string;
  readonly version: number;
  readonly previousVersion: number;
  readonly previous: Code;
  readonly reason?: string;
}

/** What has to be known from one step to the next; it travels as JSON of less than 2,048 characters. */
export type Progress = Waiting | Begun;

export type Outcome =
  | { readonly kind: "waiting"; readonly progress: Progress; readonly message: string }
  | { readonly kind: EndKind; readonly message: string };

/** Ends of a release: the new jar runs, ran before, was rolled back, was refused, or the application needs a person. */
export type EndKind = "released" | "unchanged" | "rolled-back" | "refused" | "failed";

const MINUTE = 60_000;

/** States in which the service is at work on the application; they end without a request. */
const changingStates: readonly string[] = [
  "AUTOSCALING",
  "FORCE_STOPPING",
  "MAINTENANCE",
  "ROLLING_BACK",
  "STARTING",
  "STOPPING",
  "UPDATING",
];

/** States that RollbackApplication takes an application out of. */
const reversibleStates: readonly string[] = ["AUTOSCALING", "RUNNING", "UPDATING"];

/** Another change is under way, or came in between: worth another try. */
const collisions: readonly string[] = ["ConcurrentModificationException", "ResourceInUseException"];

/** Errors by which the service says that it will not make this change. */
const refusals: readonly string[] = [
  "CodeValidationException",
  "InvalidApplicationConfigurationException",
  "InvalidArgumentException",
  "InvalidRequestException",
  "LimitExceededException",
  "UnsupportedOperationException",
];

/** Release of one jar, step by step: each step looks at the application, changes it at most once, and can be taken again. */
export class Release {
  readonly #application: ReleasedApplication;
  readonly #metrics: Pick<HealthMetrics, "read">;
  readonly #target: Code;
  readonly #rules: ReleaseRules;

  constructor(
    application: ReleasedApplication,
    metrics: Pick<HealthMetrics, "read">,
    target: Code,
    rules: ReleaseRules,
  ) {
    this.#application = application;
    this.#metrics = metrics;
    this.#target = target;
    this.#rules = rules;
  }

  /** @param progress - of the step before; none for the first. */
  async step(progress: Progress | undefined, now: Date): Promise<Outcome> {
    const current: Progress = progress ?? { phase: "waiting", since: now.toISOString() };
    if (current.phase === "waiting") return await this.#begin(current, now);
    try {
      return await this.#goOn(current, now);
    } catch (error) {
      // A failed read has no information about the job. Only the time for the phase ends the patience.
      if (this.#isOver(current, now, this.#rules.updateMinutes)) throw error;
      return { kind: "waiting", progress: current, message: `${String(error)}; trying again` };
    }
  }

  async #begin(progress: Waiting, now: Date): Promise<Outcome> {
    const state = await this.#application.describe();
    const { status, code, version } = state;
    const name = `The application ${this.#application.name}`;
    const wait = (why: string, known = progress): Outcome =>
      this.#isOver(progress, now, this.#rules.busyMinutes)
        ? refused(`${why} for ${this.#rules.busyMinutes} minutes; nothing was changed.`)
        : { kind: "waiting", progress: known, message: `${why}; waiting for the end of it` };
    const begun = (before: { version: number; code: Code }, changed: number): Begun => ({
      phase: "updating",
      since: now.toISOString(),
      version: changed,
      previousVersion: before.version,
      previous: before.code,
    });

    if (progress.attempted !== undefined && sameCode(code, this.#target)) {
      const { attempted } = progress;
      return await this.#advance(begun(attempted, attempted.version + 1), state, now);
    }

    if (changingStates.includes(status)) return wait(`${name} has been ${status}`);
    if (status !== "RUNNING") {
      return refused(
        `${name} is ${status}, not RUNNING: start it first, then release; nothing was changed.`,
      );
    }
    if (sameCode(code, this.#target)) {
      return { kind: "unchanged", message: `${name} runs ${this.#target.key} already.` };
    }
    if (!state.snapshotsEnabled || code.objectVersion === undefined) {
      return refused(
        `${name} has ${state.snapshotsEnabled ? "a jar without an object version" : "snapshots switched off"}, so there would be no way back; nothing was changed.`,
      );
    }
    try {
      return waiting(
        begun(state, await this.#application.update(version, this.#target)),
        `Updating from ${code.key} to ${this.#target.key}, with a snapshot`,
      );
    } catch (error) {
      if (hasName(error, refusals)) return refused(`${String(error)} Nothing was changed.`);
      // The client repeats a request whose answer was lost, and then collides with itself.
      const attempted = { ...progress, attempted: { version, code } };
      if (hasName(error, collisions)) {
        return wait(`${name} was changed outside this release`, attempted);
      }
      if (isRejected(error)) throw error;
      return wait(`${name} may have been updated (${String(error)})`, attempted);
    }
  }

  async #goOn(progress: Begun, now: Date): Promise<Outcome> {
    const state = await this.#application.describe();
    switch (progress.phase) {
      case "updating":
      case "watching":
        return await this.#advance(progress, state, now);
      case "rolling-back":
      case "restoring":
        return await this.#retreat(progress, state, now);
    }
  }

  async #advance(progress: Begun, state: ApplicationState, now: Date): Promise<Outcome> {
    if (!sameCode(state.code, this.#target)) {
      return changingStates.includes(state.status) &&
        sameCode(state.code, progress.previous) &&
        !this.#isOver(progress, now, this.#rules.updateMinutes)
        ? waiting(progress, state.status)
        : this.#overtaken(progress, state);
    }
    if (changingStates.includes(state.status)) {
      if (progress.phase === "watching") {
        // Scaling, for instance, submits the job again: what was seen until then no longer counts.
        return waiting({ ...progress, since: now.toISOString() }, `${state.status} meanwhile`);
      }
      return this.#isOver(progress, now, this.#rules.updateMinutes)
        ? await this.#turnBack(progress, state, now, `not RUNNING but ${state.status} for too long`)
        : waiting(progress, state.status);
    }
    if (state.status !== "RUNNING") {
      return await this.#turnBack(progress, state, now, `${state.status} after the update`);
    }
    if (progress.phase === "updating") {
      const watched: Begun = { ...progress, phase: "watching", since: now.toISOString() };
      return waiting(watched, "RUNNING; watching the job");
    }
    const since = new Date(progress.since);
    const rules = {
      ...this.#rules,
      // Without a complete checkpoint no job is healthy: one that fails and another must fit in.
      timeoutMinutes: this.#rules.timeoutMinutes + 2 * state.checkpointMinutes,
    };
    const verdict = judge(await this.#metrics.read(since, now), since, now, rules);
    switch (verdict.kind) {
      case "healthy":
        return { kind: "released", message: `${this.#target.key} runs and is healthy.` };
      case "open":
        return waiting(progress, `Still missing: ${verdict.missing.join(", ")}`);
      case "sick":
        return await this.#turnBack(progress, state, now, verdict.reason);
    }
  }

  async #turnBack(
    progress: Begun,
    { status, version }: ApplicationState,
    now: Date,
    reason: string,
  ): Promise<Outcome> {
    const back = { ...progress, since: now.toISOString(), reason };
    // The service knows one step back. After another change that step would not be the one to take.
    if (version === progress.version && reversibleStates.includes(status)) {
      try {
        await this.#application.rollBack(version);
        return waiting({ ...back, phase: "rolling-back" }, `Rolling back: ${reason}`);
      } catch (error) {
        if (hasName(error, collisions)) return waiting(progress, `${String(error)}; trying again`);
        if (!hasName(error, refusals)) throw error;
      }
    }
    return waiting({ ...back, phase: "restoring" }, `Restoring the version before: ${reason}`);
  }

  async #retreat(progress: Begun, state: ApplicationState, now: Date): Promise<Outcome> {
    const { previous, reason = "" } = progress;
    const { status, version, code } = state;
    const isBack = sameCode(code, previous);
    if (status === "RUNNING" && isBack) {
      return { kind: "rolled-back", message: `${previous.key} runs again: ${reason}.` };
    }
    if (!isBack && !sameCode(code, this.#target)) return this.#overtaken(progress, state);
    if (this.#isOver(progress, now, this.#rules.updateMinutes)) {
      return failed(
        `The application is ${status} with ${code.key} and could not be brought back to ${previous.key} (${reason}): a person has to look.`,
      );
    }
    if (changingStates.includes(status)) return waiting(progress, status);
    if (progress.phase === "rolling-back") {
      // The call was accepted; a moment later it shows.
      const grace = status === "RUNNING" && !this.#isOver(progress, now, 3);
      return waiting(grace ? progress : { ...progress, phase: "restoring" }, status);
    }
    try {
      if (status === "RUNNING") {
        await this.#application.stop();
        return waiting(progress, `Stopping ${code.key}`);
      }
      if (!isBack) {
        await this.#application.update(version, previous);
        return waiting(progress, `Going back to ${previous.key}`);
      }
      const snapshot = await this.#application.snapshotOf(progress.previousVersion);
      if (snapshot === undefined) {
        return failed(
          `The application has ${previous.key} again but stands still, for there is no snapshot of version ${progress.previousVersion} or earlier (${reason}): start it by hand.`,
        );
      }
      await this.#application.start(snapshot);
      return waiting(progress, `Starting ${previous.key} from the snapshot ${snapshot}`);
    } catch (error) {
      if (hasName(error, collisions)) return waiting(progress, `${String(error)}; trying again`);
      throw error;
    }
  }

  #overtaken({ previous }: Begun, { code, status }: ApplicationState): Outcome {
    return sameCode(code, previous) && status === "RUNNING"
      ? {
          kind: "rolled-back",
          message: `The service, or a change outside this release, restored ${previous.key}.`,
        }
      : failed(
          `A change outside this release set the code to ${code.key} meanwhile; it is left as it is.`,
        );
  }

  #isOver({ since }: Progress, now: Date, minutes: number): boolean {
    return now.getTime() - new Date(since).getTime() >= minutes * MINUTE;
  }
}

function waiting(progress: Begun, message: string): Outcome {
  return { kind: "waiting", progress, message };
}

function refused(message: string): Outcome {
  return { kind: "refused", message };
}

function failed(message: string): Outcome {
  return { kind: "failed", message };
}

function hasName(error: unknown, names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Whether the service has answered that the request was wrong; any other error leaves open what has become of it. */
function isRejected(error: unknown): boolean {
  return error instanceof Error && "$fault" in error && error.$fault === "client";
}
