import { FirehoseDeliveryStream as Firehose } from "@pulumi/aws/kinesis";
import { customerKeySetting, customerKey } from "../encryption/customer-key";
import { s3Destinations } from "./delivery-destination";
import { isSet } from "../engine/known";
import { resourcePolicy } from "../engine/policy";

/** Blocks that name a stream to read from, in place of direct puts. */
const sourceProperties = ["kinesisSourceConfiguration", "mskSourceConfiguration"];

export const bufferEncryption = resourcePolicy("firehose-delivery-stream-encryption", Firehose, {
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
      const fact = `serverSideEncryption.enabled is ${encryption?.enabled ?? "not set"}`;
      yield { fact, limit: "direct puts must be encrypted" };
    } else if (config.requireCustomerManagedKey && encryption.keyType !== "CUSTOMER_MANAGED_CMK") {
      const fact = `serverSideEncryption.keyType is ${encryption.keyType ?? "not set"}`;
      yield { fact, limit: "a customer managed key is required" };
    } else {
      yield* customerKey(encryption, "keyArn", config, "serverSideEncryption");
    }
  },
});

export const deliveryEncryption = resourcePolicy("firehose-destination-encryption", Firehose, {
  config: customerKeySetting,
  *check(delivery, config) {
    const places = s3Destinations(delivery);
    if (places.length === 0) {
      yield "no S3 configuration is set";
    }
    for (const { path, destination } of places) {
      yield* customerKey(destination, "kmsKeyArn", config, path);
    }
  },
});
