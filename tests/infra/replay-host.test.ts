import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect } from "chai";
import { allow } from "../../infra/iam";
import { ReplayHost, type ReplayHostArgs } from "../../infra/replay-host";
import { deploy, refusal } from "../support/mocks";
import { actionsOf, statementFor } from "./policy-documents";

const instanceType = "aws:ec2/instance:Instance";
const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";
const valid: ReplayHostArgs = {
  producerPath: path.join(__dirname, "fixtures/producer.ts"),
  streamName: "events",
  statements: [allow(["kinesis:PutRecords"], ["arn:stream"])],
  instanceType: "t4g.small",
  codeBucketName: "code",
  codeBucketArn: "arn:aws:s3:::code",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
};

function host(changes: Partial<ReplayHostArgs> = {}) {
  return deploy(() => new ReplayHost("replay", { ...valid, ...changes }));
}

describe("ReplayHost", () => {
  it("cannot be reached from outside", async () => {
    const deployment = await host({ securityGroupIds: ["sg-clients"] });
    expect(deployment.one(instanceType).inputs).to.deep.include({
      ami: "ami-0123456789abcdef0",
      instanceType: "t4g.small",
      subnetId: "subnet-a",
      associatePublicIpAddress: false,
      vpcSecurityGroupIds: ["replay-id", "sg-clients"],
    });
    expect(deployment.one(instanceType).inputs).not.to.have.property("keyName");
    expect(
      deployment.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    ).to.deep.equal([]);
  });

  it("gives its credentials only to those who ask with a token", async () => {
    expect((await host()).one(instanceType).inputs["metadataOptions"]).to.deep.equal({
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
  });

  it("encrypts its volume unless told otherwise", async () => {
    const volume = { volumeType: "gp3", volumeSize: 20 };
    expect((await host()).one(instanceType).inputs["rootBlockDevice"]).to.deep.equal({
      ...volume,
      encrypted: true,
    });
    expect(
      (await host({ kmsKeyArn: "arn:key" })).one(instanceType).inputs["rootBlockDevice"],
    ).to.deep.equal({ ...volume, encrypted: true, kmsKeyId: "arn:key" });
    expect(
      (await host({ kmsKeyArn: "arn:key", encryptAtRest: false })).one(instanceType).inputs[
        "rootBlockDevice"
      ],
    ).to.deep.equal({ ...volume, encrypted: false });
  });

  it("may talk to Session Manager, load the producer and do what it was given", async () => {
    const deployment = await host();
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy)).to.have.members([
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
      "s3:GetObject",
      "kinesis:PutRecords",
    ]);
    const { key } = deployment.one(objectType).inputs;
    expect(statementFor(policy, "s3:GetObject").Resource).to.deep.equal([
      `arn:aws:s3:::code/${String(key)}`,
    ]);
    expect(deployment.one(instanceType).dependsOn).to.deep.equal(["replay-role", "replay-role"]);
  });

  it("installs exactly the producer that the program made, at its first boot", async () => {
    const deployment = await host();
    const { userData, userDataReplaceOnChange } = deployment.one(instanceType).inputs;
    const key = String(deployment.one(objectType).inputs["key"]);
    const hash = /^producer\/([0-9a-f]{64})\.js$/.exec(key)?.[1];
    expect(userDataReplaceOnChange).to.equal(true);
    expect(userData).to.contain(`'s3://code/${key}'`);
    expect(userData).to.contain(
      `echo '${String(hash)}  /opt/replay/replay.js' | sha256sum --check`,
    );
    expect(userData).to.contain("--stream 'events' --region 'us-east-1'");
  });

  it("boots with a script that bash can read", async () => {
    const { userData } = (await host()).one(instanceType).inputs;
    execFileSync("bash", ["-n"], { input: String(userData) });
  });

  it("tells where to log in", async () => {
    const { outputs } = await deploy(() => {
      const { instanceId, sessionManagerUrl } = new ReplayHost("replay", valid);
      return { instanceId, sessionManagerUrl };
    });
    expect(outputs).to.deep.equal({
      instanceId: "replay-id",
      sessionManagerUrl:
        "https://us-east-1.console.aws.amazon.com/systems-manager/session-manager/replay-id?region=us-east-1",
    });
  });

  for (const refused of ["t3.small", "t4g", "m5.large", ""]) {
    it(`refuses the instance type "${refused}", for which its image is not made`, async () => {
      expect(
        await refusal(() => new ReplayHost("replay", { ...valid, instanceType: refused })),
      ).to.contain(`instanceType must be an EC2 instance type with a Graviton processor`);
    });
  }
});
