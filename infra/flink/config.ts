import type { ConfigReader } from "../core/config-reader";
import {
  checkKpus,
  checkStateKey,
  type FlinkRestore,
  flinkRuntime,
  flinkSnapshotName,
  maxParallelism,
} from "./args";
import { limits } from "../core/limits";

/** The Flink application of a stack. */
export type FlinkConfig = ReturnType<typeof readFlink>;

const kpuKeys = {
  parallelism: "flinkParallelism",
  parallelismPerKpu: "flinkParallelismPerKpu",
  kpuLimit: "flinkKpuLimit",
} as const;

export function readFlink(read: ConfigReader) {
  const restore = readRestore(read);
  const { min, max } = limits.flinkSnapshotHours;
  const everyHours = read.integer("flinkSnapshotHours", { min: 0, max });
  read.problems.require(
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
    /** Left out where only updates take snapshots. */
    ...(everyHours !== 0 && { snapshotSchedule: { everyHours, keep } }),
    /** Left out for what goes without saying: the newest snapshot, or none the first time. */
    ...(restore && { restore }),
  };
}

/** Where the state of an update comes from. */
function readRestore(read: ConfigReader): FlinkRestore | undefined {
  const restore = read.oneOf("flinkRestore", [
    "Automatic",
    "LatestSnapshot",
    "Snapshot",
    "Nothing",
  ]);
  const name = read.optionalForm("flinkSnapshot", flinkSnapshotName);
  const allowNonRestoredState = read.boolean("flinkAllowNonRestoredState");
  const key = read.name("flinkRestore");
  read.problems.require(
    (restore === "Snapshot") === (name !== undefined),
    `${key} Snapshot and ${read.name("flinkSnapshot")} go together; got ${restore} and "${name ?? ""}"`,
  );
  read.problems.require(
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
  { runtime, snapshotSchedule, ...sizes }: FlinkConfig,
  stateKmsKeyArn: boolean,
  streamRetentionHours: number,
  read: ConfigReader,
): void {
  const { everyHours = 0 } = snapshotSchedule ?? {};
  read.problems.require(
    !(everyHours >= streamRetentionHours / 2),
    `${read.name("flinkSnapshotHours")} must be less than half of ${read.name("streamRetentionHours")}, ${streamRetentionHours}; got ${everyHours}`,
  );
  checkKpus(sizes, read.problems, read.names(kpuKeys));
  const keys = read.names({ runtime: "flinkRuntime", stateKmsKeyArn: "customerManagedKey" });
  checkStateKey({ runtime, stateKmsKeyArn }, read.problems, keys);
}

/** What scaling may make of the parallelism must fit into the KPUs, and the state must divide among as many instances. */
export function checkMaxParallelism(flink: FlinkConfig, max: number, read: ConfigReader): void {
  const key = "flinkMaxParallelism";
  const keys = read.names({ ...kpuKeys, parallelism: key });
  checkKpus({ ...flink, parallelism: max }, read.problems, keys);
  const most = maxParallelism(flink.parallelism);
  read.problems.require(
    !(max > most),
    `${read.name(key)} must be at most ${most}, to which a job scales that first started with ${read.name("flinkParallelism")} ${flink.parallelism}; got ${max}`,
  );
}
