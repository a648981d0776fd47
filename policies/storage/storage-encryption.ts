import { Volume } from "@pulumi/aws/ebs";
import { Instance, LaunchTemplate } from "@pulumi/aws/ec2";
import { Bucket, BucketServerSideEncryptionConfiguration as Encryption } from "@pulumi/aws/s3";
import { customerKeySetting, customerKey, type KeyConfig } from "../encryption/customer-key";
import { isPresent, isSet } from "../engine/known";
import { companionPolicy, resourcePolicy, typesPolicy } from "../engine/policy";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import { type Finding, firstOf, mustBe, placeOf } from "../engine/violation";

const kmsAlgorithms = ["aws:kms", "aws:kms:dsse"];

export const bucketKey = resourcePolicy("s3-bucket-encryption", Encryption, {
  config: customerKeySetting,
  *check({ rules }, config, { name }) {
    if (rules.length === 0) {
      yield "rules is empty";
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

export const bucketEncryption = companionPolicy(
  "s3-bucket-encryption-configuration",
  Bucket,
  Encryption,
);

export const instanceVolumeEncryption = resourcePolicy("ec2-instance-volume-encryption", Instance, {
  config: customerKeySetting,
  *check(instance, config) {
    // What an instance with a template leaves out the template says.
    const { rootBlockDevice: root } = instance;
    if (isPresent(root) || !isSet(instance, "launchTemplate")) {
      yield* volumeViolations(root, root?.encrypted, config, "rootBlockDevice");
    }
    for (const [index, device] of (instance.ebsBlockDevices ?? []).entries()) {
      yield* volumeViolations(device, device.encrypted, config, `ebsBlockDevices[${index}]`);
    }
  },
});

export const volumeEncryption = resourcePolicy("ebs-volume-encryption", Volume, {
  config: customerKeySetting,
  check: (volume, config) => volumeViolations(volume, volume.encrypted, config),
});

export const template = resourcePolicy("ec2-launch-template-volume-encryption", LaunchTemplate, {
  config: customerKeySetting,
  *check({ blockDeviceMappings = [] }, config) {
    // The root volume is as its image has it, unless a mapping says more.
    if (!blockDeviceMappings.some(({ ebs }) => isPresent(ebs))) {
      yield "blockDeviceMappings has no EBS volume";
    }
    for (const [index, { ebs }] of blockDeviceMappings.entries()) {
      if (isPresent(ebs)) {
        // A launch template writes its switches as texts.
        const encrypted = isPresent(ebs.encrypted) ? ebs.encrypted === "true" : undefined;
        yield* volumeViolations(ebs, encrypted, config, `blockDeviceMappings[${index}].ebs`);
      }
    }
  },
});

const encryptionNames = ["encrypted", "storageEncrypted"];
const judgedAlone = [Instance, LaunchTemplate, Volume].map(typeToken);

const encryptedTypes = typesWith(...encryptionNames).filter((type) => !judgedAlone.includes(type));

export const copyEncryption = typesPolicy("storage-copy-encryption", encryptedTypes, {
  *check(resource, _config, { type }) {
    const places = pathsOf(type, encryptionNames).flatMap((path) => placesAt(resource, path));
    for (const { path, block, property } of places) {
      // A device without storage of its own, and one from a snapshot, which keeps the encryption of that.
      const isOther = isSet(block, "snapshotId") || isSet(block, "noDevice");
      const value = block[property] as string | boolean | undefined;
      if (!(isOther && !isPresent(value)) && String(value) !== "true") {
        yield `${path} is ${String(value ?? "not set")}`;
      }
    }
  },
});

function volumeViolations(
  volume: object | undefined,
  encrypted: boolean | undefined,
  config: KeyConfig,
  path = "",
): readonly Finding[] {
  return firstOf(
    mustBe(placeOf(path, "encrypted"), encrypted, true),
    customerKey(volume, "kmsKeyId", config, path),
  );
}
