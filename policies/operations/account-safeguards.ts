import { sdkToken } from "../engine/sdk-types";
import { typesPolicy } from "../engine/policy";
import { mustBe } from "../engine/violation";

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
  exempt: "Logical names of resources that may be off.",
  *check(resource, _config, { type }) {
    if (type === publicExclusion) {
      yield { fact: "it takes a network out of the block", limit: "the block must hold for all" };
    }
    if (
      type === serviceSetting &&
      String(resource["settingId"]).endsWith("/documents/console/public-sharing-permission") &&
      resource["settingValue"] !== "Disable"
    ) {
      yield {
        fact: `settingValue is ${String(resource["settingValue"])}`,
        limit: "it must be Disable",
      };
    }
    for (const [property, values] of Object.entries(safeguards[type] ?? {})) {
      const value = (resource[property] ?? byDefault[property]) as Value | undefined;
      if (value === undefined || !values.includes(value)) {
        yield {
          fact: `${property} is ${String(value ?? "not set")}`,
          limit: `it must be ${values.join(" or ")}`,
        };
      }
    }
  },
});

export const accountPasswords = typesPolicy("iam-account-password-policy", [passwordPolicy], {
  severity: "medium",
  rule: "Require strong passwords of the account's users.",
  reason: "Short passwords are guessed.",
  fix: "Set minimumPasswordLength to 8 or more, and require lower case, upper case, numbers and symbols.",
  controls: ["IAM.7"],
  source: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
  exempt: "Logical names of password policies that may be weaker.",
  *check(policy) {
    const length = (policy["minimumPasswordLength"] ?? 6) as number;
    if (!(length >= 8)) {
      yield { fact: `minimumPasswordLength is ${length}`, limit: "the least is 8" };
    }
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
