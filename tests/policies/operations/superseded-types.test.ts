import { LaunchConfiguration, SpotInstanceRequest } from "@pulumi/aws/ec2";
import { BucketV2 } from "@pulumi/aws/s3";
import * as s3 from "@pulumi/aws/s3";
import { expect } from "chai";
import { ownSettings, superseded } from "../../../policies/operations/governance";
import { change, evaluate, resource } from "../../support/policy";
import { bucket } from "../bucket-fixtures";
import { compliant } from "../compliant";
import { expectAccepted, expectRefused } from "../expectations";

describe("superseded-resource-type", () => {
  it("accepts the current classes", async () => {
    for (const one of compliant) {
      expect((await evaluate(superseded, one)).violations).to.be.empty;
    }
  });

  it("refuses a class that the other policies do not judge, and names its successor", async () => {
    const { violations } = await evaluate(superseded, resource(BucketV2, "old", {}));
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include(
      "old: the type is aws:s3/bucketV2:BucketV2; the current class is s3.Bucket",
    );
  });

  it("refuses every class of S3 that has lost its suffix", async () => {
    const classes = Object.entries(s3).filter(([name]) => /^Bucket\w*V2$/.test(name));
    expect(classes).to.have.length(11);
    for (const [name] of classes) {
      const type = `aws:s3/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;
      const old = { type, name: "old", props: {} };
      const { violations } = await evaluate(superseded, old);
      expect(violations, name).to.have.length(1);
    }
  });

  it("refuses what makes instances that no other policy judges", async () => {
    for (const resourceClass of [SpotInstanceRequest, LaunchConfiguration]) {
      const old = resource<{ imageId: string; instanceType: string }>(resourceClass, "old", {
        imageId: "ami-1",
        instanceType: "t4g.small",
      });
      const { violations } = await evaluate(superseded, old);
      expect(violations).to.have.length(1);
    }
  });
});

describe("s3-bucket-superseded-properties", () => {
  it("names each property and the resource to use instead", async () => {
    await expectRefused(
      ownSettings,
      change(bucket, {
        acl: "public-read-write",
        grants: [{ permissions: ["READ"] }],
        policy: "{}",
      }),
      [
        "acl is set; its place is an s3.BucketAcl",
        "grants is set; its place is an s3.BucketAcl",
        "policy is set; its place is an s3.BucketPolicy",
      ],
    );
  });

  it("accepts what has no resource of its own", async () => {
    await expectAccepted(
      ownSettings,
      change(bucket, { bucket: "trips", forceDestroy: true, objectLockEnabled: true }),
    );
  });
});
