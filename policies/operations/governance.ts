import { unknownDocuments } from "../engine/document-types";
import { isSet } from "../engine/known";
import { resourcePolicy, stackPolicy, typesPolicy } from "../engine/policy";
import { sdkToken, sdkTypes, taggableTypes } from "../engine/sdk-types";
import { texts } from "../engine/setting-schema";
import { atLeast, mustBe } from "../engine/violation";
import { statefulTypes } from "./stateful-types";
import { Bucket } from "@pulumi/aws/s3";

export const requiredTags = typesPolicy("required-tags", taggableTypes, {
  isGeneral: true,
  severity: "low",
  rule: "Tag every resource that can be tagged.",
  reason: "Tags say whose a resource is, and whom its bill goes to.",
  fix: "Set the tags in aws:defaultTags for the whole stack, or in tags.",
  controls: ["EC2.40", "EC2.48"],
  source: "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html",
  config: {
    keys: texts("Tags that every resource must have.", "project stack"),
    values: texts(
      "Values that a remediation gives missing tags, such as owner=data. Those of project and stack are Pulumi's.",
    ),
  },
  remedy: (resource, { keys, values }, { urn }) => {
    const [stack = "", project = ""] = urn.replace("urn:pulumi:", "").split("::");
    const known = new Map([
      ["project", project],
      ["stack", stack],
      ...values.map((one) => one.split("=", 2) as [string, string]),
    ]);
    // A scaling group has a list of them.
    const missing = Array.isArray(resource["tags"]) ? [] : keys;
    const tags = resource["tags"] ?? {};
    const added = missing.filter((key) => !isSet(tags, key) && known.has(key));
    return added.length === 0
      ? {}
      : { tags: Object.fromEntries(added.map((key) => [key, known.get(key)])) };
  },
  *check(resource, { keys }) {
    // The provider adds its default tags before a policy sees them.
    const given = (resource["tags"] ?? {}) as Readonly<Record<string, string>>;
    // A scaling group has a list of them.
    const tags = Array.isArray(given)
      ? Object.fromEntries(given.map(({ key, value }: Tag) => [key, value]))
      : given;
    const missing = keys.filter((key) => !isSet(tags, key));
    if (missing.length > 0) {
      yield { fact: `tags lack ${missing.join(", ")}`, limit: "they are required" };
    }
  },
});

interface Tag {
  readonly key: string;
  readonly value: string;
}

export const statefulProtection = typesPolicy("stateful-resource-protection", statefulTypes, {
  severity: "high",
  rule: "Protect the resources that hold data from being destroyed.",
  reason: "A change that replaces them, or a destroy of the wrong stack, takes the data with it.",
  fix: "Set the resource option protect, or take the type out of the policy's configuration for stacks that hold nothing of value.",
  controls: ["KMS.3", "Cognito.6"],
  source: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
  config: {
    types: texts("Types whose resources must be protected.", statefulTypes),
  },
  *check(_resource, { types }, { type, opts }) {
    if (types.includes(type) && !opts.protect) {
      yield { fact: "the resource is not protected", limit: "its data must not be destroyed" };
    }
  },
});

export const undecidedDocuments = stackPolicy("policy-document-unknown", [], {
  severity: "low",
  level: "advisory",
  rule: "Know in a preview what the update will judge only when it is under way.",
  reason:
    "The document of an IAM policy that names a resource yet to be made is unknown in a preview. The update judges it before it makes the policy, and stops there if it has to.",
  fix: "Nothing has to be done; a preview of a stack that exists knows the documents.",
  source: "https://www.pulumi.com/docs/iac/concepts/inputs-outputs/",
  *check(resources) {
    const unknown = resources
      .filter(({ type, props }) => unknownDocuments(type, props).length > 0)
      .sort((a, b) => a.name.localeCompare(b.name));
    const [first] = unknown;
    if (first) {
      const others = new Set(unknown.map(({ name }) => name));
      others.delete(first.name);
      yield {
        resource: first,
        fact: `its policy document is unknown in this preview${others.size === 0 ? "" : `, as are those of ${[...others].join(", ")}`}`,
        limit: "the policies about documents judge them in the update",
      };
    }
  },
});

/** Classes with a successor that the other policies judge; through one of these a program would slip past them. */
const successors: Readonly<Record<string, string>> = {
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html
  "aws:ec2/launchConfiguration:LaunchConfiguration": "ec2.LaunchTemplate",
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestSpotInstances.html
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": "ec2.Instance with instanceMarketOptions",
  "aws:elasticsearch/domain:Domain": "opensearch.Domain",
  "aws:elasticsearch/domainPolicy:DomainPolicy": "opensearch.DomainPolicy",
  "aws:kinesis/analyticsApplication:AnalyticsApplication": "kinesisanalyticsv2.Application",
  "aws:s3/bucketObject:BucketObject": "s3.BucketObjectv2",
};

