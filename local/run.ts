import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { program } from "../infra/program";
import { readInput } from "../producer/input";
import { deployedSettings, type DeployedSettings } from "./deployed";
import { findEngine } from "./engine/installation";
import { openStack, type OperationResult } from "./engine/stack";
import { ensureJobJar } from "./job-jar";
import type { LocalOptions } from "./options";
import { buildPage } from "./page-build";
import { startPageServer } from "./page-server";
import { ReplayProcess } from "./replay-process";
import type { RunReport } from "./report";
import { localCloud, type LocalCloud } from "./services/cloud";
import { install } from "./services/installation";
import { kinesisClient } from "./services/kinesis-server";
import { portProblem } from "./services/ports";
import { preflight } from "./services/preflight";
import { projectFolder } from "./services/project";
import { collectStatus, hasReadEverything, statusCollector } from "./status/collect-status";
import type { StatusSources } from "./status/collect-status";
import { Steps } from "./steps";
import { compareWithDomain } from "./verify/compare";
import { storedDocuments } from "./verify/documents";
import { expectedResult } from "./verify/expected";
import { DEAD_LETTERS_INDEX } from "./verify/result-document";
import { settled } from "./verify/settled";

const STACK = "local";
const REGION = "us-east-1";
const ACCOUNT_ID = "000000000000";

/** This machine does not allow a run; the message lists every reason with its fix. */
export class MachineError extends Error {}

/** `stopped`: by a signal, before the end of a run that has one. */
export type RunOutcome = "passed" | "failed" | "stopped";

