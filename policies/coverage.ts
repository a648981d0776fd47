import { stackPolicy } from "./policy";

/** Classes with a successor that the other policies judge; through one of these a program would slip past them. */
const successors: Readonly<Record<string, string>> = {
  "aws:elasticsearch/domain:Domain": "opensearch.Domain",
  "aws:kinesis/analyticsApplication:AnalyticsApplication": "kinesisanalyticsv2.Application",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":
    "s3.BucketLifecycleConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2":
    "s3.BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketV2:BucketV2": "s3.Bucket",
};

export const supersededResources = stackPolicy([], {
  name: "superseded-resource-type",
  severity: "high",
  rule: "Use the current class of a resource.",
  reason: "The policies judge the current class only; its predecessor would pass unjudged.",
  fix: "Replace it, with an alias to keep what is deployed.",
  source: "https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/",
  *check(resources) {
    for (const resource of resources) {
      const successor = successors[resource.type];
      if (successor !== undefined) {
        yield {
          resource,
          fact: `the type is ${resource.type}`,
          limit: `the current class is ${successor}`,
        };
      }
    }
  },
});
