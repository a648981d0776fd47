import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { wholeNumber } from "../cli/options";
import { freePorts } from "../local/machine/ports";
import { projectFolder } from "../local/machine/project";
import { ServiceFolders } from "../local/machine/service-folders";
import { stackFolder } from "../local/run/run-file";
import type { PipelineStatus } from "../local/status/pipeline-status";
import { benchmark } from "./benchmark";
import { median } from "./figures";
import { processes } from "./processes";

/** Ten symbols with a trade a second: 1,000 records a second, half of what two shards take. */
const SPEEDUP = 100;
/** Of these 1,000 a second, so that the stream is full after five minutes. */
const KEPT_RECORDS = 300_000;
const SAMPLE_MILLISECONDS = 10_000;
/** Memory that a process may gain from the second sixth of the time to the last: garbage that is not collected yet. */
const FLAT_MIB = 64;

type Figures = Awaited<ReturnType<typeof measure>>;

export const soakBenchmark = benchmark(
  new Command("soak")
    .description(
      "npm run local for a while at half load, from an empty pipeline: memory of every process.",
    )
    .option("--minutes <n>", "how long it runs, 3 to 1440", wholeNumber(3, 1440), 30),
  measure,
  inWords,
);

async function measure({ minutes }: { readonly minutes: number }) {
  const { port } = await freePorts(["port"]);
  const load = `--workload trades --speedup ${SPEEDUP} --keep-records ${KEPT_RECORDS}`.split(" ");
  const script = ["--require", "./cli/typescript.cjs", "local/cli.ts"];
  const args = [...script, "--fresh", "--port", String(port), ...load];
  const stdio = ["ignore", process.stderr, process.stderr] as const;
  const run = spawn(process.execPath, args, { cwd: projectFolder, stdio: [...stdio] });
  const exit = once(run, "exit");
  const ended = (): boolean => (run.exitCode ?? run.signalCode) !== null;
  const memory = new Map<string, (readonly [at: number, mib: number])[]>();
  let begun: number | undefined;
  let [calm, samples, recordsPut] = [0, 0, 0];
  try {
    while (begun === undefined || performance.now() - begun < minutes * 60_000) {
      if (ended()) throw new Error("The pipeline ended before the time was over.");
      const status = await statusOf(port);
      if (status !== undefined) {
        begun ??= performance.now();
        samples++;
        if (status.verdict.level === "ok") calm++;
        recordsPut = status.replay.up ? status.replay.value.progress.recordsPut : recordsPut;
        for (const [name, mib] of memoryOf(run.pid ?? 0)) {
          memory.set(name, [...(memory.get(name) ?? []), [performance.now() - begun, mib]]);
        }
      }
      await delay(SAMPLE_MILLISECONDS);
    }
  } finally {
    if (!ended()) run.kill("SIGINT");
    await exit;
  }
  const sixth = minutes * 10_000;
  return {
    minutes,
    recordsPut,
    // Samples in which nothing was wrong, of all.
    calm: [calm, samples] as const,
    // Medians of the second sixth of the time, in MiB, and of the last; the first is for warming up.
    processes: [...memory].map(([name, all]) => {
      const typical = (from: number): number =>
        median(all.filter(([at]) => at >= from && at < from + sixth).map(([, mib]) => mib)) || 0;
      const [earlyMib, lateMib] = [typical(sixth), typical(5 * sixth)];
      return { name, earlyMib, lateMib, flat: lateMib - earlyMib < FLAT_MIB };
    }),
  };
}

function memoryOf(run: number): readonly (readonly [name: string, mib: number])[] {
  return processes(new ServiceFolders(stackFolder))
    .filter(({ pid, parent }) => pid === run || parent === run)
    .map(({ pid, mib, name = pid === run ? "run" : "producer and helpers" }) => [name, mib]);
}

async function statusOf(port: number): Promise<PipelineStatus | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/status.json`);
    return (await response.json()) as PipelineStatus;
  } catch {
    // Its page is not up yet.
    return undefined;
  }
}

function inWords({ minutes, recordsPut, calm, processes }: Figures): readonly string[] {
  const width = Math.max(...processes.map(({ name }) => name.length));
  return [
    `${minutes} minutes, ${recordsPut} records put, nothing wrong in ${calm[0]} of ${calm[1]} samples`,
    ...processes.map(
      ({ name, earlyMib, lateMib, flat }) =>
        `${name.padEnd(width)}  ${earlyMib} MiB, at the end ${lateMib} MiB${flat ? "" : ", which grows"}`,
    ),
  ];
}
