import { expect } from "chai";
import { JobDelivery } from "../../../infra/job-delivery/job-delivery";
import type { JobDeliveryArgs } from "../../../infra/job-delivery/args";
import { actionsOf, document, statementFor } from "../policy-documents";
import { deploy, type Deployment, refusal } from "../../support/mocks";

const account = "123456789012";
const application = { name: "analytics", arn: "arn:application" };
const base: JobDeliveryArgs = {
  source: { connectionArn: "arn:connection", repository: "owner/pipeline" },
  application,
  codeBucketName: "code",
  codeBucketArn: "arn:aws:s3:::code",
  logRetentionDays: 30,
};
const upload = { bucketName: "drop", bucketArn: "arn:aws:s3:::drop", objectKey: "job.zip" };

const deployments = new Map<string, Promise<Deployment>>();

/** Deploys once what several tests look at; bundling the function takes most of the time. */
function deliver(args: Partial<JobDeliveryArgs> = {}): Promise<Deployment> {
  const key = JSON.stringify(args);
  const deployment =
    deployments.get(key) ?? deploy(() => new JobDelivery("delivery", { ...base, ...args }));
  deployments.set(key, deployment);
  return deployment;
}

interface Stage {
  readonly name: string;
  readonly actions: readonly {
    readonly provider: string;
    readonly configuration: Readonly<Record<string, string>>;
  }[];
}

async function stages(args: Partial<JobDeliveryArgs> = {}): Promise<readonly Stage[]> {
  const { inputs } = (await deliver(args)).one("aws:codepipeline/pipeline:Pipeline");
  return inputs["stages"] as readonly Stage[];
}

const policyOf = async (name: string, args: Partial<JobDeliveryArgs> = {}): Promise<unknown> =>
  (await deliver(args)).one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"];

