import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { FlinkApplication } from "../../../infra/flink/application";
import type { FlinkApplicationArgs } from "../../../infra/flink/args";
import { allow } from "../../../infra/core/iam";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, statementFor } from "../policy-documents";

const applicationType = "aws:kinesisanalyticsv2/application:Application";
const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";
const jarPath = path.join(__dirname, "../fixtures/job.jar");
const valid: FlinkApplicationArgs = {
  code: { path: jarPath },
  codeBucketName: "code",
  codeBucketArn: "arn:aws:s3:::code",
  propertyGroups: {
    InputStream0: { "stream.name": "events", "aws.region": "us-east-1" },
    windows: { minutes: "15" },
  },
  parallelism: 4,
  parallelismPerKpu: 2,
  checkpointIntervalSeconds: 60,
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  securityGroupIds: ["sg-clients"],
  statements: [allow(["kinesis:GetRecords"], ["arn:stream"])],
  logRetentionDays: 7,
};

function application(changes: Partial<FlinkApplicationArgs> = {}) {
  return deploy(() => new FlinkApplication("analytics", { ...valid, ...changes }));
}

/** The configuration of an application, whose blocks are compared as wholes. */
async function configurationOf(changes: Partial<FlinkApplicationArgs> = {}) {
  const { inputs } = (await application(changes)).one(applicationType);
  return inputs["applicationConfiguration"] as Readonly<Record<string, unknown>>;
}

