import type { ScalingConfig } from "../scaling/config";
import type { ConfigReader } from "../core/config-reader";
import type { FlinkRestore } from "./args";
import { flinkRuntime, flinkSnapshotName, maxParallelism, takesCustomerKey } from "./forms";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";

/** The Flink application of a stack. */
export interface FlinkConfig {
  readonly runtime: string;
  readonly parallelism: number;
  readonly parallelismPerKpu: number;
  readonly kpuLimit: number;
  readonly checkpointIntervalSeconds: number;
  /** Left out for what goes without saying: the newest snapshot, or none the first time. */
  readonly restore?: FlinkRestore;
}

/** Where the state of an update comes from. */
const restores = ["Automatic", "LatestSnapshot", "Snapshot", "Nothing"] as const;

export function readFlink(read: ConfigReader, problems: Problems): FlinkConfig {
  const restore = readRestore(read, problems);
  return {
    runtime: read.form("flinkRuntime", flinkRuntime),
    parallelism: read.integer("flinkParallelism", limits.flinkParallelism),
    parallelismPerKpu: read.integer("flinkParallelismPerKpu", limits.flinkParallelismPerKpu),
    kpuLimit: read.integer("flinkKpuLimit", limits.flinkKpus),
    checkpointIntervalSeconds: read.integer(
      "checkpointIntervalSeconds",
      limits.checkpointIntervalSeconds,
    ),
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

/**
 * Neither the configured parallelism nor what scaling may make of it takes more KPUs than there are, or more instances
 * than the state can be divided among; and the runtime can do what is asked of it.
 */
export function checkFlink(
  { runtime, parallelism, parallelismPerKpu, kpuLimit }: FlinkConfig,
  { application }: ScalingConfig,
  customerManagedKey: boolean,
  read: ConfigReader,
  problems: Problems,
): void {
  const check = (key: string, value: number): void => {
    const kpus = Math.ceil(value / parallelismPerKpu);
    problems.require(
      !(kpus > kpuLimit),
      `${read.name(key)} ${value} with ${parallelismPerKpu} a KPU takes ${kpus} KPUs, more than ${read.name("flinkKpuLimit")}, ${kpuLimit}`,
    );
  };
  check("flinkParallelism", parallelism);
  if (application !== undefined) {
    check("flinkMaxParallelism", application.max);
    const most = maxParallelism(parallelism);
    problems.require(
      !(application.max > most),
      `${read.name("flinkMaxParallelism")} ${application.max} is more than ${most}, to which a job can be scaled whose first start was with ${read.name("flinkParallelism")} ${parallelism}`,
    );
  }
  problems.require(
    !customerManagedKey || takesCustomerKey(runtime),
    `${read.name("customerManagedKey")} needs ${read.name("flinkRuntime")} FLINK-1_20 or later; got ${runtime}`,
  );
}
