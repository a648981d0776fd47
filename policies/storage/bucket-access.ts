import {
  Bucket,
  BucketAcl,
  BucketLogging,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketVersioning,
} from "@pulumi/aws/s3";
import { isPresent, isSet } from "../engine/known";
import { companionPolicy, resourcePolicy, typesPolicy } from "../engine/policy";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import { covers, type Statement, statementsOf } from "../engine/policy-document";
import { publicAccessBlocks } from "./public-access-blocks";
import { mustBe } from "../engine/violation";

export const access = resourcePolicy("s3-bucket-public-access-block", BucketPublicAccessBlock, {
  remedy: () => Object.fromEntries(publicAccessBlocks.map((name) => [name, true])),
  *check(block) {
    for (const name of publicAccessBlocks) {
      yield* mustBe(name, block[name], true);
    }
  },
});

export const publicAccessPresence = companionPolicy(
  "s3-bucket-public-access-block-presence",
  Bucket,
  BucketPublicAccessBlock,
);

export const bucketVersioning = resourcePolicy("s3-bucket-versioning", BucketVersioning, {
  check: ({ versioningConfiguration: { status } }) =>
    mustBe("versioningConfiguration.status", status, "Enabled"),
});

export const bucketVersioningPresence = companionPolicy(
  "s3-bucket-versioning-presence",
  Bucket,
  BucketVersioning,
);

export const bucketOwnership = resourcePolicy("s3-bucket-ownership", BucketOwnershipControls, {
  check: ({ rule: { objectOwnership } }) =>
    mustBe("rule.objectOwnership", objectOwnership, "BucketOwnerEnforced"),
});

export const bucketOwnershipPresence = companionPolicy(
  "s3-bucket-ownership-presence",
  Bucket,
  BucketOwnershipControls,
);

export const bucketAcl = resourcePolicy("s3-bucket-acl", BucketAcl, {
  *check({ acl = "not set", accessControlPolicy }) {
    if (isPresent(accessControlPolicy)) {
      yield "accessControlPolicy is set";
    } else if (!["private", "Private"].includes(acl)) {
      yield `acl is ${acl}`;
    }
  },
});

const aclNames = ["acl", "cannedAcl", "grants", "accessControlPolicy"];

const listedTypes = typesWith(...aclNames).filter(
  (type) => ![Bucket, BucketAcl].map(typeToken).includes(type) && !/V2$/.test(type),
);

export const objectAcl = typesPolicy("s3-object-acl", listedTypes, {
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

export const bucketLogging = companionPolicy("s3-bucket-logging", Bucket, BucketLogging);

/** Actions that let a principal grant access to others. */
const controlActions = [
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
];

export const bucketControl = resourcePolicy("s3-bucket-policy-control", BucketPolicy, {
  *check(bucketPolicy, { trustedAccounts }) {
    for (const statement of statementsOf(bucketPolicy, "policy")) {
      const actions = controlActions.filter((action) => reaches(statement, action));
      const strangers = (statement.principals["AWS"] ?? []).filter(
        (principal) => !trustedAccounts.includes(/[0-9]{12}/.exec(principal)?.[0] ?? ""),
      );
      if (statement.allows && actions.length > 0 && strangers.length > 0) {
        yield `a statement allows ${strangers.join(", ")} ${actions.join(", ")}`;
      }
    }
  },
});

/** Whether a statement is about an action; with NotAction it is about all but those. */
function reaches({ actions, notActions }: Statement, action: string): boolean {
  return notActions.length > 0 ? !covers(notActions, action) : covers(actions, action);
}
