import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { deploy, refusal } from "./mocks";

const bucketType = "aws:s3/bucket:Bucket";

/** A component with one child. */
class Shelf extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Shelf", name, {}, opts);
    const bucket = new aws.s3.Bucket(name, { forceDestroy: true }, { parent: this, protect: true });
    new aws.s3.BucketPolicy(
      name,
      { bucket: bucket.bucket, policy: "{}" },
      { parent: this, dependsOn: [bucket] },
    );
    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

describe("mocks", () => {
  it("record inputs, family and options, and resolve outputs", async () => {
    const deployment = await deploy(() => ({ bucketName: new Shelf("shelf").bucketName }));
    expect(deployment.one(bucketType)).to.deep.equal({
      type: bucketType,
      name: "shelf",
      custom: true,
      inputs: { forceDestroy: true },
      parent: "shelf",
      protect: true,
      retainOnDelete: false,
      deleteBeforeReplace: false,
      dependsOn: [],
      ignoreChanges: [],
      customTimeouts: {},
      replacementTrigger: undefined,
    });
    expect(deployment.one("aws:s3/bucketPolicy:BucketPolicy").dependsOn).to.deep.equal(["shelf"]);
    expect(deployment.one("test:index:Shelf").custom).to.equal(false);
    expect(deployment.outputs).to.deep.equal({ bucketName: "shelf" });
  });

  it("know in a preview what is named, and not what AWS makes", async () => {
    const { resources } = await deploy(
      () => {
        const bucket = new aws.s3.Bucket("bucket");
        new aws.s3.BucketPolicy("policy", { bucket: bucket.bucket, policy: bucket.arn });
      },
      { preview: true },
    );
    const policy = resources.find(({ name }) => name === "policy");
    expect(policy?.inputs["bucket"]).to.equal("bucket");
    expect(policy?.inputs["policy"]).not.to.be.a("string");
  });

  it("refuse two resources of one type and name, as the engine does", async () => {
    expect(
      await refusal(() => {
        new aws.s3.Bucket("twin");
        new aws.s3.Bucket("twin");
      }),
    ).to.contain("Duplicate resource: aws:s3/bucket:Bucket twin");
  });

  it("refuse a function that they do not know", async () => {
    expect(await refusal(() => ({ ami: aws.ec2.getAmiOutput().id }))).to.contain(
      "No mock for the function aws:ec2/getAmi:getAmi",
    );
  });

  it("tell of a type of which there is none, or more than one", async () => {
    const deployment = await deploy(() => [new Shelf("a"), new Shelf("b")]);
    expect(deployment.ofType(bucketType)).to.have.length(2);
    expect(() => deployment.one(bucketType)).to.throw("found: a, b");
    expect(deployment.one(bucketType, "b").name).to.equal("b");
    expect(() => deployment.one("aws:sqs/queue:Queue")).to.throw("found: none");
  });
});
