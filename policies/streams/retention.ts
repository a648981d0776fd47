import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";
import { Bucket, BucketLifecycleConfiguration as Lifecycle, DirectoryBucket } from "@pulumi/aws/s3";
import { companionPolicy } from "../engine/companion";
import { given, isPresent, isSet } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { flag, integer, texts } from "../engine/setting-schema";
import { within } from "../engine/violation";

export const streamRetention = resourcePolicy("kinesis-stream-retention", Stream, {
  severity: "high",
  rule: "Keep a stream's records long enough to survive an outage of its consumers, and no longer than allowed.",
  reason:
    "A record that expires before it is read is lost. Beyond 24 hours every hour of retention costs, and beyond 7 days every gigabyte.",
  fix: "Set retentionPeriod within these hours, or change minHours or maxHours in the policy's configuration.",
  controls: ["Kinesis.3"],
  source: "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
  config: {
    minHours: integer("Shortest retention, in hours.", 168, [24, 8760]),
    maxHours: integer("Longest retention, in hours.", 336, [24, 8760]),
  },
  remedy: ({ retentionPeriod = 24 }, { minHours, maxHours }) => ({
    retentionPeriod: Math.min(Math.max(retentionPeriod, minHours), maxHours),
  }),
  *check(stream, { minHours, maxHours }) {
    const hours = stream.retentionPeriod ?? 24;
    yield* within(
      hours,
      [minHours, maxHours],
      `retentionPeriod is ${hours} hours${isPresent(stream.retentionPeriod) ? "" : ", the default"}`,
      "hours",
    );
  },
});

export const logGroupRetention = resourcePolicy("cloudwatch-log-group-retention", LogGroup, {
  rule: "Keep a log group's events for a set time: long enough to investigate, and not for ever.",
  reason:
    "Without a retention CloudWatch Logs keeps events for ever: the bill only grows, and so does what a leak would reveal.",
  fix: "Set retentionInDays within these days, or change minDays or maxDays in the policy's configuration.",
  controls: ["CloudWatch.16"],
  source:
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
  config: {
    minDays: integer("Shortest retention, in days.", 365, [1, 3653]),
    maxDays: integer("Longest retention, in days.", 731, [1, 3653]),
  },
  // CloudWatch Logs knows only some numbers of days, to which the bounds belong.
  remedy: ({ retentionInDays }, { minDays, maxDays }) => ({
    retentionInDays: Math.min(Math.max(retentionInDays || maxDays, minDays), maxDays),
  }),
  *check(group, { minDays, maxDays }) {
    // CloudWatch Logs reads 0 as for ever.
    const days = group.retentionInDays ?? 0;
    if (days === 0) {
      yield {
        fact: `retentionInDays is ${group.retentionInDays ?? "not set"}, which means for ever`,
        limit: `the limit is ${minDays} to ${maxDays} days`,
      };
    } else {
      yield* within(days, [minDays, maxDays], `retentionInDays is ${days}`, "days");
    }
  },
});

const archiveClasses = ["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

export const lifecycles = resourcePolicy("s3-bucket-lifecycle-retention", Lifecycle, {
  rule: "Let a lifecycle rule expire or archive every object of a bucket: not too early, and not too late.",
  reason:
    "An archive without an end grows for ever in the dearest storage class; one that expires too early loses the data it was made to keep.",
  fix: "Give an enabled rule for the whole bucket an expiration or an archive transition within these days, or change the policy's configuration.",
  source:
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html",
  config: {
    minDays: integer("Fewest days after which any rule may expire current objects.", 30, [1]),
    maxDays: integer(
      "Most days until every object has expired or moved to an archive class.",
      1095,
      [1],
    ),
    keptForever: texts(
      "Names of lifecycle configurations whose current objects may stay, such as those of deployed artefacts; their noncurrent versions must expire all the same.",
    ),
    allowPrefixes: flag(
      "Whether rules by prefix, tag or size may take the place of one for the whole bucket.",
      false,
    ),
  },
  *check(lifecycle, { minDays, maxDays, keptForever, allowPrefixes }, { name }) {
    const rules = (lifecycle.rules ?? []).filter(({ status }) => status === "Enabled");
    for (const { id, expiration } of rules) {
      const days = expiration?.days;
      if (isPresent(days) && days < minDays) {
        yield {
          fact: `rule ${id} expires objects after ${days} days`,
          limit: `the earliest is ${minDays} days`,
        };
      }
      // From then on S3 expires every object, those of the day before too:
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
      if (isPresent(expiration?.date)) {
        yield {
          fact: `rule ${id} expires objects of any age from ${expiration.date} on`,
          limit: `the earliest is ${minDays} days`,
        };
      }
    }
    const ends = rules
      .filter((rule) => allowPrefixes || coversBucket(rule))
      .flatMap((rule) => [
        rule.expiration?.days,
        ...(rule.transitions ?? [])
          .filter(({ storageClass }) => archiveClasses.includes(storageClass))
          .map(({ days }) => days),
        ...(keptForever.includes(name) ? [rule.noncurrentVersionExpiration?.noncurrentDays] : []),
      ]);
    if (!ends.some((days) => isPresent(days) && days <= maxDays)) {
      yield {
        fact: "no enabled rule for the whole bucket expires or archives objects in time",
        limit: `the latest is ${maxDays} days`,
      };
    }
  },
});

export const bucketLifecycle = companionPolicy("s3-bucket-lifecycle-configuration", {
  rule: "Give every bucket a lifecycle configuration.",
  reason: "Without one a bucket keeps every object and every version of it for ever.",
  controls: ["S3.10", "S3.13"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
  subject: Bucket,
  companion: Lifecycle,
});

export const directoryBucketLifecycle = companionPolicy("s3-directory-bucket-lifecycle", {
  severity: "low",
  rule: "Give every directory bucket a lifecycle configuration.",
  reason:
    "Without one a directory bucket keeps every object for ever, in the dearest storage class.",
  controls: ["S3.25"],
  source:
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-lifecycle.html",
  subject: DirectoryBucket,
  companion: Lifecycle,
});

/** Whether a lifecycle rule applies to all objects of its bucket. */
function coversBucket(rule: {
  readonly prefix?: string | undefined;
  readonly filter?: object | undefined;
}): boolean {
  const { prefix, filter } = rule;
  return !isPresent(prefix) && given(filter).every((name) => !isSet(filter ?? {}, name));
}
