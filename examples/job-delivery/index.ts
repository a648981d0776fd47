import { EncryptionKey } from "../../infra/core/encryption-key";
import { JobDelivery } from "../../infra/job-delivery/job-delivery";
import { PrivateBucket } from "../../infra/core/private-bucket";

/** Releases a job from GitHub to an application of another program. */
export function example(): Record<string, unknown> {
  const account = "us-east-1:123456789012";
  const key = new EncryptionKey("key", { description: "Delivery of the job" });
  const code = new PrivateBucket("code", { kmsKeyArn: key.arn });
  const delivery = new JobDelivery("delivery", {
    source: {
      connectionArn: `arn:aws:codeconnections:${account}:connection/0b6a1f4c-3f6e-4f0a-9a55-1c1e9d3c2b7a`,
      repository: "owner/pipeline",
    },
    application: {
      name: "analytics",
      arn: `arn:aws:kinesisanalytics:${account}:application/analytics`,
    },
    codeBucketName: code.bucketName,
    codeBucketArn: code.arn,
    alarmTopicArn: `arn:aws:sns:${account}:alarms`,
    logRetentionDays: 30,
    kmsKeyArn: key.arn,
  });
  return { pipelineName: delivery.pipelineName };
}
