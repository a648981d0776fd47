import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { flinkServiceStatements } from "./flink-permissions";
import { https } from "./https";
import { policyDocument, type RoleReference, ServiceRole, type Statement } from "./iam";
import { limits, logRetentionDays } from "./limits";
import {
  propertyGroups,
  type RuntimePropertyInputs,
  runtimePropertyProblems,
} from "./runtime-properties";
import { Problems } from "./validate";

export interface FlinkApplicationArgs {
  /** Path of the job's jar, which is uploaded under a key made from its content. */
  readonly jarPath: string;
  /** Name of the versioned bucket that takes the jar. */
  readonly codeBucketName: pulumi.Input<string>;
  /** ARN of that bucket. */
  readonly codeBucketArn: pulumi.Input<string>;
  /** What the job is told at run time, by property group. */
  readonly runtimeProperties: RuntimePropertyInputs;
  /** How many instances of each operator run in parallel, 1 to 256. */
  readonly parallelism: number;
  /** How many of those share one KPU (1 vCPU, 4 GB), 1 to 8. */
  readonly parallelismPerKpu: number;
  /** Lets the service double and halve the parallelism by CPU load. @default false */
  readonly autoScaling?: boolean;
  /** Seconds between the starts of two checkpoints, 5 to 3,600. */
  readonly checkpointIntervalSeconds: number;
  /** Takes a snapshot of the state before each update and stop. @default true */
  readonly snapshots?: boolean;
  /** VPC of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets in which the application gets its network interfaces. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups to join beside the application's own, at most four, such as the clients of a domain. */
  readonly securityGroupIds?: readonly pulumi.Input<string>[];
  /** What the job may do beside reading its code and writing its log. */
  readonly statements: readonly Statement[];
  /**
   * Role of the job, trusted by kinesisanalytics.amazonaws.com. For programs in which somebody else has to know the
   * role before the application exists. @default a role of its own
   */
  readonly role?: RoleReference;
  /** Days for which the job's log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts the code bucket and the log. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/**
 * A Managed Service for Apache Flink application in a VPC, running a jar from S3.
 *
 * @example
 * new FlinkApplication("analytics", {
 *   jarPath: "flink-job/target/flink-job.jar",
 *   codeBucketName: artifacts.bucketName,
 *   codeBucketArn: artifacts.arn,
 *   runtimeProperties: { job: { workload: "taxi" }, source: {...}, search: {...} },
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
    super("streaming:infra:FlinkApplication", name, args, opts);
    validate(name, args);

    const { region } = aws.getRegionOutput({}, { parent: this });

    // The service does not load a jar again that keeps its key, so each content has a key of its own. Earlier jars
    // stay: a rollback of the application needs the one it ran before.
    const jar = new aws.s3.BucketObjectv2(
      `${name}-jar`,
      {
        bucket: args.codeBucketName,
        key: `flink-job/${sha256(args.jarPath)}.jar`,
        source: new pulumi.asset.FileAsset(args.jarPath),
      },
      { parent: this, retainOnDelete: true },
    );

    // Group and stream come before the application: added later they would count as an update of it, and until then
    // the job's log would be lost.
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { retentionInDays: args.logRetentionDays, kmsKeyId: args.kmsKeyArn },
      { parent: this },
    );
    const logStream = new aws.cloudwatch.LogStream(
      `${name}-logs`,
      { logGroupName: logGroup.name },
      { parent: this },
    );

    const role =
      args.role ??
      new ServiceRole(
        `${name}-role`,
        { service: "kinesisanalytics.amazonaws.com" },
        { parent: this },
      );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: policyDocument([
          ...flinkServiceStatements({
            codeArn: pulumi.interpolate`${args.codeBucketArn}/${jar.key}`,
            codeKeyArn: args.kmsKeyArn,
            logGroupArn: logGroup.arn,
            logStreamArn: logStream.arn,
            region,
          }),
          ...args.statements,
        ]),
      },
      { parent: this },
    );

    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      { description: "Flink application", vpcId: args.vpcId },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      name,
      {
        securityGroupId: securityGroup.id,
        description: "HTTPS to AWS services",
        cidrIpv4: "0.0.0.0/0",
        ...https,
      },
      { parent: this },
    );

    const application = new aws.kinesisanalyticsv2.Application(
      name,
      {
        // The last line of Flink 1; the OpenSearch connector has no release for Flink 2.
        runtimeEnvironment: "FLINK-1_20",
        serviceExecutionRole: role.arn,
        startApplication: true,
        cloudwatchLoggingOptions: { logStreamArn: logStream.arn },
        applicationConfiguration: {
          applicationCodeConfiguration: {
            codeContentType: "ZIPFILE",
            codeContent: {
              s3ContentLocation: {
                bucketArn: args.codeBucketArn,
                fileKey: jar.key,
                objectVersion: jar.versionId,
              },
            },
          },
          applicationSnapshotConfiguration: { snapshotsEnabled: args.snapshots ?? true },
          environmentProperties: { propertyGroups: propertyGroups(args.runtimeProperties) },
          flinkApplicationConfiguration: {
            // Without CUSTOM the service silently goes by its own defaults.
            checkpointConfiguration: {
              configurationType: "CUSTOM",
              checkpointingEnabled: true,
              checkpointInterval: args.checkpointIntervalSeconds * 1000,
              minPauseBetweenCheckpoints: 5000,
            },
            monitoringConfiguration: {
              configurationType: "CUSTOM",
              logLevel: "INFO",
              metricsLevel: "APPLICATION",
            },
            parallelismConfiguration: {
              configurationType: "CUSTOM",
              parallelism: args.parallelism,
              parallelismPerKpu: args.parallelismPerKpu,
              autoScalingEnabled: args.autoScaling ?? false,
            },
          },
          vpcConfiguration: {
            subnetIds: args.subnetIds,
            securityGroupIds: [securityGroup.id, ...(args.securityGroupIds ?? [])],
          },
        },
      },
      // The service checks what the role allows when the application is created, and again when it starts.
      { parent: this, dependsOn: [policy] },
    );

    this.name = application.name;
    this.arn = application.arn;
    this.logGroupName = logGroup.name;
    this.registerOutputs({ name: this.name, arn: this.arn, logGroupName: this.logGroupName });
  }
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function validate(name: string, args: FlinkApplicationArgs): void {
  const problems = new Problems();
  problems.require(
    existsSync(args.jarPath),
    `jarPath must be an existing file; there is none at ${args.jarPath}. Build the job first: npm run build:job`,
  );
  for (const problem of runtimePropertyProblems(args.runtimeProperties)) problems.add(problem);
  problems.integer("parallelism", args.parallelism, limits.flinkParallelism);
  problems.integer("parallelismPerKpu", args.parallelismPerKpu, limits.flinkParallelismPerKpu);
  problems.integer(
    "checkpointIntervalSeconds",
    args.checkpointIntervalSeconds,
    limits.checkpointIntervalSeconds,
  );
  problems.integer(
    "number of securityGroupIds",
    args.securityGroupIds?.length ?? 0,
    limits.flinkExtraSecurityGroups,
  );
  problems.oneOf("logRetentionDays", args.logRetentionDays, logRetentionDays);
  problems.throwIfAny(`FlinkApplication "${name}" has invalid arguments`);
}
