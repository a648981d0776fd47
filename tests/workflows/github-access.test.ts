import { expect } from "chai";
import { GithubAccess } from "../../infra/bootstrap/github-access";
import { actionsOf, document, statementFor } from "../infra/policy-documents";
import { deploy, type Deployment, refusal } from "../support/mocks";

const repository = {
  project: "streaming-pipeline",
  repository: "owner/pipeline",
  ownerId: 11,
  repositoryId: 22,
};
const environments = ["dev", "prod"];
const account = "123456789012";

describe("The access of GitHub's workflows", () => {
  let deployment: Deployment;

  before(async () => {
    deployment = await deploy(() => new GithubAccess("github", { ...repository, environments }));
  });

  const trustOf = (role: string): unknown =>
    document(deployment.one("aws:iam/role:Role", role).inputs["assumeRolePolicy"]).Statement[0]
      ?.Condition;
  const policyOf = (role: string): unknown =>
    deployment.one("aws:iam/rolePolicy:RolePolicy", role).inputs["policy"];

  it("trusts one repository by its ids, a role for each purpose, without a pattern", () => {
    const issuer = "token.actions.githubusercontent.com";
    const condition = (...subjects: readonly string[]) => ({
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: subjects.map((subject) => `repo:owner@11/pipeline@22:${subject}`),
      },
    });
    expect(trustOf("github-preview-dev")).to.deep.equal(condition("environment:dev-preview"));
    expect(trustOf("github-preview-prod")).to.deep.equal(condition("environment:prod-preview"));
    expect(trustOf("github-deploy-dev")).to.deep.equal(condition("environment:dev"));
    expect(trustOf("github-deploy-prod")).to.deep.equal(condition("environment:prod"));
  });

  it("trusts names alone only where that is asked for, and makes no provider where there is one", async () => {
    const older = await deploy(
      () =>
        new GithubAccess("github", {
          ...repository,
          environments,
          trustNames: true,
          providerArn: "arn:provider",
        }),
    );
    const role = older.one("aws:iam/role:Role", "github-deploy-dev").inputs;
    const [statement] = document(role["assumeRolePolicy"]).Statement;
    expect(JSON.stringify(statement)).to.contain(
      '["repo:owner@11/pipeline@22:environment:dev","repo:owner/pipeline:environment:dev"]',
    );
    expect(JSON.stringify(statement)).to.contain("arn:provider");
    expect(older.ofType("aws:iam/openIdConnectProvider:OpenIdConnectProvider")).to.be.empty;
  });

  it("lets previews read what describes resources, and none of their data", () => {
    const actions = actionsOf(policyOf("github-preview-dev"));
    const verb = (action: string): string => action.split(":")[1] ?? "";
    expect(
      actions.filter(
        (action) =>
          !/^(GET$|Get|List|Describe|BatchGet|Decrypt|Publish|GenerateDataKey$)/.test(verb(action)),
      ),
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
    expect(
      statementFor(policyOf("github-preview-dev"), "s3:GetObjectVersion").Resource,
    ).to.deep.equal(["arn:aws:s3:::streaming-pipeline-dev-*artifacts-*/*"]);
  });

  it("lets previews read of what may hold secrets only the program's own", () => {
    const policy = policyOf("github-preview-dev");
    expect(statementFor(policy, "lambda:Get*").Resource).to.deep.equal([
      `arn:aws:lambda:us-east-1:${account}:function:streaming-pipeline-dev-*`,
    ]);
    expect(statementFor(policy, "codebuild:BatchGetProjects").Resource).to.deep.equal([
      `arn:aws:codebuild:us-east-1:${account}:project/streaming-pipeline-dev-*`,
    ]);
    expect(statementFor(policy, "ssm:GetParameter").Resource).to.deep.equal([
      "arn:aws:ssm:us-east-1::parameter/aws/service/*",
    ]);
    const reading = document(policy).Statement.filter(({ Action }) =>
      [Action].flat().includes("apigateway:GET"),
    );
    expect(JSON.stringify(reading)).not.to.contain("::/*");
    for (const { Resource, Condition } of reading) {
      const ofStack = { StringEquals: { "aws:ResourceTag/stack": "dev" } };
      const isOfKeys = JSON.stringify(Resource).includes("apikeys");
      expect(Condition).to.deep.equal(isOfKeys ? ofStack : undefined);
    }
    expect(statementFor(policy, "kms:GenerateDataKey").Condition).to.deep.equal({
      StringEquals: { "kms:ViaService": "sns.us-east-1.amazonaws.com" },
    });
  });

  it("lets previews read what the provider reads of a table", () => {
    expect(actionsOf(policyOf("github-preview-dev"))).to.include.members([
      "glue:GetDatabase",
      "glue:GetPartitionIndexes",
      "glue:GetTable",
      "glue:GetTags",
    ]);
  });

  it("passes roles to EC2 by the name that it has in the partition", async () => {
    const china = await deploy(() => new GithubAccess("github", { ...repository, environments }), {
      functions: { "aws:index/getRegion:getRegion": { region: "cn-north-1" } },
    });
    const { policy } = china.one("aws:iam/rolePolicy:RolePolicy", "github-deploy-dev").inputs;
    const { Condition } = statementFor(policy, "iam:PassRole");
    expect(JSON.stringify(Condition))
      .to.contain('"ec2.amazonaws.com.cn"')
      .and.contain('"lambda.amazonaws.com"')
      .and.not.contain('"ec2.amazonaws.com"');
  });

  it("lets a deployment change what is the program's, by name or at least by region", () => {
    const policy = policyOf("github-deploy-dev");
    expect(statementFor(policy, "kinesis:*").Resource).to.deep.equal([
      `arn:aws:kinesis:us-east-1:${account}:stream/streaming-pipeline-dev-*`,
    ]);
    expect(statementFor(policy, "s3:*").Resource).to.deep.equal([
      "arn:aws:s3:::streaming-pipeline-dev-*",
    ]);
    expect(statementFor(policy, "ec2:*").Condition).to.deep.equal({
      StringEquals: { "aws:RequestedRegion": "us-east-1" },
    });
    expect(statementFor(policy, "iam:PassRole")).to.deep.include({
      Resource: [`arn:aws:iam::${account}:role/streaming-pipeline-dev-*`],
    });
    expect(JSON.stringify(statementFor(policy, "iam:PassRole").Condition)).to.contain(
      "kinesisanalytics.amazonaws.com",
    );
    const unbounded = document(policy).Statement.filter(
      ({ Effect, Resource, Condition }) =>
        Effect === "Allow" && [Resource].flat().includes("*") && Condition === undefined,
    );
    for (const { Action } of unbounded) {
      expect([Action].flat().join()).not.to.match(/:(\*|Create|Put|Delete|Update)/);
    }
    expect(actionsOf(policy)).not.to.include("iam:*").and.not.to.include("*");
  });

  it("keeps the state in a protected bucket under a protected key", () => {
    for (const [type, name] of [
      ["aws:s3/bucket:Bucket", "github-state"],
      ["aws:kms/key:Key", "github-state"],
      ["aws:kms/key:Key", "github-dev"],
      ["aws:kms/key:Key", "github-prod"],
    ] as const) {
      expect(deployment.one(type, name)).to.include({
        protect: true,
        retainOnDelete: true,
      });
    }
    expect(actionsOf(policyOf("github-preview-dev"))).not.to.include("s3:PutObject");
    expect(statementFor(policyOf("github-deploy-prod"), "s3:PutObject").Resource).to.have.length(1);
  });

  for (const [stack, other] of [
    ["dev", "prod"],
    ["prod", "dev"],
  ] as const) {
    it(`keeps the roles of ${stack} off the names, the tags, the state and the secrets of ${other}`, () => {
      for (const role of [`github-deploy-${stack}`, `github-preview-${stack}`]) {
        const { Statement } = document(policyOf(role));
        const [denied, ...others] = Statement.filter(({ Effect }) => Effect === "Deny");
        expect(others).to.be.empty;
        expect(denied).to.deep.include({
          Action: "*",
          Resource: "*",
          Condition: {
            StringNotEquals: { "aws:ResourceTag/stack": stack },
            Null: { "aws:ResourceTag/stack": "false" },
          },
        });
        const text = JSON.stringify(Statement);
        expect(text)
          .not.to.contain(`streaming-pipeline-${other}`)
          .and.not.to.contain(`streaming_pipeline_${other}`);
        expect(text).not.to.contain(`github-${other}`).and.not.to.contain(`/${other}/*`);
        const lists = Statement.filter(({ Action }) => [Action].flat().includes("s3:ListBucket"));
        expect(lists.map(({ Resource, Condition }) => Condition ?? Resource)).to.deep.equal([
          { StringLike: { "s3:prefix": `${stack}/*` } },
          [`arn:aws:s3:::streaming-pipeline-${stack}-*`],
        ]);
      }
    });
  }

  it("lets a deployment make only roles with the boundary, and not remove it", () => {
    const policy = policyOf("github-deploy-dev");
    const boundary = "arn:aws:test:us-east-1:123456789012:github-dev-boundary";
    for (const action of ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"]) {
      expect(statementFor(policy, action).Condition, action).to.deep.equal({
        StringEquals: { "iam:PermissionsBoundary": boundary },
      });
    }
    expect(actionsOf(policy)).not.to.include("iam:DeleteRolePermissionsBoundary");
    const limit = deployment.one("aws:iam/policy:Policy", "github-dev-boundary").inputs["policy"];
    expect(
      actionsOf(limit).filter((action) => /^(iam|sts|organizations):/.test(action)),
    ).to.deep.equal(["iam:PassRole"]);
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(String(limit).replace(/\s/g, "")).to.have.lengthOf.at.most(6144);
  });

  it("refuses environments whose roles or subjects would be those of another", async () => {
    const refused = (environments: readonly string[]) =>
      refusal(() => new GithubAccess("github", { ...repository, environments }));
    expect(await refused(["dev", "dev-eu"])).to.match(
      /must not begin with another of them and a hyphen.*; got "dev", "dev-eu"/,
    );
    expect(await refused(["dev-preview"])).to.match(/nor end with -preview.*; got "dev-preview"/);
    const apart = await deploy(
      () => new GithubAccess("github", { ...repository, environments: ["dev", "develop"] }),
    );
    expect(apart.ofType("aws:iam/role:Role")).to.have.length(4);
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal(
      () =>
        new GithubAccess("github", {
          project: "Pipeline",
          repository: "owner/*",
          ownerId: 0,
          repositoryId: 1.5,
          environments: ["Prod", "Prod"],
        }),
    );
    expect(message)
      .to.match(/repository must be of the form owner\/name, without a pattern; got "owner\/\*"/)
      .and.match(/ownerId must be an integer from 1 to \d+; got 0/)
      .and.match(/repositoryId must be an integer from 1 to \d+; got 1.5/)
      .and.match(/environments must be 1 to 10 values that differ/)
      .and.match(/environments must be 1 to 31 lower-case letters.*got "Prod"/);
  });
});
