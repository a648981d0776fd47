import {
  Bucket,
  BucketAcl,
  BucketLogging,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketVersioning,
} from "@pulumi/aws/s3";
import { companionPolicy } from "../engine/companion";
import { isPresent, isSet } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { pathsOf, placesAt, sdkToken, typesWith, typeToken } from "../engine/sdk-types";
import { covers, type Statement, statementsOf } from "../engine/policy-document";
import { publicAccessBlocks } from "./public-access-blocks";
import { texts } from "../engine/setting-schema";
import { mustBe } from "../engine/violation";

export const access = resourcePolicy("s3-bucket-public-access-block", BucketPublicAccessBlock, {
  severity: "critical",
  rule: "Block every kind of public access to a bucket.",
  reason: "A policy or an access list written by mistake opens a bucket that is not blocked.",
  fix: "Set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets.",
  controls: ["S3.2", "S3.3", "S3.8"],
  source:
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  remedy: () => Object.fromEntries(publicAccessBlocks.map((name) => [name, true])),
  *check(block) {
    for (const name of publicAccessBlocks) {
      yield* mustBe(name, block[name], true);
    }
  },
});

export const publicAccessPresence = companionPolicy("s3-bucket-public-access-block-presence", {
  severity: "high",
  rule: "Give every bucket a block of public access.",
  reason:
    "S3 blocks public access to new buckets, but the setting can be changed outside the program.",
  controls: ["S3.8"],
  source:
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  subject: Bucket,
  companion: BucketPublicAccessBlock,
});

export const bucketVersioning = resourcePolicy("s3-bucket-versioning", BucketVersioning, {
  rule: "Keep the versions of a bucket's objects.",
  reason: "What is overwritten or deleted by mistake can be brought back from its last version.",
  fix: "Set versioningConfiguration.status to Enabled.",
  controls: ["S3.14"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  check: ({ versioningConfiguration: { status } }) =>
    mustBe("versioningConfiguration.status", status, "Enabled"),
});

export const bucketVersioningPresence = companionPolicy("s3-bucket-versioning-presence", {
  rule: "Say of every bucket whether it keeps versions.",
  reason: "By default a bucket keeps none.",
  controls: ["S3.14"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  subject: Bucket,
  companion: BucketVersioning,
});

export const bucketOwnership = resourcePolicy("s3-bucket-ownership", BucketOwnershipControls, {
  rule: "Let a bucket's owner own every object, and access lists decide nothing.",
  reason:
    "Access lists grant access in addition to policies, and an object that another account wrote belongs to that account.",
  fix: "Set rule.objectOwnership to BucketOwnerEnforced.",
  controls: ["S3.12"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  check: ({ rule: { objectOwnership } }) =>
    mustBe("rule.objectOwnership", objectOwnership, "BucketOwnerEnforced"),
});

export const bucketOwnershipPresence = companionPolicy("s3-bucket-ownership-presence", {
  rule: "Say of every bucket who owns its objects.",
  reason: "A bucket that was made long ago, or imported, may still heed access lists.",
  controls: ["S3.12"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  subject: Bucket,
  companion: BucketOwnershipControls,
});

export const bucketAcl = resourcePolicy("s3-bucket-acl", BucketAcl, {
  severity: "high",
  rule: "Grant only the owner access by a bucket's access list.",
  reason: "Access lists grant access in addition to policies, and are easily public.",
  fix: "Leave the s3.BucketAcl out and write a policy.",
  controls: ["S3.2", "S3.3", "S3.12"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
  *check({ acl, accessControlPolicy }) {
    if (acl !== "private" || isPresent(accessControlPolicy)) {
      yield {
        fact: isPresent(accessControlPolicy)
          ? "accessControlPolicy is set"
          : `acl is ${acl ?? "not set"}`,
        limit: "only private is allowed",
      };
    }
  },
});

/** Lists that hand nothing to strangers: the owner of the bucket gets what another account writes into it. */
const harmlessLists = ["bucket-owner-full-control", "bucket-owner-read", "private"];

const aclNames = ["acl", "cannedAcl", "grants", "accessControlPolicy"];
const bucketLists = [sdkToken("s3", "Bucket"), typeToken(BucketAcl)];

const listedTypes = typesWith(...aclNames).filter(
  (type) => !bucketLists.includes(type) && !/V2$/.test(type),
);

export const objectAcl = typesPolicy("s3-object-acl", listedTypes, {
  severity: "high",
  rule: "Grant only the owners access by an object's access list.",
  reason:
    "An object's list applies in addition to the bucket policy, and reviews of that policy do not show it.",
  fix: "Leave acl and grants out.",
  controls: ["S3.2", "S3.3", "S3.12"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
  config: {
    lists: texts("Canned access lists allowed.", harmlessLists),
  },
  *check(resource, { lists }, { type }) {
    for (const path of pathsOf(type, aclNames)) {
      for (const { path: place, block, property } of placesAt(resource, path)) {
        const value = block[property];
        if (isSet(block, property) && !(typeof value === "string" && lists.includes(value))) {
          yield {
            fact: typeof value === "string" ? `${place} is ${value}` : `${place} is set`,
            limit: `it must be ${lists.join(" or ")}`,
          };
        }
      }
    }
  },
});

export const bucketLogging = companionPolicy("s3-bucket-logging", {
  rule: "Log the requests to every bucket, save the one that holds the logs.",
  reason: "After a leak the log shows the object, reader and time of each access.",
  fix: "Add an s3.BucketLogging with this bucket; name the bucket that holds the logs in exempt.",
  controls: ["S3.9"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
  subject: Bucket,
  companion: BucketLogging,
});

/** Actions that let a principal grant access to others. */
const controlActions = [
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
];

export const bucketControl = resourcePolicy("s3-bucket-policy-control", BucketPolicy, {
  severity: "high",
  rule: "Let no bucket policy hand over control of the bucket to another account.",
  reason:
    "A principal that may write the bucket's policy can grant access to anyone. A principal of the own account is allowed to by its own policies, not by the bucket's.",
  fix: "Take these actions out of the statement, or name the accounts in the policy's configuration.",
  controls: ["S3.6"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
  config: {
    trustedAccounts: texts("Ids of accounts that may control buckets, such as the own one."),
  },
  *check(bucketPolicy, { trustedAccounts }) {
    for (const statement of statementsOf(bucketPolicy, "policy")) {
      const actions = controlActions.filter((action) => reaches(statement, action));
      const strangers = (statement.principals["AWS"] ?? []).filter(
        (principal) => !trustedAccounts.includes(/[0-9]{12}/.exec(principal)?.[0] ?? ""),
      );
      if (statement.allows && actions.length > 0 && strangers.length > 0) {
        yield {
          fact: `a statement allows ${strangers.join(", ")} ${actions.join(", ")}`,
          limit: "only the bucket's own account may control it",
        };
      }
    }
  },
});

/** Whether a statement is about an action; with NotAction it is about all but those. */
function reaches({ actions, notActions }: Statement, action: string): boolean {
  return notActions.length > 0 ? !covers(notActions, action) : covers(actions, action);
}
