import { expect } from "chai";
import { GithubAccess } from "../../infra/bootstrap/github-access";
import { actionsOf, document, statementFor } from "../infra/policy-documents";
import { deploy, type Deployment, refusal } from "../support/mocks";

const repository = "owner/pipeline";
const account = "123456789012";

describe("The access of GitHub's workflows", () => {
  let deployment: Deployment;

  before(async () => {
    deployment = await deploy(
      () => new GithubAccess("github", { repository, environments: ["dev", "prod"] }),
    );
  });

  const trustOf = (role: string): unknown =>
    document(deployment.one("aws:iam/role:Role", role).inputs["assumeRolePolicy"]).Statement[0]
      ?.Condition;
  const policyOf = (role: string): unknown =>
    deployment.one("aws:iam/rolePolicy:RolePolicy", role).inputs["policy"];

  it("lets in one repository, a role for each purpose, without a pattern", () => {
    const issuer = "token.actions.githubusercontent.com";
    const condition = (...subjects: readonly string[]) => ({
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: subjects.map((subject) => `repo:${repository}:${subject}`),
      },
    });
    expect(trustOf("github-preview")).to.deep.equal(
      condition("pull_request", "ref:refs/heads/main"),
    );
    expect(trustOf("github-deploy-dev")).to.deep.equal(condition("environment:dev"));
    expect(trustOf("github-deploy-prod")).to.deep.equal(condition("environment:prod"));
  });

  it("lets previews read what describes resources, and none of their data", () => {
    const actions = actionsOf(policyOf("github-preview"));
    const verb = (action: string): string => action.split(":")[1] ?? "";
    expect(
      actions.filter((action) => !/^(GET$|Get|List|Describe|BatchGet|Decrypt)/.test(verb(action))),
    ).to.be.empty;
    for (const data of [
      "kinesis:GetRecords",
      "kinesis:Get*",
      "logs:GetLogEvents",
      "secretsmanager:GetSecretValue",
      "es:ESHttpGet",
    ]) {
      expect(actions).not.to.include(data);
    }
    expect(statementFor(policyOf("github-preview"), "s3:GetObjectVersion").Resource).to.deep.equal([
      "arn:aws:s3:::pipeline-artifacts-*/*",
    ]);
  });

  it("lets previews read what the provider reads of a table", () => {
    expect(actionsOf(policyOf("github-preview"))).to.include.members([
      "glue:GetDatabase",
      "glue:GetPartitionIndexes",
      "glue:GetTable",
      "glue:GetTags",
    ]);
  });

  it("lets a deployment change what is the program's, by name or at least by region", () => {
    const policy = policyOf("github-deploy-dev");
    expect(statementFor(policy, "kinesis:*").Resource).to.deep.equal([
      `arn:aws:kinesis:us-east-1:${account}:stream/pipeline-*`,
    ]);
    expect(statementFor(policy, "s3:*").Resource).to.deep.equal(["arn:aws:s3:::pipeline-*"]);
    expect(statementFor(policy, "ec2:*").Condition).to.deep.equal({
      StringEquals: { "aws:RequestedRegion": "us-east-1" },
    });
    expect(statementFor(policy, "iam:PassRole")).to.deep.include({
      Resource: [`arn:aws:iam::${account}:role/pipeline-*`],
    });
    expect(JSON.stringify(statementFor(policy, "iam:PassRole").Condition)).to.contain(
      "kinesisanalytics.amazonaws.com",
    );
    const unbounded = document(policy).Statement.filter(
      ({ Resource, Condition }) => [Resource].flat().includes("*") && Condition === undefined,
    );
    for (const { Action } of unbounded) {
      expect([Action].flat().join()).not.to.match(/:(\*|Create|Put|Delete|Update)/);
    }
    expect(actionsOf(policy)).not.to.include("iam:*").and.not.to.include("*");
  });

  it("keeps the state in a protected bucket under a protected key", () => {
    for (const type of ["aws:s3/bucket:Bucket", "aws:kms/key:Key"]) {
      expect(deployment.one(type, "github-state")).to.include({
        protect: true,
        retainOnDelete: true,
      });
    }
    expect(actionsOf(policyOf("github-preview"))).not.to.include("s3:PutObject");
    expect(statementFor(policyOf("github-deploy-prod"), "s3:PutObject").Resource).to.have.length(1);
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal(
      () => new GithubAccess("github", { repository: "owner/*", environments: ["Prod", "Prod"] }),
    );
    expect(message)
      .to.match(/repository must be of the form owner\/name, without a pattern; got "owner\/\*"/)
      .and.match(/environments must be 1 to 10 values that differ/)
      .and.match(/environments must be 1 to 31 lower-case letters.*got "Prod"/);
  });
});
