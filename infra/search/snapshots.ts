import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ServiceRole } from "../core/iam";
import { limits } from "../core/limits";
import { PrivateBucket } from "../core/private-bucket";
import { Problems } from "../core/validate";
import { type DomainSettings, snapshotRepository } from "./bootstrap/domain-settings";

/** What a domain needs to know of its daily snapshots. */
export interface SnapshotSettings<Text> {
  readonly bucketName: Text;
  readonly region: Text;
  /** ARN of the role with which the domain reads and writes the bucket. */
  readonly roleArn: Text;
  /** Days for which a snapshot is kept. */
  readonly keepDays: number;
}

/** What is counted in the bucket: the object that OpenSearch writes when a snapshot is complete. */
export const snapshotFilter = { name: "snapshots", prefix: "snap-" };

export interface SearchSnapshotsArgs {
  /** ARN of the domain, put together from its parts where the domain is not there yet. */
  readonly domainArn: pulumi.Input<string>;
  /** Days for which a snapshot is kept, 1 to 365. */
  readonly keepDays: number;
  /** ARN of the KMS key that encrypts the bucket. @default S3's own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Name of the bucket that takes the log of requests. @default no log */
  readonly logBucketName?: pulumi.Input<string> | undefined;
  /** Keeps the snapshots when the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/**
 * A bucket for snapshots that outlive their domain, and the role with which that domain alone writes them. Give `settings` to
 * a `SearchBootstrap`, which registers the repository and a policy by which the domain takes and deletes snapshots.
 *
 * @example
 * const snapshots = new SearchSnapshots("snapshots", { domainArn, keepDays: 30, protectData: true });
 * new SearchBootstrap("search-settings", { ...settings, snapshots: snapshots.settings });
 */
export class SearchSnapshots extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly settings: SnapshotSettings<pulumi.Input<string>>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: SearchSnapshotsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:SearchSnapshots", name, args, opts);
    const problems = new Problems();
    problems.check(args, { keepDays: limits.searchSnapshotDays });
    problems.throwIfAny(`SearchSnapshots "${name}" has invalid arguments`);

    const { domainArn, keepDays, ...bucketArgs } = args;
    const bucket = new PrivateBucket(name, bucketArgs, { parent: this });
    new aws.s3.BucketMetric(
      name,
      {
        bucket: bucket.bucketName,
        name: snapshotFilter.name,
        filter: { prefix: snapshotFilter.prefix },
      },
      { parent: this },
    );
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "es.amazonaws.com",
        sourceArn: domainArn,
        statements: bucket.fileStatements(""),
      },
      { parent: this },
    );
    this.bucketName = bucket.bucketName;
    this.settings = {
      bucketName: bucket.bucketName,
      region: aws.getRegionOutput({}, { parent: this }).region,
      // Known when the role may write: the domain tries that when the repository is registered.
      roleArn: role.readyArn(),
      keepDays,
    };
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

/**
 * The repository, and the policy by which the domain itself takes a snapshot every night and deletes those that are too old.
 * It names no indices: a pattern that matches hot and UltraWarm ones is refused, and without one the hot ones are taken.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ultrawarm.html#ultrawarm-manual-snapshot
 */
export function dailySnapshots<Text>({
  bucketName,
  region,
  roleArn,
  keepDays,
}: SnapshotSettings<Text>): NonNullable<DomainSettings["snapshots"]> {
  return {
    repository: { type: "s3", settings: { bucket: bucketName, region, role_arn: roleArn } },
    policy: {
      description: "Daily snapshots of every index",
      creation: {
        schedule: { cron: { expression: "30 1 * * *", timezone: "UTC" } },
        time_limit: "4h",
      },
      // One stays in any case, also when none was taken for long.
      deletion: { condition: { max_age: `${keepDays}d`, min_count: 1 }, time_limit: "4h" },
      snapshot_config: {
        repository: snapshotRepository,
        ignore_unavailable: true,
        include_global_state: false,
        partial: false,
      },
    },
  };
}
