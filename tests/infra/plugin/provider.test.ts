import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { declaredKeys } from "../../../infra/pipeline/config";
import { provider, schema } from "../../../infra/plugin/provider";
import { deploy } from "../../support/mocks";

interface PackageSchema {
  readonly name: string;
  readonly resources: Readonly<
    Record<
      string,
      {
        readonly isComponent: boolean;
        readonly inputProperties: Readonly<Record<string, Record<string, unknown>>>;
        readonly required: readonly string[];
      }
    >
  >;
}

describe("The schema of StreamingPipeline", () => {
  const { resources } = schema() as unknown as PackageSchema;
  const component = resources["streaming-pipeline:index:StreamingPipeline"];

  it("has each configuration key as a plain, described argument", () => {
    const inputs = component?.inputProperties ?? {};
    expect(Object.keys(inputs)).to.deep.equal(Object.keys(declaredKeys()));
    for (const [key, input] of Object.entries(inputs)) {
      expect(input, key).to.include({ plain: true });
      expect(input["description"], key).to.be.a("string").that.is.not.empty;
      expect(input["type"], key).to.be.oneOf(["string", "integer", "boolean", "array"]);
      if (input["type"] === "array") expect(input["items"], key).to.have.property("type");
    }
  });

  it("requires no argument, and promises its outputs", () => {
    expect(component).not.to.have.property("requiredInputs");
    expect(component?.required).to.include.members(["streamName", "dashboardsUrl"]);
  });
});

describe("The components of the provider", () => {
  const stream = { mode: "PROVISIONED", shardCount: 2, retentionHours: 24 };
  const construct = async (kind: string, args: object) => {
    const type = `streaming-pipeline:index:${kind}`;
    await provider.construct?.("orders", type, args, {});
  };
  const refusal = async (kind: string, args: object) => {
    try {
      await construct(kind, args);
    } catch (error) {
      return error instanceof Error ? error.message.split("\n") : [];
    }
    return [];
  };

  it("take null for an argument that is missing", async () => {
    const { resources } = await deploy(() =>
      construct("EventStream", { ...stream, fanOutConsumers: null, kmsKeyArn: null }),
    );
    expect(resources.map(({ type }) => type)).to.include("aws:kinesis/stream:Stream");
  });

  it("refuse outputs and secrets where a value must be known, also in a list", async () => {
    const [, shards] = await refusal("EventStream", { ...stream, shardCount: pulumi.output(2) });
    expect(shards).to.match(/^- shardCount must be known when the program runs/);
    const [, subscribers] = await refusal("StreamingPipeline", {
      alarmSubscribers: [pulumi.secret("operations@example.com")],
    });
    expect(subscribers).to.match(/^- alarmSubscribers must be known/);
  });

  it("refuse what the schema does not have, at any depth, in one list", async () => {
    expect(
      await refusal("DeliveryStream", {
        bufferMiB: "64",
        bufferSeconds: 300,
        keepsource: true,
        table: { tableName: "orders", schema: { properties: [] }, database_name: "shop" },
        partitions: [{ name: "day", query: null }, null, { name: ["zone"] }],
        kmsKeyArn: pulumi.output("arn"),
      }),
    ).to.deep.equal([
      'DeliveryStream "orders" has invalid arguments:',
      "- logRetentionDays is missing",
      '- bufferMiB must be a number; got "64"',
      "- keepsource is not an argument; did you mean keepSource?",
      "- table.databaseName is missing",
      "- table.description is missing",
      "- table.schema.properties must be an object; got array",
      "- table.database_name is not an argument; did you mean databaseName?",
      "- partitions.1 must be an object; got null",
      "- partitions.2.name must be a string; got array",
    ]);
    expect(await refusal("EncryptionKey", {})).to.include("- description is missing");
  });

  it("refuse an object that has none of its alternatives", async () => {
    const names = { streamName: "orders", streamArn: "arn", logRetentionDays: 30 };
    const ingestion = { ...names, eventSchema: {}, partitionKey: {}, requestsPerSecond: 1 };
    expect((await refusal("HttpIngestion", ingestion))[1]).to.match(
      /^- partitionKey must be a required property of the event schema.* got none$/,
    );
    const application = {
      code: {},
      codeBucketName: "code",
      codeBucketArn: "arn:aws:s3:::code",
      parallelism: 1,
      parallelismPerKpu: 1,
      checkpointIntervalSeconds: 60,
      vpcId: "vpc-0123456789abcdef0",
      subnetIds: [],
      statements: [],
      logRetentionDays: 30,
    };
    expect(await refusal("FlinkApplication", application)).to.deep.equal([
      'FlinkApplication "orders" has invalid arguments:',
      "- code must have path or key; got none",
    ]);
  });
});
