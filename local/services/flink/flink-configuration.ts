import path from "node:path";
import { classPath, openedPackages } from "../../machine/java";
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
    frameworkHeap: 64,
    taskHeap: 192 + 64 * slots,
    frameworkOffHeap: 64,
    // Clients of AWS and of OpenSearch keep buffers there.
    taskOffHeap: 64,
    network: 64,
    // State in RocksDB.
    managed: 64 * slots,
    metaspace: 192,
    overhead: 64,
  };
}

export interface FlinkJob {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Savepoint or retained checkpoint to begin with. */
  readonly restoreFrom: string | undefined;
}

/** Flink's configuration file for the cluster that runs the application. */
export function clusterConfiguration(
  settings: FlinkSettings,
  ports: FlinkPorts,
  { flink: folder, buckets }: { readonly flink: string; readonly buckets: string },
  job: FlinkJob,
): string {
  const slots = settings.parallelismPerKpu;
  const memory = taskManagerMemory(slots);
  const local = "127.0.0.1";
  const values: Record<string, string | number | boolean> = {
    "jobmanager.rpc.address": local,
    "jobmanager.rpc.port": ports.rpc,
    "jobmanager.bind-host": local,
    "blob.server.port": ports.blob,
    "rest.address": local,
    "rest.bind-address": local,
    "rest.port": ports.rest,
    // Without it every origin may read what the API answers.
    "web.access-control-allow-origin": `http://${local}:${ports.rest}`,
    "taskmanager.host": local,
    "taskmanager.bind-host": local,
    "taskmanager.numberOfTaskSlots": slots,
    "taskmanager.cpu.cores": slots,
    "taskmanager.memory.framework.heap.size": `${memory.frameworkHeap}m`,
    "taskmanager.memory.task.heap.size": `${memory.taskHeap}m`,
    "taskmanager.memory.framework.off-heap.size": `${memory.frameworkOffHeap}m`,
    "taskmanager.memory.task.off-heap.size": `${memory.taskOffHeap}m`,
    "taskmanager.memory.network.min": `${memory.network}m`,
    "taskmanager.memory.network.max": `${memory.network}m`,
    "taskmanager.memory.managed.size": `${memory.managed}m`,
    "taskmanager.memory.jvm-metaspace.size": `${memory.metaspace}m`,
    "taskmanager.memory.jvm-overhead.min": `${memory.overhead}m`,
    "taskmanager.memory.jvm-overhead.max": `${memory.overhead}m`,
    "io.tmp.dirs": path.join(folder, "tmp"),
    "web.tmpdir": path.join(folder, "tmp"),
    // What the job writes to S3 goes to the folders of the buckets.
    "local.buckets": buckets,
    // The class with the property groups is the cluster's, not that of AWS's library in the jar.
    "classloader.parent-first-patterns.additional":
      "com.amazonaws.services.kinesisanalytics.runtime.",
    "$internal.pipeline.job-id": job.id,
    "parallelism.default": settings.parallelism,
    // The reason of a job that ended stays to be read.
    "execution.shutdown-on-application-finish": false,
    "execution.submit-failed-job-on-application-error": true,
    ...jobConfiguration(settings),
    ...(job.restoreFrom !== undefined && {
      "execution.state-recovery.path": job.restoreFrom,
      // The new job takes the checkpoint over and removes it when it has newer ones.
      "execution.state-recovery.claim-mode": "CLAIM",
      "execution.state-recovery.ignore-unclaimed-state": settings.allowNonRestoredState,
    }),
    // State as the service keeps it.
    "state.backend.type": "rocksdb",
    // Each of a job's states takes an eighth of this up front. With the default of 64 MB some thirty states take more than
    // there is, and RocksDB writes every few entries to disk.
    "state.backend.rocksdb.writebuffer.size": "2mb",
    "execution.checkpointing.incremental": true,
    "execution.checkpointing.dir": `file://${checkpointFolder(folder)}`,
    "execution.checkpointing.savepoint-dir": `file://${savepointFolder(folder)}`,
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.max-backoff": "10 s",
    // A task manager that is up before its job manager asks for it again soon, not after ten seconds.
    "cluster.registration.error-delay": 500,
    // A task manager that is gone is missed after seconds, not after a minute.
    "heartbeat.interval": 1_000,
    "heartbeat.timeout": 15_000,
    // The page shows figures of this second, not of ten seconds ago.
    "metrics.fetcher.update-interval": 1_000,
    "web.refresh-interval": 1_000,
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? JSON.stringify(value) : value}\n`)
    .join("");
}

function jobConfiguration({ checkpointing }: FlinkSettings): Record<string, string> {
  if (!checkpointing.enabled) return {};
  return {
    "execution.checkpointing.interval": `${checkpointing.intervalMilliseconds} ms`,
    "execution.checkpointing.min-pause": `${checkpointing.minPauseMilliseconds} ms`,
  };
}

export function checkpointFolder(folder: string): string {
  return path.join(folder, "checkpoints");
}

export function savepointFolder(folder: string): string {
  return path.join(folder, "savepoints");
}

export function javaArguments(installation: string, logFile: string, logLevel: string): string[] {
  return [
    ...openedPackages,
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    // The Kinesis server writes instants as seconds in CBOR, too, which the SDK reads as milliseconds.
    "-Daws.cborEnabled=false",
    // The dashboard shows it.
    `-Dlog.file=${logFile}`,
    `-Dlog.level=${logLevel}`,
    "-Dlog4j2.disable.jmx=true",
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

export function taskManagerArguments(slots: number): string[] {
  const memory = taskManagerMemory(slots);
  const direct = memory.frameworkOffHeap + memory.taskOffHeap + memory.network;
  return [
    `-Xmx${memory.frameworkHeap + memory.taskHeap}m`,
    `-XX:MaxDirectMemorySize=${direct}m`,
    `-XX:MaxMetaspaceSize=${memory.metaspace}m`,
    ...optimizedLate,
  ];
}
