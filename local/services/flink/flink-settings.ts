import type { ToolName } from "../../machine/installation";
import type { DeclaredResource } from "../../provider/data-plane";
import { Declared } from "../declared";
import { bucketOf } from "../storage/object-store";

/** Flink on this machine, by the name of the runtime of Managed Service for Apache Flink. */
const runtimes: Readonly<Record<string, ToolName>> = {
  "FLINK-1_20": "flinkRuntime",
  "FLINK-2_2": "flink2Runtime",
};

export interface PropertyGroup {
  readonly propertyGroupId: string;
  readonly propertyMap: Readonly<Record<string, string>>;
}

/** A Flink application as the program declares it, with the service's defaults filled in. */
export interface FlinkSettings {
  readonly name: string;
  readonly runtime: ToolName;
  readonly code: { readonly bucket: string; readonly key: string; readonly version?: string };
  readonly parallelism: number;
  /** Slots of one task manager; as many task managers run as the parallelism needs. */
  readonly parallelismPerKpu: number;
  readonly checkpointing: {
    readonly enabled: boolean;
    readonly intervalMilliseconds: number;
    readonly minPauseMilliseconds: number;
  };
  readonly logLevel: string;
  readonly propertyGroups: readonly PropertyGroup[];
  readonly startApplication: boolean;
  readonly snapshotsEnabled: boolean;
  /** Whether an update begins with the state of the last snapshot or with none. */
  readonly restore: boolean;
  readonly allowNonRestoredState: boolean;
}

/**
 * @throws Error that lists everything that is declared but cannot run here.
 * @see https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CheckpointConfiguration.html for the defaults.
 */
export function flinkSettings(resource: DeclaredResource): FlinkSettings {
  const inputs = Declared.inputsOf(resource);
  const configuration = inputs.block("applicationConfiguration");
  const flink = configuration.block("flinkApplicationConfiguration");
  const run = configuration.block("runConfiguration");
  const problems: string[] = [];

  const environment = inputs.string("runtimeEnvironment");
  const runtime = runtimes[environment];
  if (runtime === undefined) {
    const known = Object.keys(runtimes).join(", ");
    problems.push(`runtimeEnvironment must be one of ${known}; got ${environment}`);
  }
  const restoreType = run
    .block("applicationRestoreConfiguration")
    .string("applicationRestoreType", "RESTORE_FROM_LATEST_SNAPSHOT");
  if (restoreType === "RESTORE_FROM_CUSTOM_SNAPSHOT") {
    problems.push("applicationRestoreType RESTORE_FROM_CUSTOM_SNAPSHOT is not there locally");
  }
  if (runtime === undefined || problems.length > 0) {
    throw new Error(
      [
        `${resource.type} "${resource.name}" cannot run on this machine:`,
        ...problems.map((problem) => `- ${problem}`),
      ].join("\n"),
    );
  }

  // A block of type DEFAULT goes by the service's defaults, whatever else it says.
  const custom = (name: string): Declared => {
    const block = flink.block(name);
    return block.string("configurationType", "DEFAULT") === "CUSTOM"
      ? block
      : new Declared(name, {});
  };
  const checkpoint = custom("checkpointConfiguration");
  const parallelism = custom("parallelismConfiguration");
  const location = configuration
    .block("applicationCodeConfiguration")
    .block("codeContent")
    .block("s3ContentLocation");
  return {
    name: inputs.string("name"),
    runtime,
    code: {
      bucket: bucketOf(location.string("bucketArn")),
      key: location.string("fileKey"),
      ...(location.has("objectVersion") && { version: location.string("objectVersion") }),
    },
    parallelism: parallelism.number("parallelism", 1),
    parallelismPerKpu: parallelism.number("parallelismPerKpu", 1),
    checkpointing: {
      enabled: checkpoint.boolean("checkpointingEnabled", true),
      intervalMilliseconds: checkpoint.number("checkpointInterval", 60_000),
      minPauseMilliseconds: checkpoint.number("minPauseBetweenCheckpoints", 5_000),
    },
    logLevel: custom("monitoringConfiguration").string("logLevel", "INFO"),
    propertyGroups: configuration
      .block("environmentProperties")
      .blocks("propertyGroups")
      .map((group) => ({
        propertyGroupId: group.string("propertyGroupId"),
        propertyMap: group.stringMap("propertyMap"),
      })),
    startApplication: inputs.boolean("startApplication", false),
    snapshotsEnabled: configuration
      .block("applicationSnapshotConfiguration")
      .boolean("snapshotsEnabled", false),
    restore: restoreType === "RESTORE_FROM_LATEST_SNAPSHOT",
    allowNonRestoredState: run
      .block("flinkRunConfiguration")
      .boolean("allowNonRestoredState", false),
  };
}

/** The property groups as the service hands them to a job: application_properties.json. */
export function propertiesFile(groups: readonly PropertyGroup[]): string {
  const content = groups.map(({ propertyGroupId, propertyMap }) => ({
    PropertyGroupId: propertyGroupId,
    PropertyMap: propertyMap,
  }));
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** One task manager for each KPU. */
export function taskManagerCount({ parallelism, parallelismPerKpu }: FlinkSettings): number {
  return Math.ceil(parallelism / parallelismPerKpu);
}
