import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { ReplayReport as ProducerReport } from "../../producer/command/report";
import { commandOptions } from "../machine/command";
import { projectFolder } from "../machine/project";
import { kinesisEnvironment } from "../services/kinesis/kinesis-server";
import type { ReplayProgress } from "../status/pipeline-status";

const GRACE_MILLISECONDS = 10_000;
const PROGRESS_POLL_MILLISECONDS = 100;

export type ReplayReport = Pick<
  ProducerReport,
  "tripsRead" | "tripsRejected" | "recordsPut" | "recordsLost" | "throttled" | "retries"
>;

interface ReplayProcessOptions {
  readonly stream: string;
  readonly region: string;
  readonly input: readonly string[];
  readonly speedup: number;
  readonly kinesisEndpoint: string;
  readonly folder: string;
  /** Event time by which the job allows the records of a shard to be out of order. */
  readonly maxDisorderSeconds: number;
  readonly aboutRecords?: number | undefined;
  /** Arguments after all others; one given twice counts as it is here. */
  readonly extraArguments: readonly string[];
}

export class ReplayError extends Error {
  readonly code: number | null;
  /** The signal, or the exit code. */
  readonly how: string;

  constructor(code: number | null, signal: NodeJS.Signals | null, said: string) {
    const how = signal ?? `exit code ${code ?? "unknown"}`;
    super(`the replay ended with ${how}: ${said.trim()}`);
    this.code = code;
    this.how = how;
  }
}

export type ReplayProcess = ReturnType<typeof startReplay>;

/** The producer at work: the very command that the replay host runs. */
export function startReplay(options: ReplayProcessOptions) {
  mkdirSync(options.folder, { recursive: true });
  const reportFile = path.join(options.folder, "replay-report.json");
  const positionFile = path.join(options.folder, "replay-position.json");
  const position = positionIn(positionFile);
  let progress: ReplayProgress | undefined;
  let ended = false;
  const child = spawn(
    process.execPath,
    [
      "--require",
      path.join(projectFolder, "cli/typescript.cjs"),
      path.join(__dirname, "replay-child.ts"),
      "--json",
      ...options.input,
      ...commandOptions({
        stream: options.stream,
        region: options.region,
        speedup: options.speedup,
        "max-disorder": options.maxDisorderSeconds,
        resume: positionFile,
        report: reportFile,
      }),
      ...options.extraArguments,
    ],
    {
      env: { ...process.env, ...kinesisEnvironment(options.kinesisEndpoint) },
      stdio: ["pipe", "pipe", "pipe"],
      // Ctrl-C reaches this process only, which stops the replay in its turn.
      detached: true,
    },
  );
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = JSON.parse(line) as ReplayProgress | { readonly type: "other" };
    if (told.type !== "progress") return;
    progress = { ...told, recordsPut: told.recordsPut + position };
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const finished = new Promise<ReplayReport>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      ended = true;
      if (code === 0) resolve(JSON.parse(readFileSync(reportFile, "utf8")) as ReplayReport);
      else reject(new ReplayError(code, signal, said));
    });
  });
  // Awaited elsewhere: not an unhandled rejection.
  finished.catch(() => undefined);
  return {
    /** Its latest progress line, with the records that earlier producers have put. */
    get progress(): ReplayProgress | undefined {
      return progress;
    },
    get ended(): boolean {
      return ended;
    },
    /** The final report; rejects with the producer's own message when it failed or lost a record. */
    finished,
    /** Resolves when this share of the input's records, 0 to 1, has been put. */
    async replayed(share: number, signal: AbortSignal): Promise<void> {
      const isThere = (): boolean => {
        const { recordsPut = 0, recordsTotal } = progress ?? {};
        const total = recordsTotal ?? options.aboutRecords;
        return recordsPut > 0 && total !== undefined && recordsPut >= share * total;
      };
      while (!ended && !isThere()) await delay(PROGRESS_POLL_MILLISECONDS, undefined, { signal });
    },
    /** Lets it send what is due and end; after ten seconds it has to. */
    async stop(): Promise<void> {
      if (ended) return;
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), GRACE_MILLISECONDS);
      await finished.catch(() => undefined);
      clearTimeout(kill);
    },
  };
}

/** How many records have been put, according to the producer's resume file; none without one. */
function positionIn(file: string): number {
  try {
    const { position } = JSON.parse(readFileSync(file, "utf8")) as { readonly position?: unknown };
    return typeof position === "number" ? position : 0;
  } catch {
    return 0;
  }
}
