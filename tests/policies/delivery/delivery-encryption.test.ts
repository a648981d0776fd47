import {
  deliveryEncryption,
  bufferEncryption,
} from "../../../policies/delivery/delivery-encryption";
import { change } from "../../support/policy";
import { expectAccepted, expectRefused } from "../expectations";
import { archive, delivery } from "../fixtures";

const anyKey = { requireCustomerManagedKey: false };
const { kmsKeyArn: key, ...withoutKey } = archive;

describe("firehose-delivery-stream-encryption", () => {
  const directPut = (serverSideEncryption: unknown) =>
    change(delivery, { kinesisSourceConfiguration: undefined, serverSideEncryption });

  it("accepts a delivery stream that reads from a stream and sets nothing", async () => {
    await expectAccepted(bufferEncryption, delivery);
    await expectAccepted(
      bufferEncryption,
      change(delivery, {
        kinesisSourceConfiguration: undefined,
        mskSourceConfiguration: { topicName: "trips" },
      }),
    );
  });

  it("refuses a setting that the service refuses beside a stream as source", async () => {
    await expectRefused(
      bufferEncryption,
      change(delivery, { serverSideEncryption: { enabled: true } }),
      "serverSideEncryption is enabled on a delivery stream that reads from a stream",
    );
  });

  it("refuses direct puts without encryption, said or unsaid", async () => {
    for (const setting of [undefined, {}, { enabled: false }]) {
      await expectRefused(
        bufferEncryption,
        directPut(setting),
        "direct puts must be encrypted",
        anyKey,
      );
    }
  });

  it("accepts direct puts under a key of one's own", async () => {
    await expectAccepted(
      bufferEncryption,
      directPut({ enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn: key }),
    );
  });

  it("refuses direct puts under a key of AWS's, unless that is enough", async () => {
    for (const setting of [{ enabled: true }, { enabled: true, keyType: "AWS_OWNED_CMK" }]) {
      await expectRefused(bufferEncryption, directPut(setting), "keyType is");
      await expectAccepted(bufferEncryption, directPut(setting), anyKey);
    }
    await expectRefused(
      bufferEncryption,
      directPut({ enabled: true, keyType: "CUSTOMER_MANAGED_CMK" }),
      "serverSideEncryption.keyArn is not set",
    );
  });
});

describe("firehose-destination-encryption", () => {
  it("accepts an archive under a key of one's own", async () => {
    await expectAccepted(deliveryEncryption, delivery);
  });

  it("refuses an archive without a key, unless none is needed", async () => {
    const unkeyed = change(delivery, { extendedS3Configuration: withoutKey });
    await expectRefused(
      deliveryEncryption,
      unkeyed,
      "extendedS3Configuration.kmsKeyArn is not set",
    );
    await expectAccepted(deliveryEncryption, unkeyed, anyKey);
  });

  it("judges the backup of the source by itself", async () => {
    await expectRefused(
      deliveryEncryption,
      change(delivery, {
        extendedS3Configuration: { ...archive, s3BackupConfiguration: withoutKey },
      }),
      "extendedS3Configuration.s3BackupConfiguration.kmsKeyArn is not set",
    );
  });

  for (const destination of [
    "elasticsearchConfiguration",
    "httpEndpointConfiguration",
    "icebergConfiguration",
    "opensearchConfiguration",
    "opensearchserverlessConfiguration",
    "redshiftConfiguration",
    "snowflakeConfiguration",
    "splunkConfiguration",
  ]) {
    it(`judges what ${destination} writes to S3`, async () => {
      const writing = (s3Configuration: object) =>
        change(delivery, {
          extendedS3Configuration: undefined,
          [destination]: { s3Configuration },
        });
      await expectAccepted(deliveryEncryption, writing(archive));
      await expectRefused(
        deliveryEncryption,
        writing(withoutKey),
        `${destination}.s3Configuration.kmsKeyArn is not set`,
      );
    });
  }

  it("judges the backup of Redshift by itself", async () => {
    await expectRefused(
      deliveryEncryption,
      change(delivery, {
        extendedS3Configuration: undefined,
        redshiftConfiguration: { s3Configuration: archive, s3BackupConfiguration: withoutKey },
      }),
      "redshiftConfiguration.s3BackupConfiguration.kmsKeyArn is not set",
    );
  });

  it("refuses a delivery stream in which it finds no place in S3", async () => {
    await expectRefused(
      deliveryEncryption,
      change(delivery, { extendedS3Configuration: undefined }),
      "no S3 configuration is set",
      anyKey,
    );
  });
});
