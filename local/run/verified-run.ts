import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";

import { type Deployment, statusSources } from "./deployment";
import type { Fault } from "../faults/fault";
import type { LocalOptions } from "./options";
import type { ReplayProcess } from "./replay-process";
import type { ReplayReport, RunReport } from "./report";
import { collectParts, hasReadEverything, type StatusSources } from "../status/collect-status";
import type { Steps } from "../machine/steps";
import { PipelineMonitor } from "../status/monitor";
import { tellSummary } from "./summary";
import { compareWithDomain } from "../verify/compare";
import { storedDocuments } from "../verify/documents";
import { DEAD_LETTERS_INDEX, isMatched } from "../verify/result-document";
import { settled } from "../verify/settled";
import type { LocalWorkload } from "../workloads/workload";

export interface VerifiedRunParts {
  readonly options: LocalOptions;
  readonly steps: Steps;
  readonly workload: LocalWorkload;
  readonly deployment: Deployment;
  /** Replays of the input that run at the same time; more than one for a fault that wants it. */
  readonly replays: readonly [ReplayProcess, ...ReplayProcess[]];
  readonly signal: AbortSignal;
  /** Rejects when the run has to stop. */
  readonly stopped: () => Promise<never>;
}

/** Replay, results, comparison and report of `--once`. */
export async function verifiedRun(parts: VerifiedRunParts): Promise<RunReport> {
  const sources = statusSources(parts.deployment, parts.replays[0]);
  const monitor = new PipelineMonitor({ sources });
  const stop = monitor.run();
  try {
    return await replayedAndCompared(parts, sources, monitor);
  } finally {
    stop();
  }
}

async function replayedAndCompared(
  parts: VerifiedRunParts,
  sources: () => StatusSources,
  monitor: PipelineMonitor,
): Promise<RunReport> {
  const { options, steps, workload, deployment, replays, signal } = parts;
  const { settings, cloud } = deployment;
  const { opensearch } = cloud.endpoints();
  const reports = await steps.run("replay", "Replay the input", () =>
    Promise.race([
      Promise.all([
        ...replays.map(({ finished }) => finished),
        injected(parts, options.fault, monitor).then(() => undefined),
      ]).then((ended) => ended.filter((report) => report !== undefined)),
      parts.stopped(),
    ]),
  );
  const expected = await workload.expected(settings);
  // An expected index may be one that no pattern has.
  const indices = [
    ...workload.indices,
    ...[...(expected.documents?.keys() ?? [])].filter(
      (index) => !isMatched(index, workload.indices),
    ),
  ];
  const { comparison } = await steps.run("results", "Wait for the results", () =>
    settled({
      compare: () => compareWithDomain(expected.documents, opensearch, indices),
      jobHasReadEverything: async () => hasReadEverything(await collectParts(sources())),
      signal,
    }),
  );
  const deadLetters = await steps.run("documents", "Read the documents", () =>
    writeDocuments(opensearch, indices, options.documents),
  );
  const { journal } = await monitor.status();
  const counted = reports.every(
    ({ tripsRead, recordsPut }) =>
      tripsRead === expected.events.read && recordsPut === expected.events.good,
  );
  const total = sum(reports);
  const passed = comparison.mismatches === 0 && total.recordsLost === 0 && counted;
  const report: RunReport = {
    result: passed ? "passed" : "failed",
    workload: workload.name,
    input: workload.input,
    speedup: options.speedup,
    ...(options.fault && { fault: options.fault.name }),
    ...total,
    counted,
    windowsExpected: comparison.expected,
    documents: comparison.documents,
    mismatches: comparison.mismatches,
    examples: comparison.examples,
    deadLetters,
    policies: deployment.result.policies.map(({ name, enforcementLevel, result }) => ({
      name,
      enforcementLevel,
      result,
    })),
    journal: journal.filter(({ kind }) => kind !== "checkpoint"),
    seconds: steps.seconds,
  };
  tellSummary(report, steps.tell);
  if (options.report !== undefined) {
    writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return report;
}

async function injected(
  { deployment, replays, steps, signal }: VerifiedRunParts,
  fault: Fault | undefined,
  monitor: PipelineMonitor,
): Promise<void> {
  await fault?.inject?.({
    cloud: deployment.cloud,
    stream: deployment.stream,
    tell: (text) => {
      steps.tell(text);
      monitor.note("fault", text);
    },
    signal,
    replayed: (share) => replays[0].replayed(share, signal),
  });
}

/** What one producer read, and what all of them did. */
function sum(reports: readonly ReplayReport[]): ReplayReport {
  const total = (figure: (report: ReplayReport) => number): number =>
    reports.reduce((all, report) => all + figure(report), 0);
  return {
    tripsRead: reports[0]?.tripsRead ?? 0,
    tripsRejected: reports[0]?.tripsRejected ?? {},
    recordsPut: total(({ recordsPut }) => recordsPut),
    recordsLost: total(({ recordsLost }) => recordsLost),
    throttled: total(({ throttled }) => throttled),
    retries: total(({ retries }) => retries),
  };
}

/** Writes every document where `--documents` says. @returns how many dead letters there are */
async function writeDocuments(
  endpoint: string,
  results: readonly string[],
  file: string | undefined,
): Promise<number> {
  const out = file === undefined ? undefined : createWriteStream(file);
  let deadLetters = 0;
  const indices = [...(out ? results : []), DEAD_LETTERS_INDEX];
  for await (const document of storedDocuments(endpoint, { indices })) {
    if (document.index === DEAD_LETTERS_INDEX) deadLetters++;
    if (out && !out.write(`${JSON.stringify(document)}\n`)) await once(out, "drain");
  }
  if (out) {
    out.end();
    await once(out, "close");
  }
  return deadLetters;
}
