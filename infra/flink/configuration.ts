import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type FlinkApplicationArgs, flinkDefaults, type FlinkRestore } from "./args";

type Inputs = aws.types.input.kinesisanalyticsv2.ApplicationApplicationConfiguration;
type FlinkInputs = NonNullable<Inputs["flinkApplicationConfiguration"]>;
type RunInputs = NonNullable<Inputs["runConfiguration"]>;

/** An object in the code bucket. */
export interface CodeObject {
  readonly key: pulumi.Input<string>;
  readonly versionId: pulumi.Input<string> | undefined;
}

/** What an application is made of besides its arguments. */
export interface FlinkParts {
  readonly codeBucketArn: pulumi.Input<string>;
  readonly code: CodeObject;
  readonly securityGroupIds: pulumi.Input<string>[];
}

/** Path of the parallelism, which autoscaling changes. */
export const parallelismPath =
  "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration.parallelism";

/** Path of the job's code, which a release changes. */
export const codePath =
  "applicationConfiguration.applicationCodeConfiguration.codeContent.s3ContentLocation";

/** The configuration of an application as the service takes it. */
export function flinkConfiguration(args: FlinkApplicationArgs, parts: FlinkParts): Inputs {
  return {
    applicationCodeConfiguration: {
      codeContentType: "ZIPFILE",
      codeContent: {
        s3ContentLocation: {
          bucketArn: parts.codeBucketArn,
          fileKey: parts.code.key,
          ...(parts.code.versionId !== undefined && { objectVersion: parts.code.versionId }),
        },
      },
    },
    applicationSnapshotConfiguration: { snapshotsEnabled: args.snapshots ?? true },
    environmentProperties: {
      propertyGroups: Object.entries(args.propertyGroups ?? {}).map(
        ([propertyGroupId, propertyMap]) => ({ propertyGroupId, propertyMap: { ...propertyMap } }),
      ),
    },
    flinkApplicationConfiguration: engineConfiguration(args),
    // Always set for a running application: left out, the next update would repeat the last restore, such as the old
    // snapshot of a roll-back.
    ...((args.restore !== undefined || args.start !== false) && {
      runConfiguration: runConfiguration(args.restore ?? { from: "latest-snapshot" }),
    }),
    // Said in any case: left out an earlier key stays in use, and may be on its way to be deleted.
    applicationEncryptionConfiguration:
      args.stateKmsKeyArn === undefined
        ? { keyType: "AWS_OWNED_KEY" }
        : { keyType: "CUSTOMER_MANAGED_KEY", keyId: args.stateKmsKeyArn },
    vpcConfiguration: { subnetIds: args.subnetIds, securityGroupIds: parts.securityGroupIds },
  };
}

/** Without CUSTOM the service silently goes by its own defaults. */
function engineConfiguration(args: FlinkApplicationArgs): FlinkInputs {
  return {
    checkpointConfiguration: {
      configurationType: "CUSTOM",
      checkpointingEnabled: true,
      checkpointInterval: args.checkpointIntervalSeconds * 1000,
      minPauseBetweenCheckpoints:
        (args.checkpointPauseSeconds ?? flinkDefaults.checkpointPauseSeconds) * 1000,
    },
    monitoringConfiguration: {
      configurationType: "CUSTOM",
      logLevel: args.logLevel ?? flinkDefaults.logLevel,
      metricsLevel: args.metricsLevel ?? flinkDefaults.metricsLevel,
    },
    parallelismConfiguration: {
      configurationType: "CUSTOM",
      parallelism: args.parallelism,
      parallelismPerKpu: args.parallelismPerKpu,
      autoScalingEnabled: args.autoScaling ?? false,
    },
  };
}

const restoreTypes = {
  nothing: "SKIP_RESTORE_FROM_SNAPSHOT",
  snapshot: "RESTORE_FROM_CUSTOM_SNAPSHOT",
  "latest-snapshot": "RESTORE_FROM_LATEST_SNAPSHOT",
} as const;

function runConfiguration(restore: FlinkRestore): RunInputs {
  return {
    applicationRestoreConfiguration: {
      applicationRestoreType: restoreTypes[restore.from],
      ...(restore.from === "snapshot" && { snapshotName: restore.name }),
    },
    ...(restore.from !== "nothing" && {
      flinkRunConfiguration: { allowNonRestoredState: restore.allowNonRestoredState ?? false },
    }),
  };
}
