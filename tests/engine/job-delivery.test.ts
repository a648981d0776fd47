import { expect } from "chai";
import { EncryptionKey, keyServices } from "../../infra/core/encryption-key";
import { JobDelivery } from "../../infra/job-delivery/job-delivery";
import { PrivateBucket } from "../../infra/core/private-bucket";
import { projectPack } from "../../local/engine/policy-pack";
import { projectRoot } from "../support/command";
import { requireEngine, Sandbox } from "./engine";

const account = "us-east-1:123456789012";

/** The delivery as a stack for production has it. */
async function program(): Promise<void> {
  const key = new EncryptionKey("key", {
    description: "Delivery of the job",
    services: keyServices,
    protectData: true,
  });
  const logs = new PrivateBucket("pipeline-logs", {
    takesLogs: true,
    expirationDays: 365,
    protectData: true,
  });
  new JobDelivery("delivery", {
    source: {
      connectionArn: `arn:aws:codeconnections:${account}:connection/0b6a1f4c-3f6e-4f0a-9a55-1c1e9d3c2b7a`,
      repository: "owner/pipeline",
    },
    application: {
      name: "analytics",
      arn: `arn:aws:kinesisanalytics:${account}:application/analytics`,
    },
    codeBucketName: "code",
    codeBucketArn: "arn:aws:s3:::code",
    alarmTopicArn: `arn:aws:sns:${account}:alarms`,
    logBucketName: logs.bucketName,
    logRetentionDays: 365,
    kmsKeyArn: key.arn,
    protectData: true,
  });
  return Promise.resolve();
}

describe("JobDelivery in the real engine", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  for (const operation of ["preview", "up"] as const) {
    it(`keeps every policy of production in a ${operation}`, async () => {
      const stack = await sandbox.open(program, {
        stack: "prod",
        root: projectRoot,
        policyPack: projectPack("prod"),
      });
      const { violations } =
        operation === "up" ? await stack.up({ isAccepted: true }) : await stack.preview();
      expect(
        violations.filter(({ enforcementLevel }) => enforcementLevel === "mandatory"),
      ).to.deep.equal([]);
    });
  }
});
