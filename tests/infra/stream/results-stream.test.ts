import { expect } from "chai";
import { ResultsStream, type ResultsStreamArgs } from "../../../infra/stream/results-stream";
import { deploy, refusal } from "../../support/mocks";

const firehoseType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const valid: ResultsStreamArgs = {
  mode: "PROVISIONED",
  shardCount: 1,
  retentionHours: 24,
  logRetentionDays: 7,
};

function results(changes: Partial<ResultsStreamArgs> = {}) {
  return deploy(() => {
    new ResultsStream("results", { ...valid, ...changes });
  });
}

describe("ResultsStream", () => {
  it("is a stream, encrypted with the key it is given, and no more", async () => {
    const deployment = await results({ kmsKeyArn: "arn:key", protectData: true });
    const stream = deployment.one("aws:kinesis/stream:Stream");
    expect(stream.inputs).to.deep.include({
      shardCount: 1,
      retentionPeriod: 24,
      encryptionType: "KMS",
      kmsKeyId: "arn:key",
    });
    expect(stream.protect).to.equal(true);
    expect(deployment.ofType(firehoseType)).to.be.empty;
  });

  it("is archived as gzipped JSON lines where that is asked for", async () => {
    const deployment = await results({ archive: { bufferMiB: 8, bufferSeconds: 60 } });
    const { inputs } = deployment.one(firehoseType);
    expect(inputs).to.have.nested.property(
      "kinesisSourceConfiguration.kinesisStreamArn",
      "arn:aws:test:us-east-1:123456789012:results",
    );
    expect(inputs["extendedS3Configuration"]).to.include({
      bufferingSize: 8,
      bufferingInterval: 60,
      compressionFormat: "GZIP",
    });
  });

  it("tells what writers and readers need", async () => {
    const { outputs } = await deploy(() => {
      const stream = new ResultsStream("results", valid);
      return { write: stream.writeStatements(), read: stream.readStatements() };
    });
    expect(outputs["write"])
      .to.have.nested.property("[0].Action")
      .that.includes("kinesis:PutRecords");
    expect(outputs["read"])
      .to.have.nested.property("[0].Action")
      .that.includes("kinesis:GetRecords");
  });

  it("lists what is wrong with it", async () => {
    expect(
      await refusal(
        () => new ResultsStream("results", { ...valid, shardCount: 0, retentionHours: 1 }),
      ),
    ).to.match(/retentionHours .* got 1\n- shardCount .* got 0/);
  });
});
