import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptChild } from "./component";
import { actions, allow, policyDocument, type Statement, useKey } from "./iam";
import { limits } from "./limits";
import { Problems } from "./validate";

/** The bucket policy: requires TLS, and allows S3 to write logs. */
export function bucketPolicy(
  bucketArn: pulumi.Output<string>,
  accountId: pulumi.Output<string>,
  takesLogs: boolean,
): pulumi.Output<string> {
  const objects = pulumi.interpolate`${bucketArn}/*`;
  const tlsOnly: Statement = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, objects],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general
  const takeLogs: Statement = {
    Sid: "TakeLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: objects,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
  return policyDocument(takesLogs ? [takeLogs, tlsOnly] : [tlsOnly]);
}

export interface PrivateBucketArgs {
  /** ARN of the KMS key that encrypts objects. @default S3's own keys (SSE-S3), which cannot be switched off */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Days after which an object expires, 1 to 3,653. @default objects are kept */
  readonly expirationDays?: number | undefined;
  /** Name of the bucket that takes the log of requests to this one, a PrivateBucket with `takesLogs`. @default no log */
  readonly logBucketName?: pulumi.Input<string> | undefined;
  /**
   * Takes request logs of other buckets of the account. S3 writes them encrypted with its own keys alone, and no principal
   * logs the requests to the log. @default false
   */
  readonly takesLogs?: boolean;
  /** Keeps the bucket and its objects when it leaves the program; otherwise it is emptied and deleted. @default false */
  readonly protectData?: boolean;
}

/** The arguments of the bucket of a component, which has them among its own. */
export function bucketArgs({
  kmsKeyArn,
  expirationDays,
  logBucketName,
  protectData = false,
}: PrivateBucketArgs): PrivateBucketArgs {
  return { kmsKeyArn, expirationDays, logBucketName, protectData };
}

interface DefaultTags {
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * The first ten default tags, in place of more, for `overrideProvider` of an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 */
export function tenDefaultTags(): { defaultTags: { tags: Record<string, string> } } | undefined {
  const { tags = {} } = new pulumi.Config("aws").getObject<DefaultTags>("defaultTags") ?? {};
  const all = Object.entries(tags);
  return all.length > 10
    ? { defaultTags: { tags: Object.fromEntries(all.slice(0, 10)) } }
    : undefined;
}

/** Days for which an overwritten or deleted object can be restored. */
const noncurrentDays = 30;

/**
 * A bucket without readers outside the account: no public access, no ACLs, TLS only, encrypted, versioned, and with
 * a lifecycle so that it does not grow for ever.
 *
 * @example
 * const archive = new PrivateBucket("archive", { expirationDays: 30 });
 */
export class PrivateBucket extends pulumi.ComponentResource {
  /** Name of the bucket once it is versioned and encrypted. */
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  readonly #kmsKeyArn: pulumi.Input<string> | undefined;
  readonly #region: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:PrivateBucket", name, args, opts);
    const problems = new Problems();
    problems.check(args, { expirationDays: limits.archiveExpirationDays });
    problems.require(
      args.takesLogs !== true || args.kmsKeyArn === undefined,
      "kmsKeyArn must be left out with takesLogs: S3 delivers logs to buckets with its own keys alone",
    );
    problems.require(
      args.takesLogs !== true || args.logBucketName === undefined,
      "logBucketName must be left out with takesLogs: a log of the log would never end",
    );
    problems.throwIfAny(`PrivateBucket "${name}" has invalid arguments`);

    const protectData = args.protectData ?? false;
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    // What guards kept objects is kept with them.
    const settings = keptChild(this, protectData);
    const bucket = new aws.s3.Bucket(name, { forceDestroy: !protectData }, settings);

    const publicAccessBlock = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      settings,
    );
    new aws.s3.BucketOwnershipControls(
      name,
      { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      settings,
    );
    const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault:
              args.kmsKeyArn === undefined
                ? { sseAlgorithm: "AES256" }
                : { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.kmsKeyArn },
            // One data key for many objects: S3 asks KMS, and pays for it, far less often.
            bucketKeyEnabled: args.kmsKeyArn !== undefined,
          },
        ],
      },
      settings,
    );
    const versioning = new aws.s3.BucketVersioning(
      name,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      settings,
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rules: [
          {
            id: "tidy",
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            noncurrentVersionExpiration: { noncurrentDays },
            ...(args.expirationDays !== undefined && {
              expiration: { days: args.expirationDays },
            }),
          },
        ],
      },
      // A rule about noncurrent versions needs a versioned bucket.
      { ...settings, dependsOn: [versioning] },
    );
    const policy = new aws.s3.BucketPolicy(
      name,
      {
        bucket: bucket.bucket,
        policy: bucketPolicy(bucket.arn, accountId, args.takesLogs ?? false),
      },
      // S3 refuses to change policy and public access block of one bucket at the same time.
      { ...settings, dependsOn: [publicAccessBlock] },
    );

    if (args.logBucketName !== undefined) {
      new aws.s3.BucketLogging(
        name,
        {
          bucket: bucket.bucket,
          targetBucket: args.logBucketName,
          targetPrefix: pulumi.interpolate`${bucket.bucket}/`,
        },
        settings,
      );
    }

    this.#kmsKeyArn = args.kmsKeyArn;
    this.#region = aws.getRegionOutput({}, { parent: this }).region;
    // Known only when the bucket is as meant: an object put earlier would have no version and another key, and a log
    // would find no way in.
    this.bucketName = pulumi
      .all([bucket.bucket, versioning.bucket, encryption.bucket, policy.bucket])
      .apply(([bucketName]) => bucketName);
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }

  /**
   * What Firehose needs to deliver objects.
   * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
   */
  deliveryStatements(): Statement[] {
    return [
      allow(
        ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
        [pulumi.interpolate`${this.arn}/*`],
      ),
      ...this.#surroundings(),
    ];
  }

  /** What a principal needs that reads objects of a folder, such as `events/`. */
  readStatements(folder: string): Statement[] {
    return [
      allow(["s3:GetObject"], [pulumi.interpolate`${this.arn}/${folder}*`]),
      allow(["s3:GetBucketLocation", "s3:ListBucket"], [this.arn]),
      ...useKey(this.#kmsKeyArn, ["kms:Decrypt"], "s3", this.#region),
    ];
  }

  /**
   * What a program needs that writes files into a folder by multipart uploads, as Flink's file sink does: it finishes,
   * after a failure, uploads that it began before.
   * @param folder - such as `results/`.
   */
  fileStatements(folder: string): Statement[] {
    return [
      allow(
        actions({
          s3: "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts PutObject",
        }),
        [pulumi.interpolate`${this.arn}/${folder}*`],
      ),
      ...this.#surroundings(),
    ];
  }

  /** What goes with every way of writing objects. */
  #surroundings(): Statement[] {
    return [
      allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [this.arn]),
      ...useKey(this.#kmsKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"], "s3", this.#region),
    ];
  }
}
