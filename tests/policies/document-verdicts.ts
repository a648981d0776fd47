import { unknownString } from "../support/policy";
import { policyText, readStatement } from "./access-fixtures";
import { tlsStatement } from "./bucket-fixtures";
import { rows, type Verdict } from "./verdict";

const everyAction = policyText({ ...readStatement, Action: "kinesis:*" });

/** A role's or user's permission in a document. */
function allowing(statement: object): Verdict["set"] {
  return { policy: policyText({ ...readStatement, ...statement }) };
}

function allowingOn(Resource: string): Verdict["set"] {
  return allowing({ Resource });
}

function decryptingWith(statement: object): Verdict["set"] {
  return allowing({ Action: "kms:Decrypt", Resource: undefined, ...statement });
}

function denying(...resources: readonly unknown[]): Verdict["set"] {
  return { policy: policyText(...resources.map((Resource) => ({ ...tlsStatement, Resource }))) };
}

function toStranger(statement: object): Verdict["set"] {
  const Principal = { AWS: "arn:aws:iam::210987654321:root" };
  return { policy: policyText(tlsStatement, { Effect: "Allow", Principal, ...statement }) };
}

const inTheClear = "no statement denies s3:* to everybody without TLS";

/** What a policy's document says. */
export const documentVerdicts: readonly Verdict[] = [
  ...rows("iam-policy-wildcard-actions", "rolePolicy:RolePolicy", [
    ...["*", "**", "*:*", "s3:**", "iam:?*"].map(
      (Action) => [allowing({ Action }), `the policy allows ${Action}`] as const,
    ),
    [allowing({ Action: "s3:Get*" })],
  ]),
  ...rows("iam-policy-wildcard-actions", "iam/role:Role", [
    [
      { inlinePolicies: [{ policy: unknownString }, { policy: everyAction }] },
      "inlinePolicies[1] allows kinesis:*",
    ],
    [{ inlinePolicies: [unknownString, { policy: everyAction }] }, "inlinePolicies[1] allows"],
  ]),
  ...rows("iam-policy-wildcard-resources", "rolePolicy:RolePolicy", [
    ...[
      "*",
      "**",
      "arn:*",
      "arn:aws:*:*:*:*",
      "arn:aws:kinesis:*",
      "arn:aws:kinesis:eu-central-1:123456789012:*",
      "arn:aws:kinesis:*:*:stream/*",
      "arn:aws:s3:::*",
      "arn:aws:s3:::*/*",
      "arn:aws:logs:*:*:log-group:*:log-stream:*",
    ].map((arn) => [allowingOn(arn), `kinesis:GetShardIterator on ${arn};`] as const),
    ...[
      "arn:aws:ec2:eu-central-1:123456789012:network-interface/*",
      "arn:aws:es:eu-central-1:123456789012:domain/trips/*",
      "arn:aws:kinesis:*:*:stream/trips",
      "arn:aws:kinesis:*:*:stream/trips-*",
      "arn:aws:logs:eu-central-1:123456789012:log-group:trips:*",
      "arn:aws:s3:::stream/*",
      "arn:aws:s3:::trips/*",
      "arn:aws:sns:eu-central-1:123456789012:trips:*",
    ].map((arn) => [allowingOn(arn)] as const),
    [
      allowing({ Resource: undefined, NotResource: "arn:aws:s3:::trips" }),
      "on everything but NotResource",
    ],
    // iam-policy-decryption judges it.
    [decryptingWith({ Resource: "*" })],
  ]),
  ...rows("iam-policy-decryption", "rolePolicy:RolePolicy", [
    ...["*", "**", "arn:aws:*:*:*:*", "arn:aws:kms:*", "arn:aws:kms:*:*:alias/*"].map(
      (Resource) => [decryptingWith({ Resource }), `to decrypt with ${Resource}`] as const,
    ),
    [decryptingWith({ NotResource: "arn:aws:kms:*:*:key/1" }), "with everything but NotResource"],
    [decryptingWith({ Resource: "arn:aws:kms:eu-central-1:123456789012:key/1" })],
    [decryptingWith({ Resource: ["arn:aws:s3:::*", "arn:aws:kms:eu-central-1:1:key/1"] })],
  ]),
  ...rows("s3-bucket-policy-tls", "bucketPolicy:BucketPolicy", [
    [denying(["arn:aws:s3:::b", "arn:aws:s3:::b/logs/*"]), inTheClear],
    [denying(["arn:aws:s3:::a", "arn:aws:s3:::z/*"]), inTheClear],
    [denying("arn:aws:s3:::b", "arn:aws:s3:::b/*")],
    [denying("arn:aws:s3:::b*")],
    [denying("arn:aws:s3:::b", "arn:aws:s3:::b/logs/*"), inTheClear],
  ]),
  ...rows("s3-bucket-policy-control", "bucketPolicy:BucketPolicy", [
    [toStranger({ NotAction: "s3:DeleteBucket" }), "s3:PutBucketAcl, s3:PutBucketPolicy"],
    [toStranger({ NotAction: ["s3:Put*", "s3:Delete*"] })],
    [toStranger({ Action: "s3:GetObject" })],
  ]),
];
