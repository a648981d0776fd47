import { readFileSync } from "node:fs";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { tenDefaultTags } from "../core/private-bucket";
import { sha256 } from "../core/bundle";
import { logGroup } from "../core/logs";
import { componentInputs, keptChild } from "../core/component";
import { type FlinkApplicationArgs, flinkDefaults, validateFlinkArguments } from "./args";
import { flinkServiceStatements } from "./permissions";
import { callerGroup } from "../core/security-group";
import { rolePolicy, ServiceRole } from "../core/iam";

/** An update takes a snapshot first and starts from it afterwards, which takes its time with a large state. */
const timeouts = { create: "30m", update: "60m", delete: "30m" };

/**
 * A Managed Service for Apache Flink application in a VPC, running a jar from S3.
 *
 * @example
 * new FlinkApplication("analytics", {
 *   code: { path: "target/my-job.jar" },
 *   codeBucketName: artifacts.bucketName,
 *   codeBucketArn: artifacts.arn,
 *   propertyGroups: { InputStream0: { "stream.arn": events.arn, "aws.region": region } },
 *   parallelism: 2,
 *   parallelismPerKpu: 1,
 *   checkpointIntervalSeconds: 60,
 *   vpcId: network.vpcId,
 *   subnetIds: network.privateSubnetIds,
 *   statements: events.readStatements(),
 *   logRetentionDays: 30,
 * });
 */
export class FlinkApplication extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: FlinkApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = componentInputs(args, "code", "startAfter");
    super("streaming:infra:FlinkApplication", name, inputs, opts);
    validateFlinkArguments(name, args);
    const child = { parent: this };
    const { region } = aws.getRegionOutput({}, child);

    const code = this.#codeObject(name, args);

    // Group and stream come before the application: added later they would count as an update of it, and until then
    // the job's log would be lost.
    const log = logGroup(`${name}-logs`, args, child);
    const logStream = new aws.cloudwatch.LogStream(
      `${name}-logs`,
      { logGroupName: log.name },
      child,
    );

    const role =
      args.role ??
      new ServiceRole(`${name}-role`, { service: "kinesisanalytics.amazonaws.com" }, child);
    const policy = rolePolicy(
      name,
      role.name,
      [
        ...flinkServiceStatements({
          // Each release of the code has a key of its own.
          codeArn:
            args.deliveredElsewhere === true
              ? pulumi.interpolate`${args.codeBucketArn}/flink-job/*`
              : pulumi.interpolate`${args.codeBucketArn}/${code.key}`,
          codeKeyArn: args.kmsKeyArn,
          logGroupArn: log.arn,
          logStreamArn: logStream.arn,
          region,
        }),
        ...args.statements,
      ],
      child,
    );

    const description = "Flink application";
    const securityGroup = callerGroup(name, { description, vpcId: args.vpcId }, child);

    const application = new aws.kinesisanalyticsv2.Application(
      name,
      {
        runtimeEnvironment: args.runtime ?? flinkDefaults.runtime,
        serviceExecutionRole: role.arn,
        startApplication: args.start ?? true,
        cloudwatchLoggingOptions: { logStreamArn: logStream.arn },
        applicationConfiguration: flinkConfiguration(args, code, [
          securityGroup.id,
          ...(args.securityGroupIds ?? []),
        ]),
      },
      {
        ...keptChild(this, args.protectData),
        // The service checks what the role allows when the application is created, and again when it starts.
        dependsOn: [policy, ...(args.startAfter ?? [])],
        customTimeouts: timeouts,
        ignoreChanges: [
          ...(args.scaledElsewhere === true ? [parallelismPath] : []),
          ...(args.deliveredElsewhere === true ? [codePath] : []),
        ],
      },
    );

    this.name = application.name;
    this.arn = application.arn;
    this.logGroupName = log.name;
    this.registerOutputs({ name: this.name, arn: this.arn, logGroupName: this.logGroupName });
  }

  /** The object with the code; a local file is uploaded. */
  #codeObject(name: string, { code, codeBucketName }: FlinkApplicationArgs): CodeObject {
    if (!("path" in code)) return { key: code.key, versionId: code.objectVersion };
    // The service does not load code again that keeps its key, so each content has a key of its own. Earlier objects
    // stay: a rollback of the application needs the one it ran before.
    return new aws.s3.BucketObjectv2(
      `${name}-jar`,
      {
        bucket: codeBucketName,
        key: `flink-job/${sha256(readFileSync(code.path))}${path.extname(code.path)}`,
        source: new pulumi.asset.FileAsset(code.path),
        overrideProvider: tenDefaultTags(),
      },
      { parent: this, retainOnDelete: true },
    );
  }
}

