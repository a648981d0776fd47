import { expect } from "chai";
import { DeliveryStream, type DeliveryStreamArgs } from "../../infra/delivery-stream";
import { allow } from "../../infra/iam";
import { deploy, refusal } from "../support/mocks";
import { actionsOf, statementFor } from "./policy-documents";

const firehoseType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const valid: DeliveryStreamArgs = {
  sourceStreamArn: "arn:stream",
  sourceStatements: [allow(["kinesis:GetRecords"], ["arn:stream"])],
  bufferMiB: 16,
  bufferSeconds: 300,
  expirationDays: 30,
  logRetentionDays: 7,
};

function archive(changes: Partial<DeliveryStreamArgs> = {}) {
  return deploy(() => new DeliveryStream("archive", { ...valid, ...changes }));
}

describe("DeliveryStream", () => {
  it("reads the stream and writes gzipped JSON lines by hour, and failures apart", async () => {
    const { inputs } = (await archive()).one(firehoseType);
    const roleArn = "arn:aws:test:us-east-1:123456789012:archive-role";
    expect(inputs).to.deep.equal({
      destination: "extended_s3",
      kinesisSourceConfiguration: { kinesisStreamArn: "arn:stream", roleArn },
      extendedS3Configuration: {
        bucketArn: "arn:aws:test:us-east-1:123456789012:archive",
        roleArn,
        bufferingSize: 16,
        bufferingInterval: 300,
        compressionFormat: "GZIP",
        prefix:
          "events/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
        errorOutputPrefix:
          "errors/!{firehose:error-output-type}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/",
        cloudwatchLoggingOptions: {
          enabled: true,
          logGroupName: "archive-logs",
          logStreamName: "archive-logs",
        },
        processingConfiguration: {
          enabled: true,
          processors: [{ type: "AppendDelimiterToRecord" }],
        },
      },
    });
  });

  it("has a role that can do what delivery takes, in place before the stream", async () => {
    const deployment = await archive({ kmsKeyArn: "arn:key" });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy)).to.have.members([
      "kinesis:GetRecords",
      "s3:GetBucketLocation",
      "s3:ListBucket",
      "s3:ListBucketMultipartUploads",
      "s3:AbortMultipartUpload",
      "s3:GetObject",
      "s3:PutObject",
      "kms:Decrypt",
      "kms:GenerateDataKey",
      "logs:PutLogEvents",
    ]);
    expect(statementFor(policy, "logs:PutLogEvents").Resource).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:archive-logs",
    ]);
    expect(deployment.one(firehoseType).dependsOn).to.deep.equal(["archive-role", "archive-role"]);
  });

  it("encrypts objects and log with the key it is given", async () => {
    const deployment = await archive({ kmsKeyArn: "arn:key" });
    expect(deployment.one(firehoseType).inputs["extendedS3Configuration"]).to.include({
      kmsKeyArn: "arn:key",
    });
    expect(deployment.one("aws:cloudwatch/logGroup:LogGroup").inputs).to.include({
      retentionInDays: 7,
      kmsKeyId: "arn:key",
    });
  });

  it("protects the archive where data is protected", async () => {
    const deployment = await archive({ protectData: true });
    expect(deployment.one("aws:s3/bucket:Bucket").protect).to.equal(true);
    expect(deployment.one(firehoseType).protect).to.equal(false);
  });

  it("lists everything that is wrong", async () => {
    expect(
      await refusal(
        () =>
          new DeliveryStream("archive", {
            ...valid,
            bufferMiB: 129,
            bufferSeconds: 901,
            logRetentionDays: 6,
          }),
      ),
    ).to.match(
      /^DeliveryStream "archive" has invalid arguments:\n- bufferMiB .* 1 to 128; got 129\n- bufferSeconds .* 0 to 900; got 901\n- logRetentionDays must be one of 1, 3, 5, .*; got 6$/,
    );
  });
});
