import { readFileSync } from "node:fs";
import path from "node:path";
import { dump, load } from "js-yaml";
import { classPath, flinkOptions } from "../../machine/java";
import type { FlinkSettings } from "./flink-settings";

export interface FlinkPorts {
  readonly rest: number;
  readonly rpc: number;
  readonly blob: number;
}

const jobManagerHeapMib = 320;

/** Memory of one task manager in MiB, by Flink's names: a KPU has 4 GB, a laptop has less for each. */
export function taskManagerMemory(slots: number) {
  return {
    "framework.heap.size": 64,
    "task.heap.size": 192 + 64 * slots,
    "framework.off-heap.size": 64,
    // Clients of AWS and of OpenSearch keep buffers there.
    "task.off-heap.size": 64,
    "network.min": 64,
    "network.max": 64,
    // State in RocksDB.
    "managed.size": 64 * slots,
    "jvm-metaspace.size": 192,
    "jvm-overhead.min": 64,
    "jvm-overhead.max": 64,
  };
}

export type FlinkConfiguration = Readonly<Record<string, string | number | boolean>>;

/**
 * Flink's configuration file for the cluster that runs the application.
 * @param job.id - 32 hexadecimal digits
 * @param job.restoreFrom - savepoint or retained checkpoint to begin with
 * @param others - in place of what the local stack has
 */
export function clusterConfiguration(
  settings: FlinkSettings,
  ports: FlinkPorts,
  { flink: folder, buckets }: { readonly flink: string; readonly buckets: string },
  job: { readonly id: string; readonly restoreFrom: string | undefined },
  others: FlinkConfiguration = {},
): string {
  const { checkpointing, parallelism, parallelismPerKpu: slots } = settings;
  const memory = Object.entries(taskManagerMemory(slots));
  const values = {
    ...(load(readFileSync(path.join(__dirname, "config.yaml"), "utf8")) as object),
    "jobmanager.rpc.port": ports.rpc,
    "blob.server.port": ports.blob,
    "rest.port": ports.rest,
    // Without it every origin may read what the API answers.
    "web.access-control-allow-origin": `http://127.0.0.1:${ports.rest}`,
    "taskmanager.numberOfTaskSlots": slots,
    "taskmanager.cpu.cores": slots,
    ...Object.fromEntries(memory.map(([name, mib]) => [`taskmanager.memory.${name}`, `${mib}m`])),
    "io.tmp.dirs": path.join(folder, "tmp"),
    "web.tmpdir": path.join(folder, "tmp"),
    // What the job writes to S3 goes to the folders of the buckets.
    "local.buckets": buckets,
    "$internal.pipeline.job-id": job.id,
    "parallelism.default": parallelism,
    "execution.checkpointing.dir": `file://${checkpointFolder(folder)}`,
    "execution.checkpointing.savepoint-dir": `file://${savepointFolder(folder)}`,
    ...(checkpointing.enabled && {
      "execution.checkpointing.interval": `${checkpointing.intervalMilliseconds} ms`,
      "execution.checkpointing.min-pause": `${checkpointing.minPauseMilliseconds} ms`,
    }),
    ...(job.restoreFrom !== undefined && {
      "execution.state-recovery.path": job.restoreFrom,
      // The new job takes the checkpoint over and removes it when it has newer ones.
      "execution.state-recovery.claim-mode": "CLAIM",
      "execution.state-recovery.ignore-unclaimed-state": settings.allowNonRestoredState,
    }),
    ...others,
  };
  // An id of digits only is a text, too.
  return dump(values, { forceQuotes: true, lineWidth: -1 });
}

export function checkpointFolder(folder: string): string {
  return path.join(folder, "checkpoints");
}

export function savepointFolder(folder: string): string {
  return path.join(folder, "savepoints");
}

export function javaArguments(installation: string, logFile: string, logLevel: string): string[] {
  return [
    flinkOptions,
    // The dashboard shows it.
    `-Dlog.file=${logFile}`,
    `-Dlog.level=${logLevel}`,
    ...classPath(installation),
    "streaming.local.Launcher",
  ];
}

export function propertiesArgument(file: string): string {
  return `-Dlocal.application.properties=${file}`;
}

export function jobManagerArguments(): string[] {
  // It coordinates: quick to start matters more than fast code.
  return [`-Xms64m`, `-Xmx${jobManagerHeapMib}m`, "-XX:TieredStopAtLevel=1"];
}

/**
 * Only what runs really often is worth the optimizing compiler, which else takes as much as the job does in its first minute.
 * The values are ten times the defaults.
 */
const optimizedLate = [
  "-XX:Tier4InvocationThreshold=50000",
  "-XX:Tier4MinInvocationThreshold=6000",
  "-XX:Tier4CompileThreshold=150000",
  "-XX:Tier4BackEdgeThreshold=400000",
];

export function taskManagerArguments(slots: number, sustained = false): string[] {
  const memory = taskManagerMemory(slots);
  const offHeap = memory["framework.off-heap.size"] + memory["task.off-heap.size"];
  return [
    `-Xmx${memory["framework.heap.size"] + memory["task.heap.size"]}m`,
    `-XX:MaxDirectMemorySize=${offHeap + memory["network.max"]}m`,
    `-XX:MaxMetaspaceSize=${memory["jvm-metaspace.size"]}m`,
    ...(sustained ? [] : optimizedLate),
  ];
}
