import { ExternalKey, Key, ReplicaExternalKey, ReplicaKey } from "@pulumi/aws/kms";
import { isSet } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { integer } from "../engine/setting-schema";
import { typeToken } from "../engine/types";
import { atLeast, atMost } from "../engine/violation";

export const keyRotation = resourcePolicy("kms-key-rotation", Key, {
  severity: "medium",
  rule: "Rotate a symmetric key's material.",
  reason: "Rotation bounds how much is ever encrypted with the same material.",
  fix: "Set enableKeyRotation, and rotationPeriodInDays to no more than the limit.",
  controls: ["KMS.4"],
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  config: {
    maxDays: integer("Most days between two rotations.", 365, [90, 2560]),
  },
  *check(key, { maxDays }) {
    // KMS cannot rotate asymmetric and HMAC keys, nor those whose material lies in a key store of the customer's.
    const isSymmetric = (key.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT";
    if (!isSymmetric || isSet(key, "customKeyStoreId") || isSet(key, "xksKeyId")) {
      return;
    }
    const days = key.rotationPeriodInDays ?? 365;
    if (key.enableKeyRotation !== true) {
      yield {
        fact: `enableKeyRotation is ${key.enableKeyRotation ?? "not set"}`,
        limit: "it must be true",
      };
    } else {
      yield* atMost(days, maxDays, `rotationPeriodInDays is ${days}`);
    }
  },
});

const keyTypes = [Key, ReplicaKey, ExternalKey, ReplicaExternalKey].map(typeToken);

export const keyDeletionWindow = typesPolicy("kms-key-deletion-window", keyTypes, {
  severity: "high",
  rule: "Leave enough days between the deletion of a key and its end.",
  reason:
    "What a key encrypted is lost with it. The window is the time in which a mistake can be undone.",
  fix: "Raise deletionWindowInDays, or lower minDays in the policy's configuration.",
  source: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  config: {
    minDays: integer("Shortest waiting time, in days.", 30, [7, 30]),
  },
  *check(key, { minDays }) {
    const days = (key["deletionWindowInDays"] ?? 30) as number;
    yield* atLeast(days, minDays, `deletionWindowInDays is ${days}`);
  },
});
