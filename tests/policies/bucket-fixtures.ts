import {
  Bucket,
  BucketAcl,
  BucketLifecycleConfiguration,
  BucketLogging,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketServerSideEncryptionConfiguration,
  BucketVersioning,
} from "@pulumi/aws/s3";
import { resource, type TestResource, unknownString } from "../support/policy";

const arn = unknownString;

export const bucket = { ...resource(Bucket, "archive", {}), protect: true };

/** The bucket's name is unknown in a preview. */
const ofBucket = { bucket: unknownString };

function companion(settings: TestResource) {
  return { ...settings, dependencies: { bucket: [bucket] } };
}

export const bucketEncryption = companion(
  resource(BucketServerSideEncryptionConfiguration, "archive", {
    ...ofBucket,
    rules: [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arn } },
    ],
  }),
);

export const bucketLifecycle = companion(
  resource(BucketLifecycleConfiguration, "archive", {
    ...ofBucket,
    rules: [{ id: "expire", status: "Enabled", expiration: { days: 365 } }],
  }),
);

export const tlsStatement = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::trips", "arn:aws:s3:::trips/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

export const bucketPolicy = companion(
  resource(BucketPolicy, "archive", {
    ...ofBucket,
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [tlsStatement] }),
  }),
);

export const publicAccessBlock = companion(
  resource(BucketPublicAccessBlock, "archive", {
    ...ofBucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  }),
);

export const bucketVersioning = companion(
  resource(BucketVersioning, "archive", {
    ...ofBucket,
    versioningConfiguration: { status: "Enabled" },
  }),
);

export const bucketOwnership = companion(
  resource(BucketOwnershipControls, "archive", {
    ...ofBucket,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  }),
);

export const bucketLogging = companion(
  resource(BucketLogging, "archive", {
    ...ofBucket,
    targetBucket: "logs",
    targetPrefix: "archive/",
  }),
);

export const bucketAcl = companion(resource(BucketAcl, "archive", { ...ofBucket, acl: "private" }));

export const buckets = [
  bucket,
  bucketEncryption,
  bucketLifecycle,
  bucketPolicy,
  publicAccessBlock,
  bucketVersioning,
  bucketOwnership,
  bucketLogging,
  bucketAcl,
];