/** Classes of S3 with a successor of the same name without V2. */
const secondVersions = sdkTypes.filter((type) => /^aws:s3\/.*V2$/.test(type));

const supersededTypes = [...Object.keys(successors), ...secondVersions];

export const superseded = typesPolicy("superseded-resource-type", supersededTypes, {
  severity: "high",
  rule: "Use the current class of a resource.",
  reason: "The policies judge the current class only; its predecessor would pass unjudged.",
  fix: "Replace it, with an alias to keep what is deployed.",
  source: "https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/",
  *check(_resource, _config, { type }) {
    const successor = successors[type] ?? `s3.${(type.split(":")[2] ?? "").replace("V2", "")}`;
    yield { fact: `the type is ${type}`, limit: `the current class is ${successor}` };
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

type Value = string | number | boolean;

/** The values that keep a safeguard of the account on, by type and property; a missing value counts as its default. */
const safeguards: Readonly<Record<string, Readonly<Record<string, readonly [Value, ...Value[]]>>>> =
  {
    [sdkToken("cfg", "RecorderStatus")]: { isEnabled: [true] },
    [sdkToken("cloudtrail", "Trail")]: {
      enableLogging: [true],
      enableLogFileValidation: [true],
    },
    [sdkToken("ebs", "EncryptionByDefault")]: { enabled: [true] },
    [sdkToken("ebs", "SnapshotBlockPublicAccess")]: { state: ["block-all-sharing"] },
    [sdkToken("ec2", "AllowedImagesSettings")]: { state: ["enabled", "audit-mode"] },
    [sdkToken("ec2", "ImageBlockPublicAccess")]: { state: ["block-new-sharing"] },
    [sdkToken("ec2", "InstanceMetadataDefaults")]: { httpTokens: ["required"] },
    [sdkToken("ec2", "SerialConsoleAccess")]: { enabled: [false] },
    [sdkToken("ec2", "VpcBlockPublicAccessOptions")]: {
      internetGatewayBlockMode: ["block-bidirectional", "block-ingress"],
    },
    [sdkToken("emr", "BlockPublicAccessConfiguration")]: { blockPublicSecurityGroupRules: [true] },
    [sdkToken("guardduty", "Detector")]: { enable: [true] },
    [sdkToken("macie2", "Account")]: { status: ["ENABLED"] },
    [sdkToken("s3", "AccountPublicAccessBlock")]: {
      blockPublicAcls: [true],
      blockPublicPolicy: [true],
      ignorePublicAcls: [true],
      restrictPublicBuckets: [true],
    },
  };

/** What the provider takes where the program leaves a property out. */
const byDefault: Readonly<Record<string, Value>> = {
  enable: true,
  enableLogging: true,
  enabled: true,
  status: "ENABLED",
};

const serviceSetting = sdkToken("ssm", "ServiceSetting");
const publicExclusion = sdkToken("ec2", "VpcBlockPublicAccessExclusion");

const safeguardTypes = [...Object.keys(safeguards), serviceSetting, publicExclusion];
const passwordPolicy = sdkToken("iam", "AccountPasswordPolicy");

export const accountSafeguards = typesPolicy("account-safeguard-off", safeguardTypes, {
  severity: "high",
  rule: "Switch no safeguard of the account off.",
  reason:
    "Such a resource is one switch for the whole account and region: off, it opens what other stacks rely on.",
  fix: "Set the property to the value that keeps the safeguard on, leave the resource out, or name it in exempt.",
  source: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
  *check(resource, _config, { type }) {
    if (type === publicExclusion) {
      yield { fact: "it takes a network out of the block", limit: "the block must hold for all" };
    }
    const setting = String(resource["settingId"]);
    if (
      type === serviceSetting &&
      setting.endsWith("/documents/console/public-sharing-permission")
    ) {
      yield* mustBe("settingValue", String(resource["settingValue"]), "Disable");
    }
    for (const [property, values] of Object.entries(safeguards[type] ?? {})) {
      const value = (resource[property] ?? byDefault[property]) as Value | undefined;
      yield* mustBe(property, value, ...values);
    }
  },
});

export const accountPasswords = typesPolicy("iam-account-password-policy", [passwordPolicy], {
  rule: "Require strong passwords of the account's users.",
  reason: "Short passwords are guessed.",
  fix: "Set minimumPasswordLength to 8 or more, and require lower case, upper case, numbers and symbols.",
  controls: ["IAM.7"],
  source: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
  *check(policy) {
    const length = (policy["minimumPasswordLength"] ?? 6) as number;
    yield* atLeast(length, 8, `minimumPasswordLength is ${length}`);
    for (const property of [
      "requireLowercaseCharacters",
      "requireNumbers",
      "requireSymbols",
      "requireUppercaseCharacters",
    ]) {
      yield* mustBe(property, policy[property] as boolean | undefined, true);
    }
  },
});
