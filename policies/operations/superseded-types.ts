import { Bucket } from "@pulumi/aws/s3";
import { isSet } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";

/** Classes with a successor that the other policies judge; through one of these a program would slip past them. */
const successors: Readonly<Record<string, string>> = {
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html
  "aws:ec2/launchConfiguration:LaunchConfiguration": "ec2.LaunchTemplate",
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestSpotInstances.html
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": "ec2.Instance with instanceMarketOptions",
  "aws:elasticsearch/domain:Domain": "opensearch.Domain",
  "aws:elasticsearch/domainPolicy:DomainPolicy": "opensearch.DomainPolicy",
  "aws:kinesis/analyticsApplication:AnalyticsApplication": "kinesisanalyticsv2.Application",
  "aws:s3/bucketAccelerateConfigurationV2:BucketAccelerateConfigurationV2":
    "s3.BucketAccelerateConfiguration",
  "aws:s3/bucketAclV2:BucketAclV2": "s3.BucketAcl",
  "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2": "s3.BucketCorsConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2":
    "s3.BucketLifecycleConfiguration",
  "aws:s3/bucketLoggingV2:BucketLoggingV2": "s3.BucketLogging",
  "aws:s3/bucketObject:BucketObject": "s3.BucketObjectv2",
  "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2":
    "s3.BucketObjectLockConfiguration",
  "aws:s3/bucketRequestPaymentConfigurationV2:BucketRequestPaymentConfigurationV2":
    "s3.BucketRequestPaymentConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2":
    "s3.BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketV2:BucketV2": "s3.Bucket",
  "aws:s3/bucketVersioningV2:BucketVersioningV2": "s3.BucketVersioning",
  "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2":
    "s3.BucketWebsiteConfiguration",
};

const supersededTypes = Object.keys(successors);

export const superseded = typesPolicy("superseded-resource-type", supersededTypes, {
  severity: "high",
  rule: "Use the current class of a resource.",
  reason: "The policies judge the current class only; its predecessor would pass unjudged.",
  fix: "Replace it, with an alias to keep what is deployed.",
  source: "https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/",
  *check(_resource, _config, { type }) {
    yield { fact: `the type is ${type}`, limit: `the current class is ${successors[type]}` };
  },
});

/** Settings that a bucket still takes itself and the class that has taken them over, which the other policies judge. */
const bucketProperties: Readonly<Record<string, string>> = {
  accelerationStatus: "BucketAccelerateConfiguration",
  acl: "BucketAcl",
  corsRules: "BucketCorsConfiguration",
  grants: "BucketAcl",
  lifecycleRules: "BucketLifecycleConfiguration",
  logging: "BucketLogging",
  objectLockConfiguration: "BucketObjectLockConfiguration",
  policy: "BucketPolicy",
  replicationConfiguration: "BucketReplicationConfig",
  requestPayer: "BucketRequestPaymentConfiguration",
  serverSideEncryptionConfiguration: "BucketServerSideEncryptionConfiguration",
  versioning: "BucketVersioning",
  website: "BucketWebsiteConfiguration",
};

export const ownSettings = resourcePolicy("s3-bucket-superseded-properties", Bucket, {
  severity: "high",
  rule: "Give a bucket its settings by the resources made for them.",
  reason:
    "The policies judge those resources only; an access list or a policy in the bucket itself would pass unjudged.",
  fix: "Move each of these properties to its resource.",
  source: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
  *check(bucket) {
    for (const [property, successor] of Object.entries(bucketProperties)) {
      if (isSet(bucket, property)) {
        yield { fact: `${property} is set`, limit: `its place is an s3.${successor}` };
      }
    }
  },
});