describe("FlinkApplication", () => {
  it("runs the jar by the version of an object that is named after its content", async () => {
    const deployment = await application();
    const object = deployment.one(objectType);
    expect(object.inputs["bucket"]).to.equal("code");
    expect(object.inputs["key"]).to.match(/^flink-job\/[0-9a-f]{64}\.jar$/);
    expect(object.retainOnDelete).to.equal(true);
    expect((await configurationOf())["applicationCodeConfiguration"]).to.deep.equal({
      codeContentType: "ZIPFILE",
      codeContent: {
        s3ContentLocation: {
          bucketArn: "arn:aws:s3:::code",
          fileKey: object.inputs["key"],
          objectVersion: "version-1",
        },
      },
    });
  });

  it("shows another jar as another key, and the same jar as the same", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "jar-"));
    try {
      const other = path.join(folder, "other.jar");
      const keyOf = async (file: string) =>
        (await application({ code: { path: file } })).one(objectType).inputs["key"];
      writeFileSync(other, "another job");
      expect(await keyOf(other)).not.to.equal(await keyOf(jarPath));
      writeFileSync(other, "the same\n");
      const first = await keyOf(other);
      expect(await keyOf(other)).to.equal(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("tells the service to go by its settings, not by defaults", async () => {
    const configuration = await configurationOf();
    expect(configuration["flinkApplicationConfiguration"]).to.deep.equal({
      checkpointConfiguration: {
        configurationType: "CUSTOM",
        checkpointingEnabled: true,
        checkpointInterval: 60_000,
        minPauseBetweenCheckpoints: 5000,
      },
      monitoringConfiguration: {
        configurationType: "CUSTOM",
        logLevel: "INFO",
        metricsLevel: "APPLICATION",
      },
      parallelismConfiguration: {
        configurationType: "CUSTOM",
        parallelism: 4,
        parallelismPerKpu: 2,
        autoScalingEnabled: false,
      },
    });
    expect(configuration["applicationSnapshotConfiguration"]).to.deep.equal({
      snapshotsEnabled: true,
    });
  });

  it("hands the runtime properties to the job as groups of text", async () => {
    expect((await configurationOf())["environmentProperties"]).to.deep.equal({
      propertyGroups: [
        {
          propertyGroupId: "InputStream0",
          propertyMap: { "stream.name": "events", "aws.region": "us-east-1" },
        },
        { propertyGroupId: "windows", propertyMap: { minutes: "15" } },
      ],
    });
  });

  it("starts on Flink 1.20 with a log that is there before it", async () => {
    const deployment = await application();
    expect(deployment.one(applicationType).inputs).to.deep.include({
      runtimeEnvironment: "FLINK-1_20",
      startApplication: true,
      cloudwatchLoggingOptions: {
        logStreamArn: "arn:aws:test:us-east-1:123456789012:analytics-logs",
      },
    });
  });

  it("joins the VPC with its own security group and those it is given", async () => {
    const deployment = await application();
    const { inputs } = deployment.one(applicationType);
    expect(
      (inputs["applicationConfiguration"] as Record<string, unknown>)["vpcConfiguration"],
    ).to.deep.equal({
      subnetIds: ["subnet-a", "subnet-b"],
      securityGroupIds: ["analytics-id", "sg-clients"],
    });
    expect(
      deployment.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs,
    ).to.include({ securityGroupId: "analytics-id", fromPort: 443, toPort: 443 });
  });

  it("has a role that can do what the service and the job need, in place before the application", async () => {
    const deployment = await application({ kmsKeyArn: "arn:key" });
    const { policy, role } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(role).to.equal("analytics-role");
    expect(actionsOf(policy)).to.have.members([
      "s3:GetObject",
      "s3:GetObjectVersion",
      "kms:Decrypt",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
      "ec2:CreateNetworkInterface",
      "ec2:CreateNetworkInterfacePermission",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "kinesis:GetRecords",
    ]);
    const { key } = deployment.one(objectType).inputs;
    expect(statementFor(policy, "s3:GetObjectVersion").Resource).to.deep.equal([
      `arn:aws:s3:::code/${String(key)}`,
    ]);
    expect(deployment.one(applicationType).dependsOn).to.deep.equal(["analytics"]);
  });

  it("can take a role that was made before it", async () => {
    const deployment = await application({ role: { arn: "arn:job", name: "job" } });
    expect(deployment.ofType("aws:iam/role:Role")).to.deep.equal([]);
    expect(deployment.one("aws:iam/rolePolicy:RolePolicy").inputs["role"]).to.equal("job");
    expect(deployment.one(applicationType).inputs["serviceExecutionRole"]).to.equal("arn:job");
  });

  it("says how to make the jar when there is none, among everything else that is wrong", async () => {
    const message = await refusal(
      () =>
        new FlinkApplication("analytics", {
          ...valid,
          code: { path: "nowhere/job.jar" },
          parallelism: 257,
          parallelismPerKpu: 9,
          checkpointIntervalSeconds: 4,
          securityGroupIds: ["1", "2", "3", "4", "5"],
          propertyGroups: {
            "no spaces": { key: "" },
            long: { ["k".repeat(2049)]: "v".repeat(2049) },
            many: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`key${at}`, "value"])),
          },
        }),
    );
    expect(message.split("\n")).to.deep.equal([
      'FlinkApplication "analytics" has invalid arguments:',
      "- code.path must be an existing file; got nowhere/job.jar. Build the job first",
      "- parallelism must be an integer from 1 to 256; got 257",
      "- parallelismPerKpu must be an integer from 1 to 8; got 9",
      "- checkpointIntervalSeconds must be an integer from 5 to 3600; got 4",
      '- name of a property group must be 1 to 50 letters, digits, dots, hyphens and underscores; got "no spaces"',
      "- length of propertyGroups.no spaces.key must be an integer from 1 to 2048; got 0",
      "- length of a key in propertyGroups.long must be an integer from 1 to 2048; got 2049",
      `- length of propertyGroups.long.${"k".repeat(2049)} must be an integer from 1 to 2048; got 2049`,
      "- number of properties in propertyGroups.many must be an integer from 0 to 50; got 51",
      "- number of securityGroupIds must be an integer from 0 to 4; got 5",
    ]);
    const folder = () => new FlinkApplication("analytics", { ...valid, code: { path: "infra" } });
    expect(await refusal(folder)).to.include("code.path must be an existing file; got infra");
  });

  it("runs an object that is in the bucket, and may read that one alone", async () => {
    const code = { key: "jobs/orders.zip", objectVersion: "v1" };
    const deployment = await application({ code });
    expect(deployment.ofType(objectType)).to.deep.equal([]);
    const { applicationCodeConfiguration } = await configurationOf({ code });
    expect(applicationCodeConfiguration).to.deep.include({
      codeContent: {
        s3ContentLocation: {
          bucketArn: valid.codeBucketArn,
          fileKey: code.key,
          objectVersion: code.objectVersion,
        },
      },
    });
    const { inputs } = deployment.one("aws:iam/rolePolicy:RolePolicy");
    expect(JSON.stringify(inputs["policy"])).to.include("arn:aws:s3:::code/jobs/orders.zip");
  });

  it("goes by the runtime, levels and pauses that it is given", async () => {
    const deployment = await application({
      runtime: "FLINK-2_2",
      logLevel: "WARN",
      metricsLevel: "TASK",
      checkpointPauseSeconds: 10,
      start: false,
    });
    const { inputs } = deployment.one(applicationType);
    expect(inputs).to.include({ runtimeEnvironment: "FLINK-2_2", startApplication: false });
    expect(inputs["applicationConfiguration"]).to.have.nested.include({
      "flinkApplicationConfiguration.monitoringConfiguration.logLevel": "WARN",
      "flinkApplicationConfiguration.monitoringConfiguration.metricsLevel": "TASK",
      "flinkApplicationConfiguration.checkpointConfiguration.minPauseBetweenCheckpoints": 10_000,
    });
  });

  it("says with which state to start, so that no earlier answer stays", async () => {
    const run = async (restore: FlinkApplicationArgs["restore"]) =>
      (await configurationOf(restore && { restore }))["runConfiguration"];
    expect(await run(undefined)).to.deep.equal(await run({ from: "latest-snapshot" }));
    // The service has no value for an application that never ran, which would differ for ever.
    expect(await configurationOf({ start: false })).not.to.have.property("runConfiguration");
    expect(await run({ from: "nothing" })).to.deep.equal({
      applicationRestoreConfiguration: { applicationRestoreType: "SKIP_RESTORE_FROM_SNAPSHOT" },
    });
    expect(
      await run({ from: "snapshot", name: "before-2", allowNonRestoredState: true }),
    ).to.deep.equal({
      applicationRestoreConfiguration: {
        applicationRestoreType: "RESTORE_FROM_CUSTOM_SNAPSHOT",
        snapshotName: "before-2",
      },
      flinkRunConfiguration: { allowNonRestoredState: true },
    });
    expect(await run({ from: "latest-snapshot" })).to.deep.equal({
      applicationRestoreConfiguration: { applicationRestoreType: "RESTORE_FROM_LATEST_SNAPSHOT" },
      flinkRunConfiguration: { allowNonRestoredState: false },
    });
  });

  it("encrypts its state with the key that it is given for that", async () => {
    expect(
      (await configurationOf({ stateKmsKeyArn: "arn:key" }))["applicationEncryptionConfiguration"],
    ).to.deep.equal({ keyType: "CUSTOMER_MANAGED_KEY", keyId: "arn:key" });
    // Said as well, or the service would go on with a key that is gone.
    expect((await configurationOf())["applicationEncryptionConfiguration"]).to.deep.equal({
      keyType: "AWS_OWNED_KEY",
    });
  });

  it("has a key of its own for its state from Flink 1.20 on", async () => {
    const stateKmsKeyArn = "arn:key";
    for (const runtime of ["FLINK-1_20", "FLINK-2_2"]) {
      expect(await configurationOf({ runtime, stateKmsKeyArn })).to.be.an("object");
    }
    expect(
      await refusal(
        () => new FlinkApplication("app", { ...valid, runtime: "FLINK-1_19", stateKmsKeyArn }),
      ),
    ).to.contain("- runtime must be FLINK-1_20 or later with stateKmsKeyArn; got FLINK-1_19");
  });

  it("leaves the parallelism to an external scaler", async () => {
    expect((await application()).one(applicationType).ignoreChanges).to.deep.equal([]);
    expect(
      (await application({ scaledElsewhere: true })).one(applicationType).ignoreChanges,
    ).to.deep.equal([
      "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration.parallelism",
    ]);
  });

  it("is kept, with its snapshots, where data is protected", async () => {
    expect((await application({ protectData: true })).one(applicationType)).to.include({
      protect: true,
      retainOnDelete: true,
    });
    expect((await application()).one(applicationType)).to.include({ protect: false });
  });

  it("lists contradictions", async () => {
    const message = await refusal(
      () =>
        new FlinkApplication("analytics", {
          ...valid,
          runtime: "flink 1.20",
          parallelism: 9,
          parallelismPerKpu: 2,
          kpuLimit: 4,
          autoScaling: true,
          scaledElsewhere: true,
          snapshots: false,
          restore: { from: "latest-snapshot" },
        }),
    );
    expect(message.split("\n").slice(1)).to.deep.equal([
      '- runtime must be FLINK- and a version, such as FLINK-1_20; got "flink 1.20"',
      "- parallelism 9 at 2 per KPU needs 5 KPUs; kpuLimit is 4. Lower parallelism, or raise parallelismPerKpu or kpuLimit",
      "- autoScaling and scaledElsewhere must not both be true: the service would scale against the other",
      "- restore from the latest snapshot needs snapshots; set snapshots to true or restore from nothing",
    ]);
    expect(
      await refusal(
        () =>
          new FlinkApplication("analytics", { ...valid, restore: { from: "snapshot", name: "" } }),
      ),
    ).to.contain("name of the snapshot to restore must be 1 to 256 letters");
  });

  it("accepts as many KPUs as the limit says", async () => {
    await application({ parallelism: 8, parallelismPerKpu: 2, kpuLimit: 4 });
    await application({ parallelism: 256, parallelismPerKpu: 4 });
    expect(
      await refusal(
        () =>
          new FlinkApplication("analytics", { ...valid, parallelism: 256, parallelismPerKpu: 3 }),
      ),
    ).to.contain("needs 86 KPUs; kpuLimit is 64");
  });

  it("starts after what it is told to wait for", async () => {
    const deployment = await deploy(() => {
      const settings = new pulumi.ComponentResource("test:index:Settings", "settings");
      new FlinkApplication("analytics", { ...valid, startAfter: [settings] });
    });
    expect(deployment.one(applicationType).dependsOn).to.deep.equal(["analytics", "settings"]);
    expect(deployment.one("streaming:infra:FlinkApplication").inputs).not.to.have.property(
      "startAfter",
    );
  });
});
