import { expect } from "chai";
import { EventStream, type EventStreamArgs } from "../../../infra/stream/event-stream";
import { policyDocument } from "../../../infra/core/iam";
import { deploy, refusal } from "../../support/mocks";
import { document, statementFor } from "../policy-documents";

const streamType = "aws:kinesis/stream:Stream";
const valid: EventStreamArgs = { mode: "PROVISIONED", shardCount: 2, retentionHours: 24 };

async function inputsOf(args: EventStreamArgs) {
  return (await deploy(() => new EventStream("events", args))).one(streamType).inputs;
}

/** Deploys a stream and renders statements that it hands out. */
async function statements(
  args: EventStreamArgs,
  ask: (stream: EventStream) => ReturnType<EventStream["readStatements"]>,
) {
  const { outputs } = await deploy(() => ({
    policy: policyDocument(ask(new EventStream("events", args))),
  }));
  return outputs["policy"];
}

describe("EventStream", () => {
  it("is provisioned with the shards that were asked for", async () => {
    expect(await inputsOf(valid)).to.deep.include({
      streamModeDetails: { streamMode: "PROVISIONED" },
      shardCount: 2,
      retentionPeriod: 24,
      enforceConsumerDeletion: true,
    });
  });

  it("sends no number of shards in mode ON_DEMAND, where AWS refuses one", async () => {
    const inputs = await inputsOf({ mode: "ON_DEMAND", retentionHours: 48 });
    expect(inputs).not.to.have.property("shardCount");
    expect(inputs).to.deep.include({ streamModeDetails: { streamMode: "ON_DEMAND" } });
  });

  it("is encrypted with the key that AWS manages, or the one it is given", async () => {
    expect(await inputsOf(valid)).to.include({
      encryptionType: "KMS",
      kmsKeyId: "alias/aws/kinesis",
    });
    expect(await inputsOf({ ...valid, kmsKeyArn: "arn:key" })).to.include({
      encryptionType: "KMS",
      kmsKeyId: "arn:key",
    });
  });

  it("is unencrypted only when told so", async () => {
    const inputs = await inputsOf({ ...valid, encryptAtRest: false, kmsKeyArn: "arn:key" });
    expect(inputs["encryptionType"]).to.equal("NONE");
    expect(inputs).not.to.have.property("kmsKeyId");
  });

  it("is kept where data is protected", async () => {
    const kept = await deploy(() => new EventStream("events", { ...valid, protectData: true }));
    expect(kept.one(streamType)).to.include({ protect: true, retainOnDelete: true });
    const dropped = await deploy(() => new EventStream("events", valid));
    expect(dropped.one(streamType)).to.include({ protect: false, retainOnDelete: false });
  });

  it("accepts the smallest and the largest stream that the service accepts", async () => {
    expect(await inputsOf({ ...valid, shardCount: 1, retentionHours: 24 })).to.include({
      shardCount: 1,
      retentionPeriod: 24,
    });
    expect(await inputsOf({ ...valid, shardCount: 10_000, retentionHours: 8760 })).to.include({
      shardCount: 10_000,
      retentionPeriod: 8760,
    });
  });

  for (const [shardCount, retentionHours, problem] of [
    [0, 24, "shardCount must be an integer from 1 to 10000; got 0"],
    [10_001, 24, "shardCount must be an integer from 1 to 10000; got 10001"],
    [1, 23, "retentionHours must be an integer from 24 to 8760; got 23"],
    [1, 8761, "retentionHours must be an integer from 24 to 8760; got 8761"],
  ] as const) {
    it(`refuses ${shardCount} shards with a retention of ${retentionHours} hours`, async () => {
      expect(
        await refusal(() => new EventStream("events", { ...valid, shardCount, retentionHours })),
      ).to.equal(`EventStream "events" has invalid arguments:\n- ${problem}`);
    });
  }

  it("lists everything that is wrong", async () => {
    expect(
      await refusal(
        () =>
          new EventStream("events", { mode: "PROVISIONED", shardCount: 0, retentionHours: 1.5 }),
      ),
    ).to.equal(
      [
        'EventStream "events" has invalid arguments:',
        "- retentionHours must be an integer from 24 to 8760; got 1.5",
        "- shardCount must be an integer from 1 to 10000; got 0",
      ].join("\n"),
    );
  });

  it("needs a number of shards exactly where AWS does not decide", async () => {
    expect(
      await refusal(() => new EventStream("events", { mode: "PROVISIONED", retentionHours: 24 })),
    ).to.contain("shardCount is missing; in mode PROVISIONED");
    expect(
      await refusal(() => new EventStream("events", { ...valid, mode: "ON_DEMAND" })),
    ).to.contain("shardCount must be left out in mode ON_DEMAND, where AWS decides; got 2");
  });

  it("lets a reader read this stream and use its key for that", async () => {
    const policy = await statements({ ...valid, kmsKeyArn: "arn:key" }, (stream) =>
      stream.readStatements(),
    );
    expect(statementFor(policy, "kinesis:GetRecords").Resource).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:events",
    ]);
    expect(statementFor(policy, "kms:Decrypt")).to.deep.include({
      Resource: ["arn:key"],
      Condition: { StringEquals: { "kms:ViaService": "kinesis.us-east-1.amazonaws.com" } },
    });
  });

  it("lets a writer write without reading, and no statement names a key that AWS manages", async () => {
    const policy = await statements(valid, (stream) => stream.writeStatements());
    expect(document(policy).Statement).to.have.length(1);
    expect(statementFor(policy, "kinesis:PutRecords").Action).not.to.include("kinesis:GetRecords");
  });

  it("registers consumers with fan-out of their own, whom their statements let subscribe", async () => {
    const fanOutConsumers = ["analytics", "audit"];
    const { resources, outputs } = await deploy(() => {
      const stream = new EventStream("events", { ...valid, fanOutConsumers });
      return {
        arns: stream.consumerArns,
        policy: policyDocument(stream.fanOutStatements()),
      };
    });
    const consumers = resources.filter(({ type }) => type.endsWith(":StreamConsumer"));
    expect(consumers.map(({ inputs }) => inputs["name"])).to.deep.equal(fanOutConsumers);
    const arns = [
      "arn:aws:test:us-east-1:123456789012:events-analytics",
      "arn:aws:test:us-east-1:123456789012:events-audit",
    ];
    expect(outputs["arns"]).to.deep.equal({ analytics: arns[0], audit: arns[1] });
    expect(statementFor(outputs["policy"], "kinesis:SubscribeToShard").Resource).to.deep.equal(
      arns,
    );
  });

  it("shares itself with roles of other accounts, and with readers the consumers that are theirs", async () => {
    const producer = "arn:aws:iam::210987654321:role/producer";
    const reader = "arn:aws:iam::210987654321:role/reader";
    const { resources, outputs } = await deploy(() => ({
      own: policyDocument(
        new EventStream("events", {
          ...valid,
          kmsKeyArn: "arn:key",
          fanOutConsumers: ["analytics"],
          readerConsumers: ["audit"],
          producerRoleArns: [producer],
          readerRoleArns: [reader],
        }).fanOutStatements(),
      ),
    }));
    const arn = "arn:aws:test:us-east-1:123456789012:events";
    expect(statementFor(outputs["own"], "kinesis:SubscribeToShard").Resource).to.deep.equal([
      `${arn}-analytics`,
    ]);
    const policies = resources.filter(({ type }) => type.endsWith(":ResourcePolicy"));
    expect(policies.map(({ inputs }) => inputs["resourceArn"])).to.deep.equal([
      arn,
      `${arn}-audit`,
    ]);
    const statements = policies.map(({ inputs }) => document(inputs["policy"]).Statement);
    const allowed = (principal: string, Resource: string, actions: string) => ({
      Effect: "Allow",
      Principal: { AWS: [principal] },
      Action: actions.split(" ").map((action) => `kinesis:${action}`),
      Resource: [Resource],
    });
    expect(statements).to.deep.equal([
      [
        allowed(producer, arn, "DescribeStreamSummary ListShards PutRecord PutRecords"),
        allowed(
          reader,
          arn,
          "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards",
        ),
      ],
      [allowed(reader, `${arn}-audit`, "DescribeStreamConsumer SubscribeToShard")],
    ]);
  });

  it("has no policy without such roles, and shares itself unencrypted as well", async () => {
    const policiesOf = async (args: EventStreamArgs) =>
      (await deploy(() => new EventStream("events", args))).ofType(
        "aws:kinesis/resourcePolicy:ResourcePolicy",
      ).length;
    expect(await policiesOf({ ...valid, fanOutConsumers: ["audit"] })).to.equal(0);
    const readerRoleArns = ["arn:aws:iam::210987654321:role/reader"];
    expect(await policiesOf({ ...valid, readerRoleArns, encryptAtRest: false })).to.equal(1);
  });

  it("lists roles that cannot be, and the AWS managed key that they cannot use", async () => {
    const message = await refusal(
      () =>
        new EventStream("events", {
          ...valid,
          fanOutConsumers: ["audit"],
          readerConsumers: ["audit"],
          producerRoleArns: ["arn:aws:iam::210987654321:root"],
        }),
    );
    expect(message.split("\n").slice(1)).to.deep.equal([
      '- producerRoleArns must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/analyst; got "arn:aws:iam::210987654321:root"',
      "- fanOutConsumers and readerConsumers must be 0 to 20 values that differ from each other; got audit, audit",
      "- producerRoleArns and readerRoleArns must be empty with the AWS managed key, which other accounts cannot use; got arn:aws:iam::210987654321:root. Set kmsKeyArn",
      "- readerConsumers must be empty without readerRoleArns; got audit",
    ]);
  });

  it("needs no statement for fan-out that it does not have", async () => {
    const { outputs } = await deploy(() => ({
      count: new EventStream("events", valid).fanOutStatements().length,
    }));
    expect(outputs["count"]).to.equal(0);
  });

  it("takes larger records, and is kept warm on demand", async () => {
    expect(await inputsOf({ ...valid, maxRecordSizeKiB: 10_240 })).to.include({
      maxRecordSizeInKib: 10_240,
    });
    expect(
      await inputsOf({ mode: "ON_DEMAND", retentionHours: 24, warmThroughputMiBps: 100 }),
    ).to.include({ warmThroughputMibPs: 100 });
    expect(await inputsOf(valid)).not.to.have.any.keys("maxRecordSizeInKib", "warmThroughputMibPs");
  });

  it("has the metrics for each shard that were asked for", async () => {
    expect((await inputsOf(valid))["shardLevelMetrics"]).to.have.length(7);
    expect(
      (await inputsOf({ ...valid, shardLevelMetrics: ["IncomingBytes"] }))["shardLevelMetrics"],
    ).to.deep.equal(["IncomingBytes"]);
    expect((await inputsOf({ ...valid, shardLevelMetrics: [] }))["shardLevelMetrics"]).to.be.empty;
  });

  it("leaves shards to an external scaler only while there are shards to scale", async () => {
    const ignored = async (args: EventStreamArgs) =>
      (await deploy(() => new EventStream("events", args))).one(streamType).ignoreChanges;
    expect(await ignored(valid)).to.deep.equal([]);
    expect(await ignored({ ...valid, scaledElsewhere: true })).to.deep.equal(["shardCount"]);
    expect(await ignored({ mode: "ON_DEMAND", retentionHours: 24 })).to.deep.equal([]);
  });

  it("lists what contradicts its mode, and consumers that cannot be", async () => {
    const message = await refusal(
      () =>
        new EventStream("events", {
          ...valid,
          maxRecordSizeKiB: 1023,
          warmThroughputMiBps: 10_241,
          fanOutConsumers: ["analytics", "analytics", "my job"],
        }),
    );
    expect(message.split("\n").slice(1)).to.deep.equal([
      "- maxRecordSizeKiB must be an integer from 1024 to 10240; got 1023",
      "- warmThroughputMiBps must be an integer from 1 to 10240; got 10241",
      "- warmThroughputMiBps must not be set with mode PROVISIONED, where the shard count is the throughput; got 10241",
      "- fanOutConsumers must be 0 to 20 values that differ from each other; got analytics, analytics, my job",
      '- fanOutConsumers must be 1 to 128 letters, digits, dots, hyphens and underscores; got "my job"',
    ]);
    expect(
      await refusal(
        () =>
          new EventStream("events", {
            mode: "ON_DEMAND",
            retentionHours: 24,
            scaledElsewhere: true,
          }),
      ),
    ).to.contain("scaledElsewhere must be left out in mode ON_DEMAND");
    const twentyOne = Array.from({ length: 21 }, (_, index) => `consumer-${index}`);
    expect(
      await refusal(() => new EventStream("events", { ...valid, fanOutConsumers: twentyOne })),
    ).to.contain("fanOutConsumers must be 0 to 20 values");
  });
});
