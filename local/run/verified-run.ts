import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";
import { type Run, statusSources, stopped } from "./deployment";
import type { ReplayProcess, ReplayReport } from "./replay-process";
import { hasReadEverything, probes } from "../status/collect-status";
import { recordsAccounted } from "../status/job-status";
import type { Tell } from "../machine/steps";
import { PipelineMonitor } from "../status/monitor";
import { openArchive } from "../query/archive";
import { type Comparison, compareWithDomain } from "../verify/compare";
import { compareViews } from "../verify/compare-views";
import { storedDocuments } from "../verify/documents";
import { DEAD_LETTERS_INDEX, isMatched } from "../verify/result-document";
import { settled } from "../verify/settled";

/** Between polls: often enough for the journal of the report, which is all that is read of them. */
const JOURNAL_MILLISECONDS = 3_000;

/** The job waits up to 30 s before it repeats a request that failed; so long nothing changes although results wait. */
export const QUIET_SECONDS_AFTER_FAULT = 45;

type Replays = readonly [ReplayProcess, ...ReplayProcess[]];

export type RunReport = Awaited<ReturnType<typeof verifiedRun>>;

/** Replays the input, waits for the results, compares and reports them. @param replays run at the same time */
export async function verifiedRun(run: Run, replays: Replays) {
  const { options, steps, deployment, signal, closing } = run;
  const sources = statusSources(deployment, replays[0]);
  const monitor = new PipelineMonitor({ sources });
  closing.push(monitor.run(JOURNAL_MILLISECONDS));
  const { fault, workload } = options;
  const { settings, cloud, stream } = deployment;
  const { opensearch } = cloud.endpoints();
  const injected = async (): Promise<void> =>
    fault?.inject?.({
      cloud,
      stream,
      tell: (text) => {
        steps.tell(text);
        monitor.note("fault", text);
      },
      signal,
      replayed: (share) => replays[0].replayed(share, signal),
    });
  const [reports] = await steps.run("replay", "Replay the input", () => {
    const replayed = Promise.all(replays.map(({ finished }) => finished));
    return Promise.race([Promise.all([replayed, injected()]), stopped(signal)]);
  });
  const expected = await workload.expected(settings);
  // An expected index may be one that no pattern has.
  const others = [...(expected.documents?.keys() ?? [])].filter(
    (index) => !isMatched(index, workload.indices),
  );
  const indices = [...workload.indices, ...others];
  // The other parts have enough to do.
  const job = probes(() => ({ ...sources(), stream: undefined, search: undefined }), Date.now);
  const { comparison } = await steps.run("results", "Wait for the results", () =>
    settled({
      compare: () => compareWithDomain(expected.documents, opensearch, indices),
      jobHasReadEverything: async () => {
        await job.ask();
        return hasReadEverything(job.parts());
      },
      ...(fault && { quietSeconds: QUIET_SECONDS_AFTER_FAULT }),
      signal,
    }),
  );
  const deadLetters = await steps.run("documents", "Read the documents", () =>
    writeDocuments(opensearch, indices, options.documents),
  );
  const views = await steps.run("archive", "Compare the archive", () => archiveViews(run));
  const { journal } = await monitor.status();
  const accounted = await recordsAccounted(cloud.endpoints().flink);
  const counted = reports.every(
    ({ tripsRead, recordsPut }) =>
      tripsRead === expected.events.read && recordsPut === expected.events.good,
  );
  const total = sum(reports);
  const unaccounted = accounted === null ? null : total.recordsPut - accounted;
  const passed =
    comparison.mismatches + views.mismatches === 0 &&
    total.recordsLost === 0 &&
    counted &&
    (unaccounted ?? 0) <= 0;
  const report = {
    result: passed ? ("passed" as const) : ("failed" as const),
    workload: workload.name,
    input: workload.input,
    speedup: options.speedup,
    ...(fault && { fault: fault.name }),
    ...total,
    /** Whether producer and verification agree on how many good events there are. */
    counted,
    /** Documents that the input must lead to; null where none are expected. */
    windowsExpected: comparison.expected,
    documents: comparison.documents,
    mismatches: comparison.mismatches,
    examples: [...comparison.examples, ...views.examples],
    /** Rows of the archive's views, and those of them and of the documents that the other side does not have. */
    views: { rows: views.documents, mismatches: views.mismatches },
    deadLetters,
    /** Records put without an outcome in the job's counters; null after a restart, and for a job without counters. */
    unaccounted,
    policies: deployment.result.policies,
    journal: journal.filter(({ kind }) => kind !== "checkpoint"),
    /** Seconds of each step, by its name. */
    seconds: steps.seconds,
  };
  tellSummary(report, steps.tell);
  if (options.report !== undefined) {
    writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return report;
}

function sum(reports: readonly ReplayReport[]): ReplayReport {
  const total = (figure: "recordsPut" | "recordsLost" | "throttled" | "retries"): number =>
    reports.reduce((all, report) => all + report[figure], 0);
  return {
    tripsRead: reports[0]?.tripsRead ?? 0,
    tripsRejected: reports[0]?.tripsRejected ?? {},
    recordsPut: total("recordsPut"),
    recordsLost: total("recordsLost"),
    throttled: total("throttled"),
    retries: total("retries"),
  };
}

/** Whether the views of the archive hold what the indices do. Nothing is archived afterwards. */
async function archiveViews({ deployment }: Run): Promise<Comparison> {
  const { cloud, result, workload } = deployment;
  await cloud.finishDeliveries();
  const archive = await openArchive(result.resources, (bucket) => cloud.bucketFolder(bucket));
  try {
    const views = archive.queries.length > 0 ? workload.definition.archive.views : {};
    const indices = Object.keys(views);
    return await compareViews(
      archive,
      views,
      storedDocuments(cloud.endpoints().opensearch, indices),
    );
  } finally {
    archive.close();
  }
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
  for await (const document of storedDocuments(endpoint, indices)) {
    if (document.index === DEAD_LETTERS_INDEX) deadLetters++;
    if (out && !out.write(`${JSON.stringify(document)}\n`)) await once(out, "drain");
  }
  if (out) {
    out.end();
    await once(out, "close");
  }
  return deadLetters;
}

function tellSummary(report: RunReport, tell: Tell): void {
  const rejected = Object.entries(report.tripsRejected).map(
    ([reason, rows]) => `${rows} ${reason}`,
  );
  tell(`Events      ${report.tripsRead} read, ${rejected.join(", ") || "none"} rejected`);
  tell(
    `Records     ${report.recordsPut} put, ${report.recordsLost} lost, ${report.retries} sent again`,
  );
  const { documents, windowsExpected } = report;
  tell(
    `Documents   ${documents}${windowsExpected === null ? ", compared with none" : ` of ${windowsExpected} expected`}, ${report.deadLetters} dead letters`,
  );
  const violated = report.policies.filter(({ result }) => result === "violated");
  tell(
    `Policies    ${report.policies.length - violated.length} passed, ${violated.length} violated`,
  );
  tell(`Archive     ${report.views.rows} rows in views, ${report.views.mismatches} mismatches`);
  tell(`Mismatches  ${report.mismatches}`);
  for (const example of report.examples) tell(`  ${example}`);
  if ((report.unaccounted ?? 0) > 0)
    tell(
      `${report.unaccounted} records are neither in results nor late, duplicates or dead letters.`,
    );
  if (!report.counted)
    tell("The producer and the verification do not agree on how many good events there are.");
}
