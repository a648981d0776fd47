import { expect } from "chai";
import { EncryptionKey } from "../../../infra/core/encryption-key";
import { deploy } from "../../support/mocks";
import { document } from "../policy-documents";

const keyType = "aws:kms/key:Key";

describe("EncryptionKey", () => {
  it("rotates and has a name", async () => {
    const deployment = await deploy(() => new EncryptionKey("key", { description: "Trips" }));
    expect(deployment.one(keyType).inputs).to.include({
      description: "Trips",
      enableKeyRotation: true,
      deletionWindowInDays: 7,
    });
    expect(deployment.one("aws:kms/alias:Alias").inputs["targetKeyId"]).to.equal("key-id");
  });

  it("lets in nobody but the account's IAM policies and CloudWatch Logs for log groups of the account", async () => {
    const deployment = await deploy(() => new EncryptionKey("key", { description: "Trips" }));
    const { Statement } = document(deployment.one(keyType).inputs["policy"]);
    expect(Statement.map(({ Principal }) => Principal)).to.deep.equal([
      { AWS: "arn:aws:iam::123456789012:root" },
      { Service: "logs.us-east-1.amazonaws.com" },
    ]);
    expect(Statement[1]?.Condition).to.deep.equal({
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:*",
      },
    });
  });

  it("lets roles of other accounts in through Kinesis alone", async () => {
    const producer = "arn:aws:iam::210987654321:role/producer";
    const reader = "arn:aws:iam::210987654321:role/reader";
    const args = { services: [], producerRoleArns: [producer], readerRoleArns: [reader] };
    const deployment = await deploy(() => new EncryptionKey("key", { description: "T", ...args }));
    const allowed = (principal: string, action: string) => ({
      Effect: "Allow",
      Principal: { AWS: [principal] },
      Action: [action],
      Resource: ["*"],
      Condition: { StringEquals: { "kms:ViaService": "kinesis.us-east-1.amazonaws.com" } },
    });
    expect(document(deployment.one(keyType).inputs["policy"]).Statement.slice(1)).to.deep.equal([
      allowed(producer, "kms:GenerateDataKey"),
      allowed(reader, "kms:Decrypt"),
    ]);
  });

  it("is kept, and takes a month to go, where data is protected", async () => {
    const deployment = await deploy(
      () => new EncryptionKey("key", { description: "Trips", protectData: true }),
    );
    expect(deployment.one(keyType)).to.include({ protect: true, retainOnDelete: true });
    expect(deployment.one(keyType).inputs["deletionWindowInDays"]).to.equal(30);
  });

  it("lets in the services that are named, each for its own purpose", async () => {
    const deployment = await deploy(
      () => new EncryptionKey("key", { description: "Trips", services: ["alarms", "flink-state"] }),
    );
    const { Statement } = document(deployment.one(keyType).inputs["policy"]);
    expect(Statement.map(({ Sid }) => Sid)).to.deep.equal([
      "DelegateToIam",
      "PublishAlarms",
      "DescribeForFlink",
      "EncryptSnapshots",
      "DecryptSnapshots",
      "EncryptRunningState",
      "GrantRunningState",
    ]);
    for (const { Sid, Principal, Condition } of Statement.slice(1)) {
      expect(JSON.stringify(Condition), Sid).to.contain("123456789012");
      expect(JSON.stringify(Principal), Sid).to.match(/amazonaws\.com/);
    }
  });
});
