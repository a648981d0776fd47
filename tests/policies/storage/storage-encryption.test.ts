import { expect } from "chai";
import {
  bucketEncryption as encryptionPresence,
  bucketKey,
  instanceVolumeEncryption,
  volumeEncryption,
} from "../../../policies/storage/storage-encryption";
import { change, evaluateStack, unknownString } from "../../support/policy";
import { expectAccepted, expectRefused } from "../expectations";
import { bucketEncryption } from "../bucket-fixtures";
import { compliant } from "../compliant";
import { instance, volume } from "../fixtures";

const anyKey = { requireCustomerManagedKey: false };

describe("s3-bucket-encryption", () => {
  const encryptedBy = (applyServerSideEncryptionByDefault: unknown) =>
    change(bucketEncryption, { rules: [{ applyServerSideEncryptionByDefault }] });

  it("accepts both algorithms of KMS under a key of one's own", async () => {
    for (const sseAlgorithm of ["aws:kms", "aws:kms:dsse"]) {
      await expectAccepted(bucketKey, encryptedBy({ sseAlgorithm, kmsMasterKeyId: unknownString }));
    }
  });

  it("refuses S3's own encryption unless that is enough", async () => {
    const own = encryptedBy({ sseAlgorithm: "AES256" });
    await expectRefused(bucketKey, own, "sseAlgorithm is AES256; it must be aws:kms");
    await expectAccepted(bucketKey, own, anyKey);
  });

  it("refuses KMS without a key of one's own unless that is enough", async () => {
    const managed = encryptedBy({ sseAlgorithm: "aws:kms" });
    await expectRefused(bucketKey, managed, "kmsMasterKeyId is not set");
    await expectAccepted(bucketKey, managed, anyKey);
  });

  it("refuses a configuration that says nothing", async () => {
    await expectRefused(bucketKey, encryptedBy(undefined), "sseAlgorithm is not set", anyKey);
    await expectRefused(bucketKey, change(bucketEncryption, { rules: [] }), "rules is empty");
  });
});

describe("s3-bucket-encryption-configuration", () => {
  it("accepts a bucket with an encryption and refuses one without", async () => {
    const others = compliant.filter(({ type }) => type !== bucketEncryption.type);
    expect((await evaluateStack(encryptionPresence, compliant)).violations).to.be.empty;
    const { violations } = await evaluateStack(encryptionPresence, others);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include(
      "archive: no BucketServerSideEncryptionConfiguration names this bucket",
    );
  });
});

describe("ec2-instance-volume-encryption", () => {
  it("accepts volumes under a key of one's own, and an instance with the root volume only", async () => {
    await expectAccepted(instanceVolumeEncryption, instance);
    await expectAccepted(
      instanceVolumeEncryption,
      change(instance, { ebsBlockDevices: undefined }),
    );
  });

  it("refuses a root volume that is not encrypted, said or unsaid", async () => {
    for (const rootBlockDevice of [undefined, {}, { encrypted: false }]) {
      await expectRefused(
        instanceVolumeEncryption,
        change(instance, { rootBlockDevice }),
        "rootBlockDevice.encrypted is",
        anyKey,
      );
    }
  });

  it("names each further volume that is not encrypted", async () => {
    await expectRefused(
      instanceVolumeEncryption,
      change(instance, {
        ebsBlockDevices: [{ encrypted: false }, { encrypted: true }, {}],
      }),
      ["ebsBlockDevices[0].encrypted is false", "ebsBlockDevices[2].encrypted is not set"],
      anyKey,
    );
  });

  it("refuses the key of EBS unless that is enough", async () => {
    const managed = change(instance, { rootBlockDevice: { encrypted: true } });
    await expectRefused(instanceVolumeEncryption, managed, "rootBlockDevice.kmsKeyId is not set");
    await expectAccepted(instanceVolumeEncryption, managed, anyKey);
  });
});

describe("ebs-volume-encryption", () => {
  it("accepts encryption under a key of one's own and refuses anything less", async () => {
    await expectAccepted(volumeEncryption, volume);
    await expectRefused(volumeEncryption, change(volume, { encrypted: false }), "encrypted is");
    await expectRefused(volumeEncryption, change(volume, { encrypted: undefined }), "encrypted is");
    await expectRefused(volumeEncryption, change(volume, { kmsKeyId: undefined }), "kmsKeyId is");
  });
});