/** Runs the pipeline on this machine until it is done or the signal comes; nothing is left running. */
export async function runLocal(options: LocalOptions, stop: AbortSignal): Promise<RunOutcome> {
  const steps = new Steps();
  await steps.run("preflight", "Look at this machine", async () => {
    const problems = await preflight();
    if (options.page && !options.once) {
      const problem = await portProblem(options.port, "the page", "--port");
      if (problem !== undefined) problems.push(problem);
    }
    if (problems.length > 0)
      throw new MachineError(problems.map((problem) => `- ${problem}`).join("\n"));
  });
  // Read twice, now and by the producer: a broken file is told before anything is built or started.
  await steps.run("input", "Read the input", async (tell) => {
    const { trips, rowsRead } = await readInput(options.input, undefined);
    tell(`${trips.count} trips in ${rowsRead} rows`);
  });
  await steps.run("build", "Build what is missing or changed", async (tell) => {
    await findEngine({ onProgress: tell, signal: stop });
    for (const tool of ["kinesisServer", "searchNode", "flinkRuntime"] as const) {
      stop.throwIfAborted();
      await install(tool, tell, stop);
    }
    await ensureJobJar(tell, stop);
    if (options.page && !options.once) await buildPage();
  });
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
  #closing: (() => Promise<void> | void)[] = [];
  #keepFolder = true;

  constructor(options: LocalOptions, steps: Steps, stop: AbortSignal) {
    this.#options = options;
    this.#steps = steps;
    this.#stop = AbortSignal.any([stop, this.#ending.signal]);
    this.#folder = options.once ? onceFolder() : path.join(projectFolder, ".local", "stack");
    if (options.fresh) rmSync(path.join(this.#folder, "replay"), { recursive: true, force: true });
  }

  async toTheEnd(): Promise<RunOutcome> {
    const cloud = await localCloud({
      folder: this.#folder,
      region: REGION,
      accountId: ACCOUNT_ID,
      fresh: this.#options.fresh,
      onProgress: this.#steps.tell,
      onFailure: (error) => {
        this.#ending.abort(error);
      },
    });
    this.#closing.push(() => cloud.stop());
    const { result, streamName } = await this.#steps.run("deploy", "Deploy the program", () =>
      this.#deploy(cloud),
    );
    const settings = deployedSettings(result);
    const replay = this.#replay(cloud, streamName, settings);
    const sources = this.#sources(cloud, replay, { result, streamName, settings });
    return this.#options.once
      ? this.#verified({ cloud, replay, sources, settings, result })
      : this.#watched(cloud, replay, sources);
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

  async #deploy(cloud: LocalCloud): Promise<{ result: OperationResult; streamName: string }> {
    // They come up while the engine plans.
    cloud.warmUp();
    const backendFolder = path.join(this.#folder, "pulumi");
    if (this.#options.fresh) rmSync(backendFolder, { recursive: true, force: true });
    const stack = await openStack({
      stack: STACK,
      backendFolder,
      program: async () => Promise.resolve(program()),
      dataPlanes: cloud.dataPlanes,
      onProgress: this.#steps.tell,
      signal: this.#stop,
    });
    this.#closing.push(() => {
      stack.close();
    });
    // An update judges a resource when it comes to it: only a preview refuses before anything is created.
    await stack.preview();
    const result = await stack.up({ refresh: !this.#options.fresh });
    const { streamName } = await stack.outputs();
    return { result, streamName: String(streamName) };
  }

  #replay(cloud: LocalCloud, streamName: string, settings: DeployedSettings): ReplayProcess {
    const replay = new ReplayProcess({
      stream: streamName,
      region: REGION,
      input: this.#options.input,
      speedup: this.#options.speedup,
      kinesisEndpoint: cloud.endpoints().kinesis,
      folder: path.join(this.#folder, "replay"),
      maxDisorderSeconds: settings.outOfOrdernessSeconds,
    });
    this.#closing.push(() => replay.stop());
    return replay;
  }

  #sources(
    cloud: LocalCloud,
    replay: ReplayProcess,
    deployed: { result: OperationResult; streamName: string; settings: DeployedSettings },
  ): () => StatusSources {
    const { kinesis, opensearch, flink } = cloud.endpoints();
    const client = kinesisClient(kinesis, REGION);
    this.#closing.push(() => {
      client.destroy();
    });
    const { demandWindowMinutes, demandSlideMinutes } = deployed.settings;
    return () => ({
      replay: replay.progress && { finished: replay.ended, progress: replay.progress },
      stream: { client, name: deployed.streamName },
      flinkEndpoint: flink,
      search: { endpoint: opensearch, windowsPerTrip: demandWindowMinutes / demandSlideMinutes },
      policies: deployed.result.policies,
    });
  }

  /** The pipeline with its page, until somebody stops it. */
  async #watched(
    cloud: LocalCloud,
    replay: ReplayProcess,
    sources: () => StatusSources,
  ): Promise<RunOutcome> {
    const { tell } = this.#steps;
    const { kinesis, opensearch, flink } = cloud.endpoints();
    if (this.#options.page) {
      const page = await startPageServer({
        port: this.#options.port,
        status: statusCollector(sources),
      });
      this.#closing.push(() => page.close());
      tell(`Page        ${page.url}`);
    }
    tell(`OpenSearch  ${opensearch}`);
    tell(`Flink       ${flink}`);
    tell(`Kinesis     ${kinesis}  (AWS_ENDPOINT_URL_KINESIS)`);
    tell("Ctrl-C stops everything; the next start goes on from here, --fresh begins anew.");
    const report = await Promise.race([replay.finished, this.#stopped()]);
    if (report !== undefined) tell(`The replay has ended: ${report.recordsPut} records put.`);
    await this.#stopped();
    return "stopped";
  }

  /** Replay, results, comparison and report of `--once`. */
  async #verified(parts: {
    readonly cloud: LocalCloud;
    readonly replay: ReplayProcess;
    readonly sources: () => StatusSources;
    readonly settings: DeployedSettings;
    readonly result: OperationResult;
  }): Promise<RunOutcome> {
    const { cloud, replay, sources, settings } = parts;
    const { opensearch } = cloud.endpoints();
    const replayed = await this.#steps.run("replay", "Replay the trips", () =>
      Promise.race([replay.finished, this.#failed()]),
    );
    const expected = await expectedResult(this.#options.input, settings);
    const { comparison } = await this.#steps.run("results", "Wait for the results", () =>
      settled({
        compare: () => compareWithDomain(expected.documents, opensearch),
        jobHasReadEverything: async () => hasReadEverything(await collectStatus(sources())),
        signal: this.#stop,
      }),
    );
    const deadLetters = await this.#steps.run("documents", "Read the documents", () =>
      this.#writeDocuments(opensearch),
    );
    const counted =
      replayed.tripsRead === expected.rows.read && replayed.recordsPut === expected.rows.trips;
    const passed = comparison.mismatches === 0 && replayed.recordsLost === 0 && counted;
    const { tripsRead, tripsRejected, recordsPut, recordsLost, throttled, retries } = replayed;
    const report: RunReport = {
      result: passed ? "passed" : "failed",
      input: this.#options.input,
      speedup: this.#options.speedup,
      ...{ tripsRead, tripsRejected, recordsPut, recordsLost, throttled, retries },
      windowsExpected: comparison.expected,
      documents: comparison.documents,
      mismatches: comparison.mismatches,
      examples: comparison.examples,
      deadLetters,
      policies: parts.result.policies.map(({ name, enforcementLevel, result }) => ({
        ...{ name, enforcementLevel, result },
      })),
      seconds: this.#steps.seconds,
    };
    this.#say(report, counted);
    if (this.#options.report !== undefined) {
      writeFileSync(this.#options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    }
    this.#keepFolder = !passed;
    return report.result;
  }

  /** Writes every document where `--documents` says. @returns how many dead letters there are */
  async #writeDocuments(endpoint: string): Promise<number> {
    const file = this.#options.documents;
    const out = file === undefined ? undefined : createWriteStream(file);
    let deadLetters = 0;
    const documents = storedDocuments(
      endpoint,
      out === undefined ? { indices: [DEAD_LETTERS_INDEX] } : {},
    );
    for await (const document of documents) {
      if (document.index === DEAD_LETTERS_INDEX) deadLetters++;
      if (out && !out.write(`${JSON.stringify(document)}\n`)) await once(out, "drain");
    }
    if (out) {
      out.end();
      await once(out, "close");
    }
    return deadLetters;
  }

  #say(report: RunReport, counted: boolean): void {
    const { tell } = this.#steps;
    const rejected = Object.entries(report.tripsRejected).map(
      ([reason, rows]) => `${rows} ${reason}`,
    );
    tell(`Trips       ${report.tripsRead} read, ${rejected.join(", ") || "none"} rejected`);
    tell(
      `Records     ${report.recordsPut} put, ${report.recordsLost} lost, ${report.retries} sent again`,
    );
    tell(
      `Documents   ${report.documents} of ${report.windowsExpected} expected, ${report.deadLetters} dead letters`,
    );
    const violated = report.policies.filter(({ result }) => result === "violated");
    tell(
      `Policies    ${report.policies.length - violated.length} passed, ${violated.length} violated`,
    );
    tell(`Mismatches  ${report.mismatches}`);
    for (const example of report.examples) tell(`  ${example}`);
    if (!counted) tell("The producer and the verification do not agree on which rows are trips.");
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
