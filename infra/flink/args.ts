import { statSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { RoleReference, Statement } from "../core/iam";
import { limits, logRetentionDays } from "../core/limits";
import { type Form, type Naming, ownName, Problems } from "../core/validate";

/** The service's name of a Flink version; which there are changes faster than this program: https://docs.aws.amazon.com/managed-flink/latest/java/release-version-list.html */
export const flinkRuntime: Form = {
  pattern: /^FLINK-[0-9]+_[0-9]+$/,
  description: "FLINK- and a version, such as FLINK-1_20",
};

/** Whether a runtime encrypts state with a customer managed key: https://docs.aws.amazon.com/managed-flink/latest/java/key-management-flink.html */
function takesCustomerKey(runtime: string): boolean {
  const [major = 0, minor = 0] = (runtime.match(/[0-9]+/g) ?? []).map(Number);
  return major > 1 || minor >= 20;
}

/**
 * How far a job can be scaled that first started with a parallelism: its state is divided into so many key groups then,
 * and stays so for good.
 * https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/execution/parallel/#setting-the-maximum-parallelism
 */
export function maxParallelism(parallelism: number): number {
  return Math.max(128, 2 ** Math.ceil(Math.log2(parallelism + Math.floor(parallelism / 2))));
}

/** https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html */
const flinkPropertyGroupName: Form = {
  pattern: /^[a-zA-Z0-9_.-]{1,50}$/,
  description: "1 to 50 letters, digits, dots, hyphens and underscores",
};

/** https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_CreateApplicationSnapshot.html */
export const flinkSnapshotName: Form = {
  pattern: /^[a-zA-Z0-9_.-]{1,256}$/,
  description: "1 to 256 letters, digits, dots, hyphens and underscores",
};

/** https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_MonitoringConfiguration.html */
const flinkLogLevels = ["INFO", "WARN", "ERROR", "DEBUG"] as const;
export type FlinkLogLevel = (typeof flinkLogLevels)[number];

/** From the cheapest; PARALLELISM has a metric for each instance of each operator: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_MonitoringConfiguration.html */
const flinkMetricsLevels = ["APPLICATION", "TASK", "OPERATOR", "PARALLELISM"] as const;
export type FlinkMetricsLevel = (typeof flinkMetricsLevels)[number];

/** With which state an application starts after an update. */
export type FlinkRestore =
  /** That of its newest snapshot, or none as long as there is no snapshot, as without saying anything. */
  | { readonly from: "latest-snapshot"; readonly allowNonRestoredState?: boolean }
  /** That of a snapshot of a given name. */
  | { readonly from: "snapshot"; readonly name: string; readonly allowNonRestoredState?: boolean }
  /** None: the job begins at the initial position of its source. */
  | { readonly from: "nothing" };

/** The code of an application: a jar, or the zip of a Python application. */
export type FlinkCode =
  /** A local file, which is uploaded under a key made from its content. */
  | { readonly path: string }
  /** An object that is in the bucket already. */
  | {
      readonly key: pulumi.Input<string>;
      /** Version of the object. @default the newest when the application is updated */
      readonly objectVersion?: pulumi.Input<string>;
    };

/** Values by property group and key, as `KinesisAnalyticsRuntime.getApplicationProperties()` returns them to the job. */
export type FlinkPropertyGroups = Readonly<
  Record<string, Readonly<Record<string, pulumi.Input<string>>>>
>;

export interface FlinkApplicationArgs {
  /** The job's code. */
  readonly code: FlinkCode;
  /** Name of the versioned bucket that has the code or takes it. */
  readonly codeBucketName: pulumi.Input<string>;
  /** ARN of that bucket. */
  readonly codeBucketArn: pulumi.Input<string>;
  /** The service's name of the Flink that runs the jar, such as FLINK-1_20. @default FLINK-1_20, which is tested */
  readonly runtime?: string;
  /**
   * Runtime properties of the job by group, at most 50 groups of 50 properties; keys and values have 1 to 2,048
   * characters: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html @default none
   */
  readonly propertyGroups?: FlinkPropertyGroups | undefined;
  /** How many instances of each operator run in parallel, 1 to 256. */
  readonly parallelism: number;
  /** How many of those share one KPU (1 vCPU, 4 GB), 1 to 8. */
  readonly parallelismPerKpu: number;
  /**
   * KPUs that the application may take, 1 to 250; more are refused. The account's quota is 64 unless it was raised.
   * @default 64
   */
  readonly kpuLimit?: number;
  /** Lets the service double and halve the parallelism by CPU load. @default false */
  readonly autoScaling?: boolean;
  /** Leaves the parallelism, after the first deployment, to autoscaling outside the program. @default false */
  readonly scaledElsewhere?: boolean;
  /** Leaves the code, after the first deployment, to releases outside the program, such as a JobDelivery. @default false */
  readonly deliveredElsewhere?: boolean;
  /** Seconds between the starts of two checkpoints, 5 to 3,600. */
  readonly checkpointIntervalSeconds: number;
  /** Seconds from the end of a checkpoint to the start of the next at least, 0 to 3,600. @default 5 */
  readonly checkpointPauseSeconds?: number;
  /** What the job's log takes in: INFO, WARN, ERROR or DEBUG. @default INFO */
  readonly logLevel?: FlinkLogLevel;
  /** For what there are metrics; each level costs more than the one before. @default APPLICATION */
  readonly metricsLevel?: FlinkMetricsLevel;
  /** Takes a snapshot of the state before each update and stop. @default true */
  readonly snapshots?: boolean;
  /** The state to start with after an update. @default the newest snapshot */
  readonly restore?: FlinkRestore;
  /** Starts the application when it was created. @default true */
  readonly start?: boolean;
  /** VPC of the subnets. */
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets in which the application gets its network interfaces. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups besides the application's own, at most four, such as the clients of a domain. */
  readonly securityGroupIds?: readonly pulumi.Input<string>[];
  /** Permissions of the job besides reading its code and writing its log. */
  readonly statements: readonly Statement[];
  /**
   * Role of the job, trusted by kinesisanalytics.amazonaws.com. For programs that need the role before the
   * application exists. @default a role of its own
   */
  readonly role?: RoleReference;
  /** Resources to create before the application starts, besides those of its arguments. @default nothing */
  readonly startAfter?: readonly pulumi.Resource[];
  /** Days for which the job's log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts the code bucket and the log. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /**
   * ARN of the KMS key that encrypts the state, running and in snapshots. Its policy must let the service in, as that of
   * an `EncryptionKey` does, and the runtime be FLINK-1_20 or later. @default a key that AWS owns
   */
  readonly stateKmsKeyArn?: pulumi.Input<string> | undefined;
  /** Keeps the application, and its snapshots with it, when it leaves the program. @default false */
  readonly protectData?: boolean;
}

/** What stands for arguments that are left out. */
export const flinkDefaults = {
  // The last line of Flink 1; the OpenSearch connector has no release for Flink 2.
  runtime: "FLINK-1_20",
  kpuLimit: 64,
  checkpointPauseSeconds: 5,
  logLevel: "INFO",
  metricsLevel: "APPLICATION",
} as const;

/** What the service accepts of property groups: https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_PropertyGroup.html */
function checkPropertyGroups(groups: FlinkPropertyGroups, problems: Problems): void {
  const ids = Object.keys(groups);
  problems.integer("number of propertyGroups", ids.length, limits.flinkPropertyGroups);
  for (const [id, properties] of Object.entries(groups)) {
    const place = `propertyGroups.${id}`;
    const entries = Object.entries(properties);
    problems.matches("name of a property group", id, flinkPropertyGroupName);
    problems.integer(`number of properties in ${place}`, entries.length, limits.flinkProperties);
    for (const [key, value] of entries) {
      problems.integer(`length of a key in ${place}`, key.length, limits.flinkPropertyLength);
      if (typeof value !== "string") continue;
      problems.integer(`length of ${place}.${key}`, value.length, limits.flinkPropertyLength);
    }
  }
}

/** A parallelism must fit into the KPUs that the application may take. */
export function checkKpus(
  args: {
    readonly parallelism: number;
    readonly parallelismPerKpu: number;
    readonly kpuLimit: number;
  },
  problems: Problems,
  name: Naming<keyof typeof args> = ownName,
): void {
  const { parallelism, parallelismPerKpu, kpuLimit } = args;
  const kpus = Math.ceil(parallelism / parallelismPerKpu);
  problems.require(
    !(kpus > kpuLimit),
    `${name("parallelism")} ${parallelism} at ${parallelismPerKpu} per KPU needs ${kpus} KPUs; ${name("kpuLimit")} is ${kpuLimit}. Lower ${name("parallelism")}, or raise ${name("parallelismPerKpu")} or ${name("kpuLimit")}`,
  );
}

/** The runtime must encrypt state with a customer managed key where there is one. */
export function checkStateKey(
  args: { readonly runtime: string; readonly stateKmsKeyArn: boolean },
  problems: Problems,
  name: Naming<keyof typeof args> = ownName,
): void {
  problems.require(
    !args.stateKmsKeyArn || takesCustomerKey(args.runtime),
    `${name("runtime")} must be FLINK-1_20 or later with ${name("stateKmsKeyArn")}; got ${args.runtime}`,
  );
}

/** @throws Error that lists every invalid argument. */
export function validateFlinkArguments(name: string, args: FlinkApplicationArgs): void {
  const problems = new Problems();
  const given = { ...flinkDefaults, ...args };
  const { restore, securityGroupIds = [] } = args;
  if ("path" in args.code) {
    problems.require(
      statSync(args.code.path, { throwIfNoEntry: false })?.isFile() === true,
      `code.path must be an existing file; got ${args.code.path}. Build the job first`,
    );
  } else {
    // Languages without types may leave it out.
    const { key } = args.code as Partial<typeof args.code>;
    problems.require(key !== undefined, "code must have path or key; got none");
  }
  problems.check(args, {
    runtime: flinkRuntime,
    parallelism: limits.flinkParallelism,
    parallelismPerKpu: limits.flinkParallelismPerKpu,
    kpuLimit: limits.flinkKpus,
    checkpointIntervalSeconds: limits.checkpointIntervalSeconds,
    checkpointPauseSeconds: limits.checkpointPauseSeconds,
    logLevel: flinkLogLevels,
    metricsLevel: flinkMetricsLevels,
    logRetentionDays,
  });
  checkStateKey({ ...given, stateKmsKeyArn: args.stateKmsKeyArn !== undefined }, problems);
  checkPropertyGroups(args.propertyGroups ?? {}, problems);
  checkKpus(given, problems);
  problems.require(
    !(args.autoScaling === true && args.scaledElsewhere === true),
    "autoScaling and scaledElsewhere must not both be true: the service would scale against the other",
  );
  if (restore?.from === "snapshot") {
    problems.matches("name of the snapshot to restore", restore.name, flinkSnapshotName);
  }
  problems.require(
    !(args.snapshots === false && restore?.from === "latest-snapshot"),
    "restore from the latest snapshot needs snapshots; set snapshots to true or restore from nothing",
  );
  problems.integer(
    "number of securityGroupIds",
    securityGroupIds.length,
    limits.flinkExtraSecurityGroups,
  );
  problems.throwIfAny(`FlinkApplication "${name}" has invalid arguments`);
}
