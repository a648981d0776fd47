import type { kinesisanalyticsv2 } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import type { ToolName } from "../../machine/installation";
import { refused, type DeclaredResource } from "../../provider/data-plane";
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

export type FlinkSettings = ReturnType<typeof flinkSettings>;

/**
 * A Flink application as the program declares it, with the service's defaults filled in.
 * @throws Error that lists everything that is declared but cannot run here.
 * @see https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CheckpointConfiguration.html for the defaults.
 */
export function flinkSettings(resource: DeclaredResource) {
  const inputs = resource.inputs as Unwrap<kinesisanalyticsv2.ApplicationArgs>;
  const { applicationConfiguration: configuration, runtimeEnvironment: environment } = inputs;
  const runtime = runtimes[environment];
  const flink = configuration?.flinkApplicationConfiguration;
  const run = configuration?.runConfiguration;
  const { applicationRestoreType: restoreType = "RESTORE_FROM_LATEST_SNAPSHOT" } =
    run?.applicationRestoreConfiguration ?? {};
  const location = configuration?.applicationCodeConfiguration.codeContent?.s3ContentLocation;
  const problems: string[] = [];
  if (runtime === undefined) {
    const known = Object.keys(runtimes).join(", ");
    problems.push(`runtimeEnvironment must be one of ${known}; got ${environment}`);
  }
  if (restoreType === "RESTORE_FROM_CUSTOM_SNAPSHOT") {
    problems.push("applicationRestoreType RESTORE_FROM_CUSTOM_SNAPSHOT is not there locally");
  }
  if (location === undefined) problems.push("its code must be an object in a bucket");
  if (runtime === undefined || location === undefined || problems.length > 0) {
    throw refused(resource, problems);
  }
  const checkpoint = custom(flink?.checkpointConfiguration);
  const parallelism = custom(flink?.parallelismConfiguration);
  return {
    name: inputs.name ?? "",
    runtime,
    code: {
      bucket: bucketOf(location.bucketArn),
      key: location.fileKey,
      ...(location.objectVersion !== undefined && { version: location.objectVersion }),
    },
    parallelism: parallelism?.parallelism ?? 1,
    parallelismPerKpu: parallelism?.parallelismPerKpu ?? 1,
    checkpointing: {
      enabled: checkpoint?.checkpointingEnabled ?? true,
      intervalMilliseconds: checkpoint?.checkpointInterval ?? 60_000,
      minPauseMilliseconds: checkpoint?.minPauseBetweenCheckpoints ?? 5_000,
    },
    logLevel: custom(flink?.monitoringConfiguration)?.logLevel ?? "INFO",
    propertyGroups: configuration?.environmentProperties?.propertyGroups ?? [],
    startApplication: inputs.startApplication ?? false,
    snapshotsEnabled: configuration?.applicationSnapshotConfiguration?.snapshotsEnabled ?? false,
    // Whether an update begins with the state of the last snapshot or with none.
    restore: restoreType === "RESTORE_FROM_LATEST_SNAPSHOT",
    allowNonRestoredState: run?.flinkRunConfiguration?.allowNonRestoredState ?? false,
  };
}

/** A block of type DEFAULT has the service's defaults; its other values are ignored. */
function custom<Block extends { configurationType: string }>(block: Block | undefined) {
  return block?.configurationType === "CUSTOM" ? block : undefined;
}

export function propertiesFile(groups: readonly PropertyGroup[]): string {
  const content = groups.map(({ propertyGroupId, propertyMap }) => ({
    PropertyGroupId: propertyGroupId,
    PropertyMap: propertyMap,
  }));
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

export function taskManagerCount({ parallelism, parallelismPerKpu }: FlinkSettings): number {
  return Math.ceil(parallelism / parallelismPerKpu);
}
