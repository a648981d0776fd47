import { keyDeletionWindow, keyRotation } from "../../../policies/encryption/encryption";
import { change } from "../../support/policy";
import { expectAccepted, expectRefused } from "../expectations";
import { key } from "../fixtures";

describe("kms-key-rotation", () => {
  it("refuses a key that is not rotated, said or unsaid", async () => {
    await expectAccepted(keyRotation, key);
    for (const enableKeyRotation of [false, undefined]) {
      await expectRefused(keyRotation, change(key, { enableKeyRotation }), "enableKeyRotation is");
    }
  });

  it("refuses a rotation a day too late, and no earlier one", async () => {
    for (const rotationPeriodInDays of [364, 365]) {
      await expectAccepted(keyRotation, change(key, { rotationPeriodInDays }));
    }
    await expectRefused(
      keyRotation,
      change(key, { rotationPeriodInDays: 366 }),
      "rotationPeriodInDays is 366; the limit is 365",
    );
  });

  it("asks nothing of keys that KMS cannot rotate", async () => {
    await expectAccepted(
      keyRotation,
      change(key, { enableKeyRotation: undefined, customerMasterKeySpec: "RSA_4096" }),
    );
  });
});

describe("kms-key-deletion-window", () => {
  it("accepts the floor and the default, and refuses a day less", async () => {
    await expectAccepted(keyDeletionWindow, key);
    await expectAccepted(keyDeletionWindow, change(key, { deletionWindowInDays: undefined }));
    await expectRefused(
      keyDeletionWindow,
      change(key, { deletionWindowInDays: 29 }),
      "deletionWindowInDays is 29; the least is 30",
    );
    await expectAccepted(keyDeletionWindow, change(key, { deletionWindowInDays: 7 }), {
      minDays: 7,
    });
  });
});
