import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

import { program } from "../../infra/program";
import { deployedSettings } from "../verify/deployed-settings";
import { deployProgress } from "./deploy-progress";
import type { Deployment } from "./deployment";
import { openStack } from "../engine/stack";
import type { LocalOptions } from "./options";
import { prepare } from "./preparation";
import { ReplayProcess } from "./replay-process";
import { LiveReplay } from "./live-replay";
import { announceStep, keepWorkload, stackFolder } from "./run-file";
import { localCloud, type LocalCloud } from "../services/cloud";
import { kinesisClient } from "../services/kinesis/kinesis-server";
import { projectFolder } from "../machine/project";
import { Steps, type Tell } from "../machine/steps";
import { verifiedRun } from "./verified-run";
import { watchedRun } from "./watched-run";

const STACK = "local";
const REGION = "us-east-1";
const ACCOUNT_ID = "000000000000";

/** `stopped`: by a signal, before the end of a run that has one. */
export type RunOutcome = "passed" | "failed" | "stopped";

/** Runs the pipeline on this machine until it is done or the signal comes; nothing is left running. */
export async function runLocal(options: LocalOptions, stop: AbortSignal): Promise<RunOutcome> {
  const onStep = options.once ? undefined : announceStep;
  const steps = new Steps({ verbose: options.verbose, onStep });
  await prepare(options, steps, stop);
  stop.throwIfAborted();
  const run = new Run(options, steps, stop);
  try {
    return await run.toTheEnd();
  } finally {
    await run.close();
  }
}

/** A run from the deployment on. */
class Run {
  readonly #options: LocalOptions;
  readonly #steps: Steps;
  /** The person's wish to stop, or a service that ended by itself. */
  readonly #ending = new AbortController();
  readonly #stop: AbortSignal;
  /** What the run keeps; that of `--once` is thrown away when all was well. */
  readonly #folder: string;
  /** Where what the services say goes. */
  #onProgress: Tell;
  #closing: (() => Promise<void> | void)[] = [];
  #keepFolder = true;

  constructor(options: LocalOptions, steps: Steps, stop: AbortSignal) {
    this.#options = options;
    this.#steps = steps;
    this.#onProgress = steps.progress;
    this.#stop = AbortSignal.any([stop, this.#ending.signal]);
    this.#folder = options.once ? onceFolder() : stackFolder;
  }

  async toTheEnd(): Promise<RunOutcome> {
    const cloud = await localCloud({
      folder: this.#folder,
      region: REGION,
      accountId: ACCOUNT_ID,
      fresh: this.#options.fresh,
      jobProperties: this.#options.workload.definition.local.properties,
      onProgress: (text) => {
        this.#onProgress(text);
      },
      onFailure: (error) => {
        this.#ending.abort(error);
      },
    });
    this.#closing.push(() => cloud.stop());
    // The folder is this run's only now.
    if (this.#options.fresh) {
      rmSync(path.join(this.#folder, "replay"), { recursive: true, force: true });
    }
    if (!this.#options.once) keepWorkload(this.#options.workload);
    const deployment = await this.#steps.run("deploy", "Deploy the program", () =>
      this.#deploy(cloud),
    );
    if (this.#options.once) {
      const { result } = await verifiedRun({
        options: this.#options,
        steps: this.#steps,
        workload: this.#options.workload,
        deployment,
        replays: [
          this.#replay(deployment),
          ...(this.#options.fault?.twice ? [this.#replay(deployment, "second-replay")] : []),
        ],
        signal: this.#stop,
        stopped: () => this.#failed(),
      });
      this.#keepFolder = result !== "passed";
      return result;
    }
    const replay = new LiveReplay(
      (speedup) => this.#replay(deployment, "replay", speedup),
      this.#options.speedup,
      (reason) => {
        this.#onProgress(`The producer ${reason}`);
      },
    );
    this.#closing.push(() => replay.stop());
    await watchedRun({
      options: this.#options,
      tell: this.#steps.tell,
      deployment,
      replay,
      signal: this.#stop,
      closing: (close) => this.#closing.push(close),
      listen: (onProgress) => {
        this.#onProgress = onProgress;
      },
      stopped: () => this.#stopped(),
    });
    return "stopped";
  }

  /** Ends everything in the opposite order of its start. */
  async close(): Promise<void> {
    await this.#steps.run("stop", "Stop", async () => {
      for (const close of this.#closing.reverse()) await close();
    });
    if (this.#options.once && !this.#keepFolder)
      rmSync(this.#folder, { recursive: true, force: true });
    else
      this.#steps.tell(`Logs and state are kept in ${path.relative(projectFolder, this.#folder)}`);
  }

  async #deploy(cloud: LocalCloud): Promise<Deployment> {
    // They come up while the engine plans.
    cloud.warmUp();
    const backendFolder = path.join(this.#folder, "pulumi");
    if (this.#options.fresh) rmSync(backendFolder, { recursive: true, force: true });
    const stack = await openStack({
      stack: STACK,
      backendFolder,
      program: async () => Promise.resolve(program()),
      configOverrides: {
        workload: this.#options.workload.definition.folder,
        ...this.#options.fault?.config,
      },
      dataPlanes: cloud.dataPlanes,
      onProgress: this.#steps.progress,
      onEvent: deployProgress(this.#steps.progress),
      signal: this.#stop,
    });
    this.#closing.push(() => {
      stack.close();
    });
    const result = await stack.up({ refresh: !this.#options.fresh });
    const { streamName } = await stack.outputs();
    const client = kinesisClient(cloud.endpoints().kinesis, REGION);
    this.#closing.push(() => {
      client.destroy();
    });
    return {
      region: REGION,
      workload: this.#options.workload,
      cloud,
      result,
      settings: deployedSettings(result),
      stream: { client, name: String(streamName) },
    };
  }

  #replay(
    { cloud, stream, settings }: Deployment,
    folder = "replay",
    speedup = this.#options.speedup,
  ): ReplayProcess {
    const { workload, fault } = this.#options;
    const state = path.join(this.#folder, folder);
    const replay = new ReplayProcess({
      stream: stream.name,
      region: REGION,
      input: workload.replayArguments(state),
      aboutRecords: workload.aboutRecords,
      speedup,
      kinesisEndpoint: cloud.endpoints().kinesis,
      folder: state,
      maxDisorderSeconds: settings.outOfOrdernessSeconds,
      extraArguments: fault?.replayArguments?.(settings.outOfOrdernessSeconds) ?? [],
    });
    this.#closing.push(() => replay.stop());
    return replay;
  }

  /** Resolves when somebody wants to stop; rejects when a service ended by itself. */
  async #stopped(): Promise<undefined> {
    if (!this.#stop.aborted) await once(this.#stop, "abort");
    if (this.#ending.signal.aborted) throw this.#ending.signal.reason;
    return undefined;
  }

  async #failed(): Promise<never> {
    await this.#stopped();
    throw this.#stop.reason;
  }
}

function onceFolder(): string {
  const local = path.join(projectFolder, ".local");
  mkdirSync(local, { recursive: true });
  return mkdtempSync(path.join(local, "once-"));
}