/** Path of the parallelism, which autoscaling changes. */
const parallelismPath =
  "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration.parallelism";

/** Path of the job's code, which a release changes. */
const codePath =
  "applicationConfiguration.applicationCodeConfiguration.codeContent.s3ContentLocation";

const restoreTypes = {
  nothing: "SKIP_RESTORE_FROM_SNAPSHOT",
  snapshot: "RESTORE_FROM_CUSTOM_SNAPSHOT",
  "latest-snapshot": "RESTORE_FROM_LATEST_SNAPSHOT",
} as const;

/** The configuration of an application as the service takes it. */
function flinkConfiguration(
  args: FlinkApplicationArgs,
  code: CodeObject,
  securityGroupIds: pulumi.Input<string>[],
): aws.types.input.kinesisanalyticsv2.ApplicationApplicationConfiguration {
  const { checkpointPauseSeconds, logLevel, metricsLevel } = { ...flinkDefaults, ...args };
  const { restore = { from: "latest-snapshot" }, stateKmsKeyArn } = args;
  // Without CUSTOM the service silently goes by its own defaults.
  const configurationType = "CUSTOM";
  return {
    applicationCodeConfiguration: {
      codeContentType: "ZIPFILE",
      codeContent: {
        s3ContentLocation: {
          bucketArn: args.codeBucketArn,
          fileKey: code.key,
          ...(code.versionId !== undefined && { objectVersion: code.versionId }),
        },
      },
    },
    applicationSnapshotConfiguration: { snapshotsEnabled: args.snapshots ?? true },
    environmentProperties: {
      propertyGroups: Object.entries(args.propertyGroups ?? {}).map(
        ([propertyGroupId, propertyMap]) => ({ propertyGroupId, propertyMap: { ...propertyMap } }),
      ),
    },
    flinkApplicationConfiguration: {
      checkpointConfiguration: {
        configurationType,
        checkpointingEnabled: true,
        checkpointInterval: args.checkpointIntervalSeconds * 1000,
        minPauseBetweenCheckpoints: checkpointPauseSeconds * 1000,
      },
      monitoringConfiguration: { configurationType, logLevel, metricsLevel },
      parallelismConfiguration: {
        configurationType,
        parallelism: args.parallelism,
        parallelismPerKpu: args.parallelismPerKpu,
        autoScalingEnabled: args.autoScaling ?? false,
      },
    },
    // Always set for a running application: left out, the next update would repeat the last restore, such as the old
    // snapshot of a roll-back.
    ...((args.restore !== undefined || args.start !== false) && {
      runConfiguration: {
        applicationRestoreConfiguration: {
          applicationRestoreType: restoreTypes[restore.from],
          ...(restore.from === "snapshot" && { snapshotName: restore.name }),
        },
        ...(restore.from !== "nothing" && {
          flinkRunConfiguration: { allowNonRestoredState: restore.allowNonRestoredState ?? false },
        }),
      },
    }),
    // Said in any case: left out an earlier key stays in use, and may be on its way to be deleted.
    applicationEncryptionConfiguration:
      stateKmsKeyArn === undefined
        ? { keyType: "AWS_OWNED_KEY" }
        : { keyType: "CUSTOMER_MANAGED_KEY", keyId: stateKmsKeyArn },
    vpcConfiguration: { subnetIds: args.subnetIds, securityGroupIds },
  };
}

/** An object in the code bucket. */
interface CodeObject {
  readonly key: pulumi.Input<string>;
  readonly versionId: pulumi.Input<string> | undefined;
}
