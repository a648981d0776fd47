import type { ConfigReader } from "../core/config-reader";
import { checkKpus, checkStateKey, type FlinkRestore } from "./args";
import { flinkRuntime, flinkSnapshotName, maxParallelism } from "./forms";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";

/** The Flink application of a stack. */
export interface FlinkConfig {
  readonly runtime: string;
  readonly parallelism: number;
  readonly parallelismPerKpu: number;
  readonly kpuLimit: number;
  readonly checkpointIntervalSeconds: number;
  /** How often snapshots are taken and how many are kept; undefined where only updates take them. */
  readonly snapshotSchedule?: { readonly everyHours: number; readonly keep: number };
  /** Left out for what goes without saying: the newest snapshot, or none the first time. */
  readonly restore?: FlinkRestore;
}

const kpuKeys = {
  parallelism: "flinkParallelism",
  parallelismPerKpu: "flinkParallelismPerKpu",
  kpuLimit: "flinkKpuLimit",
} as const;

/** Where the state of an update comes from. */
const restores = ["Automatic", "LatestSnapshot", "Snapshot", "Nothing"] as const;

export function readFlink(read: ConfigReader, problems: Problems): FlinkConfig {
  const restore = readRestore(read, problems);
  const { min, max } = limits.flinkSnapshotHours;
  const everyHours = read.integer("flinkSnapshotHours", { min: 0, max });
  problems.require(
    everyHours !== 1,
    `${read.name("flinkSnapshotHours")} must be 0 or ${min} to ${max}; got 1`,
  );
  const keep = read.integer("flinkSnapshotsKept", limits.flinkSnapshotsKept);
  return {
    runtime: read.form("flinkRuntime", flinkRuntime),
    parallelism: read.integer("flinkParallelism", limits.flinkParallelism),
    parallelismPerKpu: read.integer("flinkParallelismPerKpu", limits.flinkParallelismPerKpu),
    kpuLimit: read.integer("flinkKpuLimit", limits.flinkKpus),
    checkpointIntervalSeconds: read.integer(
      "checkpointIntervalSeconds",
      limits.checkpointIntervalSeconds,
    ),
    ...(everyHours !== 0 && { snapshotSchedule: { everyHours, keep } }),
    ...(restore !== undefined && { restore }),
  };
}

function readRestore(read: ConfigReader, problems: Problems): FlinkRestore | undefined {
  const restore = read.oneOf("flinkRestore", restores);
  const name = read.optionalForm("flinkSnapshot", flinkSnapshotName);
  const allowNonRestoredState = read.boolean("flinkAllowNonRestoredState");
  const key = read.name("flinkRestore");
  problems.require(
    (restore === "Snapshot") === (name !== undefined),
    `${key} Snapshot and ${read.name("flinkSnapshot")} go together; got ${restore} and "${name ?? ""}"`,
  );
  problems.require(
    !allowNonRestoredState || restore === "LatestSnapshot" || restore === "Snapshot",
    `${read.name("flinkAllowNonRestoredState")} needs ${key} LatestSnapshot or Snapshot; got ${restore}`,
  );
  switch (restore) {
    case "Automatic":
      return undefined;
    case "LatestSnapshot":
      return { from: "latest-snapshot", allowNonRestoredState };
    case "Snapshot":
      return { from: "snapshot", name: name ?? "", allowNonRestoredState };
    case "Nothing":
      return { from: "nothing" };
  }
}

/** What the keys of the application allow alone and not together. */
export function checkFlink(
  flink: FlinkConfig,
  customerManagedKey: boolean,
  streamRetentionHours: number,
  read: ConfigReader,
  problems: Problems,
): void {
  const { everyHours = 0 } = flink.snapshotSchedule ?? {};
  problems.require(
    !(everyHours >= streamRetentionHours / 2),
    `${read.name("flinkSnapshotHours")} must be less than half of ${read.name("streamRetentionHours")}, ${streamRetentionHours}; got ${everyHours}`,
  );
  checkKpus(flink, problems, read.names(kpuKeys));
  checkStateKey(
    { runtime: flink.runtime, stateKmsKeyArn: customerManagedKey },
    problems,
    read.names({ runtime: "flinkRuntime", stateKmsKeyArn: "customerManagedKey" }),
  );
}

/** What scaling may make of the parallelism must fit into the KPUs, and the state must divide among as many instances. */
export function checkMaxParallelism(
  { parallelism, parallelismPerKpu, kpuLimit }: FlinkConfig,
  max: number,
  read: ConfigReader,
  problems: Problems,
): void {
  const key = "flinkMaxParallelism";
  checkKpus(
    { parallelism: max, parallelismPerKpu, kpuLimit },
    problems,
    read.names({ ...kpuKeys, parallelism: key }),
  );
  const most = maxParallelism(parallelism);
  problems.require(
    !(max > most),
    `${read.name(key)} must be at most ${most}, to which a job scales that first started with ${read.name("flinkParallelism")} ${parallelism}; got ${max}`,
  );
}