describe("JobDelivery", function () {
  // Each deployment bundles the function.
  this.timeout(30_000);

  it("waits for a person between build and release where that is asked for", async () => {
    const names = async (args: Partial<JobDeliveryArgs>) =>
      (await stages(args)).map(({ name }) => name);
    expect(await names({})).to.deep.equal(["Source", "Build", "Release"]);
    expect(await names({ approval: true })).to.deep.equal([
      "Source",
      "Build",
      "Approve",
      "Release",
    ]);
    const [, , approve] = await stages({ approval: true });
    expect(approve?.actions[0]).to.include({ category: "Approval", provider: "Manual" });
  });

  it("fetches the sources, builds the jar and releases what the build has told", async () => {
    const [source, build, release] = await stages();
    expect(source?.actions[0]?.configuration).to.deep.equal({
      ConnectionArn: "arn:connection",
      FullRepositoryId: "owner/pipeline",
      BranchName: "main",
      DetectChanges: "false",
    });
    expect(build?.actions[0]).to.deep.include({
      provider: "CodeBuild",
      namespace: "Build",
      configuration: { ProjectName: "delivery-build" },
    });
    const { FunctionName, UserParameters = "" } = release?.actions[0]?.configuration ?? {};
    expect(FunctionName).to.equal("delivery-release");
    expect(JSON.parse(UserParameters)).to.deep.equal({
      key: "#{Build.JAR_KEY}",
      objectVersion: "#{Build.JAR_VERSION}",
    });
  });

  it("builds with a key that is named, or an earlier one would stay in use and be deleted", async () => {
    const keyOf = async (args: Partial<JobDeliveryArgs>) =>
      (await deliver(args)).one("aws:codebuild/project:Project").inputs["encryptionKey"];
    expect(await keyOf({})).to.equal(`arn:aws:kms:us-east-1:${account}:alias/aws/s3`);
    expect(await keyOf({ kmsKeyArn: "arn:key" })).to.equal("arn:key");
  });

  it("releases one version after the other, for changes of the job alone", async () => {
    const { inputs } = (await deliver()).one("aws:codepipeline/pipeline:Pipeline");
    expect(inputs).to.include({ pipelineType: "V2", executionMode: "QUEUED" });
    expect(inputs["triggers"]).to.deep.equal([
      {
        providerType: "CodeStarSourceConnection",
        gitConfiguration: {
          sourceActionName: "Source",
          pushes: [{ branches: { includes: ["main"] }, filePaths: { includes: ["flink-job/**"] } }],
        },
      },
    ]);
  });

  it("starts with each upload where the sources are in S3", async () => {
    const [source] = await stages({ source: upload });
    expect(source?.actions[0]).to.deep.include({
      provider: "S3",
      configuration: { S3Bucket: "drop", S3ObjectKey: "job.zip", PollForSourceChanges: "false" },
    });
    const deployment = await deliver({ source: upload });
    const { eventPattern } = deployment.one("aws:cloudwatch/eventRule:EventRule").inputs;
    expect(JSON.parse(String(eventPattern))).to.deep.equal({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: ["drop"] }, object: { key: ["job.zip"] } },
    });
    expect(actionsOf(await policyOf("delivery-starter", { source: upload }))).to.deep.equal([
      "codepipeline:StartPipelineExecution",
    ]);
    expect(deployment.one("aws:codepipeline/pipeline:Pipeline").inputs).not.to.have.property(
      "triggers",
    );
  });

  it("tells the function the application, what to watch and for how long", async () => {
    const { inputs } = (await deliver({ rules: { watchMinutes: 10 } })).one(
      "aws:lambda/function:Function",
    );
    const { variables } = inputs["environment"] as { variables: Record<string, string> };
    expect(JSON.parse(variables["RELEASE_SETTINGS"] ?? "")).to.deep.equal({
      application: "analytics",
      lagMetrics: [
        {
          namespace: "AWS/KinesisAnalytics",
          metricName: "millisBehindLatest",
          dimensions: { Application: "analytics" },
        },
      ],
      rules: {
        watchMinutes: 10,
        timeoutMinutes: 20,
        maxLagSeconds: 60,
        busyMinutes: 20,
        updateMinutes: 45,
      },
    });
  });

  it("lets the function release an application whose state has a key of its own", async () => {
    const changes = {
      application: { name: "analytics", arn: "arn:application", stateKmsKeyArn: "arn:key" },
    };
    const release = await policyOf("delivery-release-role", changes);
    for (const action of [
      "kms:DescribeKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:CreateGrant",
    ]) {
      expect(statementFor(release, action).Resource).to.deep.equal(["arn:key"]);
    }
    expect(actionsOf(await policyOf("delivery-release-role")).join()).not.to.contain("kms:");
  });

  it("gives each part what it needs, and no more", async () => {
    const release = await policyOf("delivery-release-role");
    expect(statementFor(release, "kinesisanalytics:RollbackApplication").Resource).to.deep.equal([
      "arn:application",
    ]);
    expect(actionsOf(release)).not.to.include("kinesisanalytics:DeleteApplication");
    expect(actionsOf(release).filter((action) => action.startsWith("s3:"))).to.be.empty;

    const build = await policyOf("delivery-build-role");
    expect(statementFor(build, "s3:PutObject").Resource).to.deep.equal([
      "arn:aws:s3:::code/flink-job/*",
    ]);
    expect(actionsOf(build).filter((action) => /^(kinesis|lambda|iam)/.test(action))).to.be.empty;

    const pipeline = await policyOf("delivery-role");
    expect(actionsOf(pipeline)).to.have.members([
      "codeconnections:UseConnection",
      "codestar-connections:UseConnection",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:PutObject",
      "s3:PutObjectAcl",
      "s3:GetBucketVersioning",
      "codebuild:BatchGetBuilds",
      "codebuild:StartBuild",
      "lambda:InvokeFunction",
    ]);
    for (const policy of [pipeline, build]) {
      expect(document(policy).Statement.flatMap(({ Resource }) => Resource)).not.to.include("*");
    }
    for (const { name, inputs } of (await deliver()).ofType("aws:iam/role:Role")) {
      if (name !== "delivery-release-role") {
        expect(String(inputs["assumeRolePolicy"])).to.contain(account);
      }
    }
  });

  it("encrypts sources, build and logs with the key that it is given", async () => {
    const kmsKeyArn = "arn:key";
    const deployment = await deliver({ kmsKeyArn });
    expect(
      deployment.one("aws:codepipeline/pipeline:Pipeline").inputs["artifactStores"],
    ).to.deep.equal([
      { type: "S3", location: "delivery-sources", encryptionKey: { type: "KMS", id: kmsKeyArn } },
    ]);
    expect(deployment.one("aws:codebuild/project:Project").inputs).to.include({
      encryptionKey: kmsKeyArn,
    });
    for (const { inputs } of deployment.ofType("aws:cloudwatch/logGroup:LogGroup")) {
      expect(inputs).to.include({ kmsKeyId: kmsKeyArn, retentionInDays: 30 });
    }
    for (const role of ["delivery-build-role", "delivery-role"]) {
      const statement = statementFor(await policyOf(role, { kmsKeyArn }), "kms:Decrypt");
      expect(statement.Resource).to.deep.equal([kmsKeyArn]);
    }
  });

  it("tells the topic that a build or a release failed", async () => {
    const deployment = await deliver({ alarmTopicArn: "arn:topic" });
    expect(deployment.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs).to.deep.include({
      namespace: "AWS/CodePipeline",
      metricName: "FailedPipelineExecutions",
      dimensions: { PipelineName: "delivery" },
      alarmActions: ["arn:topic"],
    });
    expect(
      deployment.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs,
    ).to.deep.equal({
      functionName: "delivery-release",
      maximumRetryAttempts: 0,
      destinationConfig: { onFailure: { destination: "arn:topic" } },
    });
    expect((await deliver()).ofType("aws:cloudwatch/metricAlarm:MetricAlarm")).to.be.empty;
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal(
      () =>
        new JobDelivery("delivery", {
          ...base,
          source: { connectionArn: "arn:connection", repository: "pipeline", branch: "" },
          rules: { watchMinutes: 30, updateMinutes: 0, maxLagSeconds: 0.5 },
          logRetentionDays: 6,
        }),
    );
    expect(message)
      .to.contain('JobDelivery "delivery" has invalid arguments:')
      .and.match(/source\.repository must be of the form owner\/name; got "pipeline"/)
      .and.match(/source\.branch must be 1 to 255/)
      .and.match(/rules\.updateMinutes must be an integer from 1 to 480; got 0/)
      .and.match(/rules\.maxLagSeconds must be an integer from 1 to 86400; got 0\.5/)
      .and.match(/rules\.watchMinutes must be less than rules\.timeoutMinutes, 20.*got 30/)
      .and.match(/logRetentionDays must be one of/);
    expect(
      await refusal(
        () => new JobDelivery("delivery", { ...base, source: { ...upload, objectKey: "job.tar" } }),
      ),
    ).to.match(/source\.objectKey must be that of a zip file/);
  });
});
