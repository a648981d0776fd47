import { Volume } from "@pulumi/aws/ebs";
import { Instance, LaunchTemplate } from "@pulumi/aws/ec2";
import { Bucket, BucketServerSideEncryptionConfiguration as Encryption } from "@pulumi/aws/s3";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { isPresent, isSet } from "../engine/known";
import { companionPolicy, resourcePolicy, typesPolicy, type Violation } from "../engine/policy";
import { pathsOf, placesAt, typesWith, typeToken } from "../engine/sdk-types";
import type { Values } from "../engine/setting-schema";
import { mustBe } from "../engine/violation";

const kmsAlgorithms = ["aws:kms", "aws:kms:dsse"];

export const bucketKey = resourcePolicy("s3-bucket-encryption", Encryption, {
  config: customerKeySetting,
  *check({ rules }, config, { name }) {
    if (rules.length === 0) {
      yield { fact: "rules is empty" };
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
  config: customerKeySetting,
  check: (volume, config) => volumeViolations(volume, volume.encrypted, config),
});

export const template = resourcePolicy("ec2-launch-template-volume-encryption", LaunchTemplate, {
  config: customerKeySetting,
  *check({ blockDeviceMappings = [] }, config) {
    // The root volume is as its image has it, unless a mapping says more.
    if (!blockDeviceMappings.some(({ ebs }) => isPresent(ebs))) {
      yield { fact: "blockDeviceMappings has no EBS volume" };
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
  *check(resource, _config, { type }) {
    const places = pathsOf(type, encryptionNames).flatMap((path) => placesAt(resource, path));
    for (const { path, block, property } of places) {
      // A device without storage of its own, and one from a snapshot, which keeps the encryption of that.
      const isOther = isSet(block, "snapshotId") || isSet(block, "noDevice");
      const value = block[property] as string | boolean | undefined;
      if (!(isOther && !isPresent(value)) && String(value) !== "true") {
        yield { fact: `${path} is ${String(value ?? "not set")}` };
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
