import { unknownDocuments } from "../engine/document-types";
import { isSet } from "../engine/known";
import { resourcePolicy, stackPolicy, typesPolicy } from "../engine/policy";
import { sdkToken, sdkTokens, sdkTypes, statefulTypes, taggableTypes } from "../engine/sdk-types";
import { atLeast, mustBe } from "../engine/violation";
import safeguardTable from "./safeguards.json";
import successorTable from "./successors.json";
import { Bucket } from "@pulumi/aws/s3";

/** A table with the tokens of types in place of names such as s3.Bucket. */
function byToken<V>(table: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [sdkTokens(name).join(), value]),
  );
}

export const requiredTags = typesPolicy("required-tags", taggableTypes, {
  isGeneral: true,
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
  check(resource, { keys }) {
    // The provider adds its default tags before a policy sees them.
    const given = (resource["tags"] ?? {}) as Readonly<Record<string, string>>;
    // A scaling group has a list of them.
    const tags = Array.isArray(given)
      ? Object.fromEntries(given.map(({ key, value }: Tag) => [key, value]))
      : given;
    const missing = keys.filter((key) => !isSet(tags, key));
    return missing.length > 0 && `tags lack ${missing.join(", ")}`;
  },
});

interface Tag {
  readonly key: string;
  readonly value: string;
}

export const statefulProtection = typesPolicy("stateful-resource-protection", statefulTypes, {
  check: (_resource, { types }, { type, opts }) =>
    types.includes(type) && !opts.protect && "the resource is not protected",
});

export const undecidedDocuments = stackPolicy("policy-document-unknown", [], {
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
      };
    }
  },
});

/** Classes with a successor that the other policies judge; through one of these a program would slip past them. */
const successors = byToken(successorTable.types);

/** Classes of S3 with a successor of the same name without V2. */
const secondVersions = sdkTypes.filter((type) => /^aws:s3\/.*V2$/.test(type));

const supersededTypes = [...Object.keys(successors), ...secondVersions];

export const superseded = typesPolicy("superseded-resource-type", supersededTypes, {
  *check(_resource, _config, { type }) {
    const successor = successors[type] ?? `s3.${(type.split(":")[2] ?? "").replace("V2", "")}`;
    yield { fact: `the type is ${type}`, limit: `the current class is ${successor}` };
  },
});

export const ownSettings = resourcePolicy("s3-bucket-superseded-properties", Bucket, {
  *check(bucket) {
    for (const [property, successor] of Object.entries(successorTable.bucketProperties)) {
      if (isSet(bucket, property)) {
        yield { fact: `${property} is set`, limit: `its place is an s3.${successor}` };
      }
    }
  },
});

type Value = string | number | boolean;

/** The values that keep a safeguard of the account on, by type and property; a missing value counts as its default. */
const safeguards: Readonly<Record<string, Readonly<Record<string, readonly Value[]>>>> =
  byToken(safeguardTable);

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
  *check(resource, _config, { type }) {
    if (type === publicExclusion) {
      yield "it takes a network out of the block";
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
