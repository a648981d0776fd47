import path from "node:path";
import { expect } from "chai";
import { allow } from "../../../infra/core/iam";
import { functionAlarms } from "../../../infra/function/monitoring";
import { StreamFunction, type StreamFunctionArgs } from "../../../infra/function/stream-function";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, statementFor } from "../policy-documents";

const mappingType = "aws:lambda/eventSourceMapping:EventSourceMapping";
const valid: StreamFunctionArgs = {
  entryPath: path.join(__dirname, "../fixtures/greeting.ts"),
  source: { streamArn: "arn:stream", statements: [allow(["kinesis:GetRecords"], ["arn:stream"])] },
  logRetentionDays: 30,
};

function deployed(changes: Partial<StreamFunctionArgs> = {}) {
  return deploy(() => {
    new StreamFunction("counter", { ...valid, ...changes });
  });
}

async function mapping(changes: Partial<StreamFunctionArgs> = {}) {
  return (await deployed(changes)).one(mappingType).inputs;
}

describe("StreamFunction", () => {
  it("polls the stream, isolates what fails and keeps it with its records", async () => {
    expect(await mapping()).to.deep.equal({
      eventSourceArn: "arn:stream",
      functionName: "arn:aws:test:us-east-1:123456789012:counter",
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 1,
      maximumRetryAttempts: 3,
      maximumRecordAgeInSeconds: 43_200,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: {
        onFailure: { destinationArn: "arn:aws:test:us-east-1:123456789012:counter-failures" },
      },
      metricsConfig: { metrics: ["EventCount"] },
    });
  });

  it("takes a consumer, filters, windows and the sizes that are set", async () => {
    const filters = ['{"data": {"kind": ["order"]}}'];
    expect(
      await mapping({
        source: { ...valid.source, consumerArn: "arn:consumer" },
        filters,
        windowSeconds: 60,
        batchSize: 10,
        batchSeconds: 5,
        retries: 0,
        maxAgeSeconds: 60,
        startingPosition: "AT_TIMESTAMP",
        startingTimestamp: "2026-03-01T18:00:00Z",
      }),
    ).to.deep.include({
      eventSourceArn: "arn:consumer",
      filterCriteria: { filters: [{ pattern: filters[0] }] },
      tumblingWindowInSeconds: 60,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 5,
      maximumRetryAttempts: 0,
      maximumRecordAgeInSeconds: 60,
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2026-03-01T18:00:00Z",
    });
    expect(await mapping({ parallelization: 2 })).to.include({ parallelizationFactor: 2 });
  });

  it("may read its source, keep failures and put into its delivery stream, no more", async () => {
    const deployment = await deployed({
      kmsKeyArn: "arn:key",
      delivery: {
        name: "counted",
        statements: [allow(["firehose:PutRecordBatch"], ["arn:counted"])],
      },
    });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy)).to.have.members([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
      "kms:Decrypt",
      "kinesis:GetRecords",
      "firehose:PutRecordBatch",
      "s3:PutObject",
      "s3:ListBucket",
      "kms:GenerateDataKey",
    ]);
    expect(statementFor(policy, "s3:PutObject").Resource).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:counter-failures/aws/lambda/*",
    ]);
    const { environment } = deployment.one("aws:lambda/function:Function").inputs;
    expect(environment).to.deep.equal({ variables: { DELIVERY_STREAM: "counted" } });
  });

  it("encrypts with the customer managed key", async () => {
    const deployment = await deployed({ kmsKeyArn: "arn:key" });
    const [rule] = deployment.one(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).inputs["rules"] as readonly unknown[];
    expect(rule).to.deep.include({
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:key" },
    });
    expect(deployment.one("aws:cloudwatch/logGroup:LogGroup").inputs).to.include({
      kmsKeyId: "arn:key",
    });
  });

  it("refuses what Lambda would refuse, in one error", async () => {
    const message = await refusal(() => {
      new StreamFunction("counter", {
        ...valid,
        batchSize: 10_001,
        batchSeconds: 301,
        parallelization: 11,
        retries: -1,
        maxAgeSeconds: 59,
        windowSeconds: 901,
        filters: ['{"partitionKey": ["a"]}', "kind"],
        startingPosition: "AT_TIMESTAMP",
      });
    });
    for (const problem of [
      "batchSize must be an integer from 1 to 10000; got 10001",
      "batchSeconds must be an integer from 0 to 300; got 301",
      "parallelization must be an integer from 1 to 10; got 11",
      "retries must be an integer from 0 to 10000; got -1",
      "maxAgeSeconds must be an integer from 60 to 604800; got 59",
      "windowSeconds must be an integer from 0 to 900; got 901",
      "parallelization must be 1 with windowSeconds; got 11",
      'filters must be JSON of the form {"data": {"field": ["value"]}}; got {"partitionKey": ["a"]}',
      'filters must be JSON of the form {"data": {"field": ["value"]}}; got kind',
      'startingPosition AT_TIMESTAMP and startingTimestamp go together; got AT_TIMESTAMP and ""',
    ]) {
      expect(message).to.contain(problem);
    }
  });

  it("is watched for lag, errors, and records given up or lost", () => {
    const alarms = functionAlarms({
      name: "counter",
      mappingId: "m-1",
      streamName: "trips",
      retentionHours: 24,
      maxAgeSeconds: 7200,
      maxLagSeconds: 60,
    });
    expect(
      alarms.map(({ name, severity = "warning", threshold }) => [name, severity, threshold]),
    ).to.deep.equal([
      ["function-lag", "warning", 60_000],
      ["function-loss", "critical", 3_600_000],
      ["function-silent", "critical", 1],
      ["function-errors", "warning", 0],
      ["function-throttled", "warning", 0],
      ["function-records-failed", "warning", 0],
      ["function-records-lost", "critical", 0],
    ]);
  });
});
