import { expect } from "chai";
import { allow, ServiceRole, type TrustedService, useKey } from "../../../infra/core/iam";
import { deploy } from "../../support/mocks";
import { document } from "../policy-documents";

describe("ServiceRole", () => {
  const conditions: Readonly<Record<TrustedService, unknown>> = {
    "apigateway.amazonaws.com": undefined,
    "codebuild.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
    "codepipeline.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
    "ec2.amazonaws.com": undefined,
    "es.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
    "events.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
    "firehose.amazonaws.com": { StringEquals: { "sts:ExternalId": "123456789012" } },
    "kinesisanalytics.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
    "lambda.amazonaws.com": undefined,
    "opensearchservice.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
    "vpc-flow-logs.amazonaws.com": { StringEquals: { "aws:SourceAccount": "123456789012" } },
  };
  for (const [service, condition] of Object.entries(conditions)) {
    it(`lets ${service} assume it, for this account only where the service can tell`, async () => {
      const deployment = await deploy(
        () => new ServiceRole("role", { service: service as TrustedService }),
      );
      const [statement] = document(
        deployment.one("aws:iam/role:Role").inputs["assumeRolePolicy"],
      ).Statement;
      expect(statement).to.deep.equal({
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(condition !== undefined && { Condition: condition }),
      });
    });
  }

  it("is assumed for one resource alone where one is given", async () => {
    const deployment = await deploy(
      () =>
        new ServiceRole("role", {
          service: "es.amazonaws.com",
          sourceArn: "arn:aws:es:domain/trips",
        }),
    );
    const { assumeRolePolicy } = deployment.one("aws:iam/role:Role").inputs;
    expect(document(assumeRolePolicy).Statement[0]?.Condition).to.deep.equal({
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnEquals: { "aws:SourceArn": "arn:aws:es:domain/trips" },
    });
  });

  it("carries its statements in one policy of its own", async () => {
    const deployment = await deploy(
      () =>
        new ServiceRole("role", {
          service: "ec2.amazonaws.com",
          statements: [allow(["s3:GetObject"], ["arn:aws:s3:::bucket/key"])],
        }),
    );
    const { inputs } = deployment.one("aws:iam/rolePolicy:RolePolicy");
    expect(inputs["role"]).to.equal("role");
    expect(document(inputs["policy"])).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::bucket/key"] },
      ],
    });
  });

  it("has no policy when there is nothing to allow", async () => {
    const deployment = await deploy(
      () => new ServiceRole("role", { service: "ec2.amazonaws.com" }),
    );
    expect(deployment.ofType("aws:iam/rolePolicy:RolePolicy")).to.deep.equal([]);
  });
});

describe("useKey", () => {
  it("allows nothing when there is no customer managed key", () => {
    expect(useKey(undefined, ["kms:Decrypt"], "s3", "us-east-1")).to.deep.equal([]);
  });

  it("allows a key through its service only", async () => {
    const deployment = await deploy(
      () =>
        new ServiceRole("role", {
          service: "ec2.amazonaws.com",
          statements: useKey("arn:key", ["kms:Decrypt"], "s3", "eu-west-1"),
        }),
    );
    const { inputs } = deployment.one("aws:iam/rolePolicy:RolePolicy");
    expect(document(inputs["policy"]).Statement).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: ["arn:key"],
        Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
      },
    ]);
  });
});
