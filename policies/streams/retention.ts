import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";
import { Bucket, BucketLifecycleConfiguration as Lifecycle, DirectoryBucket } from "@pulumi/aws/s3";
import { given, isPresent, isSet } from "../engine/known";
import { companionPolicy, resourcePolicy } from "../engine/policy";
import { within } from "../engine/violation";

export const streamRetention = resourcePolicy("kinesis-stream-retention", Stream, {
  remedy: ({ retentionPeriod = 24 }, { minHours, maxHours }) => ({
    retentionPeriod: Math.min(Math.max(retentionPeriod, minHours), maxHours),
  }),
  *check(stream, { minHours, maxHours }) {
    const { retentionPeriod: hours } = stream;
    const fact = `retentionPeriod is ${isPresent(hours) ? `${hours} hours` : "24 hours, the default"}`;
    yield* within(hours ?? 24, [minHours, maxHours], fact, "hours");
  },
});

export const logGroupRetention = resourcePolicy("cloudwatch-log-group-retention", LogGroup, {
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
  *check(lifecycle, { minDays, maxDays, keptForever, allowPrefixes }, { name }) {
    const rules = (lifecycle.rules ?? []).filter(({ status }) => status === "Enabled");
    const limit = `the earliest is ${minDays} days`;
    for (const { id, expiration } of rules) {
      const days = expiration?.days;
      if (isPresent(days) && days < minDays) {
        yield { fact: `rule ${id} expires objects after ${days} days`, limit };
      }
      // From then on S3 expires every object, those of the day before too:
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
      if (isPresent(expiration?.date)) {
        yield { fact: `rule ${id} expires objects of any age from ${expiration.date} on`, limit };
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

export const bucketLifecycle = companionPolicy(
  "s3-bucket-lifecycle-configuration",
  Bucket,
  Lifecycle,
);

export const directoryBucketLifecycle = companionPolicy(
  "s3-directory-bucket-lifecycle",
  DirectoryBucket,
  Lifecycle,
);

/** Whether a lifecycle rule applies to all objects of its bucket. */
function coversBucket(rule: { readonly filter?: object | undefined }): boolean {
  const { filter = {} } = rule;
  return !isSet(rule, "prefix") && given(filter).every((name) => !isSet(filter, name));
}
