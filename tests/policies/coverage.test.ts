import { BucketV2 } from "@pulumi/aws/s3";
import { expect } from "chai";
import { supersededResources } from "../../policies/coverage";
import { evaluateStack, resource } from "../support/policy";
import { compliant } from "./compliant";

describe("superseded-resource-type", () => {
  it("accepts the current classes", async () => {
    expect((await evaluateStack(supersededResources, compliant)).violations).to.be.empty;
  });

  it("refuses a class that the other policies do not judge, and names its successor", async () => {
    const { violations } = await evaluateStack(supersededResources, [
      ...compliant,
      resource(BucketV2, "old", {}),
    ]);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include(
      "old: the type is aws:s3/bucketV2:BucketV2; the current class is s3.Bucket",
    );
  });
});
