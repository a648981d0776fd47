import { FirehoseDeliveryStream as Firehose } from "@pulumi/aws/kinesis";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { s3Destinations } from "./delivery-destination";
import { isSet } from "../engine/known";
import { resourcePolicy } from "../engine/policy";

/** Blocks that name a stream to read from, in place of direct puts. */
const sourceProperties = ["kinesisSourceConfiguration", "mskSourceConfiguration"];

export const bufferEncryption = resourcePolicy("firehose-delivery-stream-encryption", Firehose, {
  severity: "high",
  rule: "Encrypt what a delivery stream buffers, unless it reads from a stream that is encrypted itself.",
  reason:
    "Records that are put directly are buffered unencrypted by default. With a Kinesis or MSK source the source's encryption goes on, and the service refuses a setting of its own.",
  fix: "With direct puts set serverSideEncryption.enabled, keyType CUSTOMER_MANAGED_CMK and keyArn; with a stream as source leave serverSideEncryption out.",
  controls: ["DataFirehose.1"],
  source: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
  config: customerKeySetting,
  *check(delivery, config) {
    const encryption = delivery.serverSideEncryption;
    if (sourceProperties.some((property) => isSet(delivery, property))) {
      if (encryption?.enabled === true) {
        yield {
          fact: "serverSideEncryption is enabled on a delivery stream that reads from a stream",
          limit: "the service encrypts it as its source is encrypted, and refuses the setting",
        };
      }
    } else if (encryption?.enabled !== true) {
      yield {
        fact: `serverSideEncryption.enabled is ${encryption?.enabled ?? "not set"}`,
        limit: "direct puts must be encrypted",
      };
    } else if (config.requireCustomerManagedKey && encryption.keyType !== "CUSTOMER_MANAGED_CMK") {
      yield {
        fact: `serverSideEncryption.keyType is ${encryption.keyType ?? "not set"}`,
        limit: "a customer managed key is required",
      };
    } else {
      yield* customerKey(encryption, "keyArn", config, "serverSideEncryption");
    }
  },
});

export const deliveryEncryption = resourcePolicy("firehose-destination-encryption", Firehose, {
  severity: "high",
  rule: "Encrypt the objects that a delivery stream writes, its backups among them.",
  reason:
    "Each S3 destination has a key of its own: the archive, the backup of the source and what another destination refused.",
  fix: "Set kmsKeyArn in every S3 configuration of the delivery stream.",
  source:
    "https://docs.aws.amazon.com/firehose/latest/APIReference/API_EncryptionConfiguration.html",
  config: customerKeySetting,
  *check(delivery, config) {
    const places = s3Destinations(delivery);
    if (places.length === 0) {
      yield {
        fact: "no S3 configuration is set",
        limit: "every destination or its backup is in S3",
      };
    }
    for (const { path, destination } of places) {
      yield* customerKey(destination, "kmsKeyArn", config, path);
    }
  },
});
