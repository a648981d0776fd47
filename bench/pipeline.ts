import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command, Option } from "commander";
import * as v from "valibot";
import type { RunReport } from "../local/run/report";
import { projectFolder } from "../local/machine/project";
import { fetchJson } from "../local/status/http";
import { resultIndices } from "../local/verify/result-document";
import { benchmark } from "./benchmark";
import { type Machine, machineInWords, thisMachine } from "./machine";

const SEARCH_MILLISECONDS = 100;

interface Figures {
  readonly machine: Machine;
  readonly workload: keyof typeof resultIndices;
  readonly speedup: number;
  readonly result: RunReport["result"];
  readonly recordsPut: number;
  readonly documents: number;
  /** Of the command, from its start to its end. */
  readonly totalSeconds: number;
  /** From the command's start to the first result that a search finds; null when none was found in time. */
  readonly firstDocumentSeconds: number | null;
  /** Of each step, by its name. */
  readonly seconds: RunReport["seconds"];
}

/** How long a verified run takes on this machine, step by step. */
export const pipelineBenchmark = benchmark(
  new Command("pipeline")
    .description("npm run local -- --once: seconds of each step, and until the first document.")
    .addOption(
      new Option("--workload <name>", "what flows through it")
        .choices(Object.keys(resultIndices))
        .default("taxi"),
    ),
  measure,
  inWords,
);

async function measure({
  workload,
}: {
  readonly workload: keyof typeof resultIndices;
}): Promise<Figures> {
  const machine = thisMachine();
  const folder = mkdtempSync(path.join(tmpdir(), "bench-pipeline-"));
  const file = path.join(folder, "report.json");
  const begun = performance.now();
  const since = (): number => Number(((performance.now() - begun) / 1000).toFixed(2));
  try {
    const command = ["--import", "tsx", path.join("local", "cli.ts"), "--once"];
    const run = spawn(process.execPath, [...command, "--workload", workload, "--report", file], {
      cwd: projectFolder,
      // What it says is progress here; the standard output is for figures.
      stdio: ["ignore", process.stderr, process.stderr],
    });
    const ended = new AbortController();
    const exit = once(run, "exit").finally(() => {
      ended.abort();
    });
    const found = await firstDocument(run.pid ?? 0, workload, ended.signal);
    const firstDocumentSeconds = found ? since() : null;
    const [code] = (await exit) as [number | null];
    const totalSeconds = since();
    if (code !== 0) throw new Error(`npm run local -- --once ended with ${code ?? "a signal"}.`);
    const report = JSON.parse(readFileSync(file, "utf8")) as RunReport;
    const { speedup, result, recordsPut, documents, seconds } = report;
    return {
      machine,
      workload,
      speedup,
      result,
      recordsPut,
      documents,
      totalSeconds,
      firstDocumentSeconds,
      seconds,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const totalHits = v.object({
  hits: v.object({ total: v.object({ value: v.number() }) }),
});

/** Waits for a document of a run. @returns whether there was one before the run ended */
async function firstDocument(
  pid: number,
  workload: keyof typeof resultIndices,
  end: AbortSignal,
): Promise<boolean> {
  const search = `/${resultIndices[workload].join(",")}/_search?ignore_unavailable=true&size=0`;
  while (!end.aborted) {
    const endpoint = searchEndpoint(pid);
    // It does not answer before it is up.
    const answer =
      endpoint && (await fetchJson(endpoint, search, totalHits).catch(() => undefined));
    if (answer && answer.hits.total.value > 0) return true;
    await delay(SEARCH_MILLISECONDS);
  }
  return false;
}

/** Where the run with this pid has its OpenSearch: it has locked its folder, and keeps its ports there. */
function searchEndpoint(pid: number): string | undefined {
  const local = path.join(projectFolder, ".local");
  const read = (folder: string, name: string): string | undefined => {
    try {
      return readFileSync(path.join(local, folder, name), "utf8");
    } catch {
      return undefined;
    }
  };
  let folders: string[];
  try {
    folders = readdirSync(local).filter((name) => name.startsWith("once-"));
  } catch {
    return undefined;
  }
  const folder = folders.find((name) => read(name, "lock") === String(pid));
  const ports = folder === undefined ? undefined : read(folder, "ports.json");
  if (ports === undefined) return undefined;
  const { opensearch } = JSON.parse(ports) as { opensearch: number };
  return `http://127.0.0.1:${opensearch}`;
}

function inWords(figures: Figures): string {
  const { workload, speedup, recordsPut, documents, totalSeconds, firstDocumentSeconds } = figures;
  const width = Math.max(...Object.keys(figures.seconds).map((name) => name.length));
  const lines = [
    machineInWords(figures.machine),
    `${workload} at ${speedup} times its speed: ${recordsPut} records, ${documents} documents, ${figures.result}`,
    ...Object.entries(figures.seconds).map(
      ([name, seconds]) => `  ${name.padEnd(width)}  ${seconds.toFixed(1)} s`,
    ),
    `first document after ${firstDocumentSeconds?.toFixed(1) ?? "an unknown number of"} s, all after ${totalSeconds.toFixed(1)} s`,
  ];
  return `${lines.join("\n")}\n`;
}
