import { Volume } from "@pulumi/aws/ebs";
import { Instance, LaunchTemplate } from "@pulumi/aws/ec2";
import { Bucket, BucketServerSideEncryptionConfiguration as Encryption } from "@pulumi/aws/s3";
import { companionPolicy } from "../engine/companion";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { isPresent, isSet } from "../engine/known";
import { resourcePolicy, typesPolicy, type Violation } from "../engine/policy";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import { texts, type Values } from "../engine/setting-schema";
import { mustBe } from "../engine/violation";

const kmsAlgorithms = ["aws:kms", "aws:kms:dsse"];

export const bucketKey = resourcePolicy("s3-bucket-encryption", Encryption, {
  severity: "high",
  rule: "Encrypt a bucket's objects with KMS by default.",
  reason:
    "S3 encrypts every object, but with SSE-S3 every reader of the bucket reads clear text. With KMS the key policy applies as well.",
  fix: "Set sseAlgorithm to aws:kms and kmsMasterKeyId, and bucketKeyEnabled to save requests to KMS.",
  controls: ["S3.17"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
  config: {
    ...customerKeySetting,
    withS3Keys: texts(
      "Logical names of encryption configurations that may use S3's own keys (AES256), such as that of the bucket for access logs, which S3 delivers under no other.",
    ),
  },
  *check({ rules }, config, { name }) {
    if (rules.length === 0) {
      yield { fact: "rules is empty", limit: "a bucket needs a default encryption" };
    }
    for (const [index, rule] of rules.entries()) {
      const path = `rules[${index}].applyServerSideEncryptionByDefault`;
      const encryption = rule.applyServerSideEncryptionByDefault;
      const algorithm = encryption?.sseAlgorithm ?? "not set";
      if (encryption && kmsAlgorithms.includes(algorithm)) {
        yield* customerKey(encryption, "kmsMasterKeyId", config, path);
      } else if (
        algorithm !== "AES256" ||
        (config.requireCustomerManagedKey && !config.withS3Keys.includes(name))
      ) {
        yield {
          fact: `${path}.sseAlgorithm is ${algorithm}`,
          limit: `it must be ${kmsAlgorithms.join(" or ")}`,
        };
      }
    }
  },
});

export const bucketEncryption = companionPolicy("s3-bucket-encryption-configuration", {
  rule: "Give every bucket a default encryption.",
  reason: "Without one objects are encrypted with S3's own keys, however the program means it.",
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
  subject: Bucket,
  companion: Encryption,
});

export const instanceVolumeEncryption = resourcePolicy("ec2-instance-volume-encryption", Instance, {
  severity: "high",
  rule: "Encrypt every volume of an EC2 instance.",
  reason:
    "Volumes and their snapshots are unencrypted unless the account's default says otherwise.",
  fix: "Set encrypted and kmsKeyId in rootBlockDevice and in each of ebsBlockDevices.",
  controls: ["EC2.3"],
  source: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  config: customerKeySetting,
  *check(instance, config) {
    // What an instance with a template leaves out the template says.
    if (isPresent(instance.rootBlockDevice) || !isSet(instance, "launchTemplate")) {
      yield* volumeViolations(
        instance.rootBlockDevice ?? {},
        instance.rootBlockDevice?.encrypted,
        config,
        "rootBlockDevice",
      );
    }
    for (const [index, device] of (instance.ebsBlockDevices ?? []).entries()) {
      yield* volumeViolations(device, device.encrypted, config, `ebsBlockDevices[${index}]`);
    }
  },
});

export const volumeEncryption = resourcePolicy("ebs-volume-encryption", Volume, {
  severity: "high",
  rule: "Encrypt an EBS volume.",
  reason: "A volume and its snapshots are unencrypted unless the account's default says otherwise.",
  fix: "Set encrypted and kmsKeyId.",
  controls: ["EC2.3"],
  source: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  config: customerKeySetting,
  check: (volume, config) => volumeViolations(volume, volume.encrypted, config),
});

export const template = resourcePolicy("ec2-launch-template-volume-encryption", LaunchTemplate, {
  severity: "high",
  rule: "Encrypt every volume that a launch template makes.",
  reason: "A volume and its snapshots are unencrypted unless the account's default says otherwise.",
  fix: "Set ebs.encrypted and ebs.kmsKeyId in each of blockDeviceMappings, the root volume among them.",
  controls: ["EC2.181"],
  source: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  config: customerKeySetting,
  *check({ blockDeviceMappings = [] }, config) {
    // The root volume is as its image has it, unless a mapping says more.
    if (!blockDeviceMappings.some(({ ebs }) => isPresent(ebs))) {
      yield {
        fact: "blockDeviceMappings has no EBS volume",
        limit: "the root volume must be encrypted",
      };
    }
    for (const [index, { ebs }] of blockDeviceMappings.entries()) {
      if (isPresent(ebs)) {
        yield* volumeViolations(
          ebs,
          // A launch template writes its switches as texts.
          isPresent(ebs.encrypted) ? ebs.encrypted === "true" : undefined,
          config,
          `blockDeviceMappings[${index}].ebs`,
        );
      }
    }
  },
});

const encryptionNames = ["encrypted", "storageEncrypted"];
const judgedAlone = [Instance, LaunchTemplate, Volume].map(typeToken);

const encryptedTypes = typesWith(...encryptionNames).filter((type) => !judgedAlone.includes(type));

export const copyEncryption = typesPolicy("storage-copy-encryption", encryptedTypes, {
  severity: "high",
  rule: "Encrypt copies of volumes and images, and every other storage with such a switch.",
  reason: "A copy may be unencrypted where its original was not, and is shared more easily.",
  fix: "Set encrypted (storageEncrypted), at the resource and in each of its block devices.",
  controls: ["EC2.173"],
  source: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  *check(resource, _config, { type }) {
    const places = pathsOf(type, encryptionNames).flatMap((path) => placesAt(resource, path));
    for (const { path, block, property } of places) {
      // A device without storage of its own, and one from a snapshot, which keeps the encryption of that.
      const isOther = isSet(block, "snapshotId") || isSet(block, "noDevice");
      const value = block[property] as string | boolean | undefined;
      if (!(isOther && !isPresent(value)) && String(value) !== "true") {
        yield { fact: `${path} is ${String(value ?? "not set")}`, limit: "it must be true" };
      }
    }
  },
});

function* volumeViolations(
  volume: object,
  encrypted: boolean | undefined,
  config: Values<typeof customerKeySetting>,
  path = "",
): Iterable<Violation> {
  if (encrypted !== true) {
    yield* mustBe(path === "" ? "encrypted" : `${path}.encrypted`, encrypted, true);
  } else {
    yield* customerKey(volume, "kmsKeyId", config, path);
  }
}
