import path from "node:path";
import { expect } from "chai";
import { DeliveryStream, type DeliveryStreamArgs } from "../../../infra/delivery/delivery-stream";
import { allow } from "../../../infra/core/iam";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, statementFor } from "../policy-documents";

const firehoseType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const roleArn = "arn:aws:test:us-east-1:123456789012:archive-role";
const errorOutputPrefix =
  "errors/!{firehose:error-output-type}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/";
const byHour =
  "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";
const versionArn = "arn:aws:test:us-east-1:123456789012:archive-transform:1";
const logging = (stream: string) => ({
  enabled: true,
  logGroupName: "archive-logs",
  logStreamName: stream,
});

const valid: DeliveryStreamArgs = {
  source: {
    streamArn: "arn:stream",
    statements: [allow(["kinesis:GetRecords"], ["arn:stream"])],
  },
  bufferMiB: 64,
  bufferSeconds: 300,
  expirationDays: 30,
  logRetentionDays: 7,
};
const transform = { entryPath: path.join(__dirname, "../fixtures/greeting.ts") };
const table = {
  databaseName: "streaming_dev",
  tableName: "trips",
  description: "Trips",
  schema: { properties: { id: { type: "string" }, borough: { type: "string" } } },
};
const search = {
  domainArn: "arn:domain",
  indexName: "raw",
  subnetIds: ["subnet-a"],
  securityGroupIds: ["sg-clients"],
};

function archive(changes: Partial<DeliveryStreamArgs> = {}) {
  return deploy(() => {
    new DeliveryStream("archive", { ...valid, ...changes });
  });
}

async function s3(changes: Partial<DeliveryStreamArgs> = {}) {
  const { inputs } = (await archive(changes)).one(firehoseType);
  return inputs["extendedS3Configuration"] as Readonly<Record<string, unknown>>;
}

describe("DeliveryStream", () => {
  it("reads the stream and writes gzipped JSON lines by hour, and failures apart", async () => {
    const { inputs } = (await archive()).one(firehoseType);
    expect(inputs).to.deep.equal({
      destination: "extended_s3",
      kinesisSourceConfiguration: { kinesisStreamArn: "arn:stream", roleArn },
      extendedS3Configuration: {
        bucketArn: "arn:aws:test:us-east-1:123456789012:archive",
        roleArn,
        bufferingSize: 64,
        bufferingInterval: 300,
        compressionFormat: "GZIP",
        prefix: `events/${byHour}`,
        errorOutputPrefix,
        cloudwatchLoggingOptions: logging("archive-logs"),
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

  describe("as a direct put", () => {
    const direct = { source: undefined };

    it("encrypts what is put, with the key it is given or one of AWS's own", async () => {
      const encryption = async (changes: Partial<DeliveryStreamArgs>) =>
        (await archive({ ...direct, ...changes })).one(firehoseType).inputs["serverSideEncryption"];
      expect(await encryption({})).to.deep.equal({ enabled: true, keyType: "AWS_OWNED_CMK" });
      expect(await encryption({ kmsKeyArn: "arn:key" })).to.deep.equal({
        enabled: true,
        keyType: "CUSTOMER_MANAGED_CMK",
        keyArn: "arn:key",
      });
      expect(await encryption({ encryptAtRest: false })).to.equal(undefined);
    });

    it("has no source, and tells what a caller needs", async () => {
      const { outputs, ...deployment } = await deploy(() => ({
        statements: new DeliveryStream("archive", {
          ...valid,
          ...direct,
          kmsKeyArn: "arn:key",
        }).putStatements(),
      }));
      const [firehose] = deployment.resources.filter(({ type }) => type === firehoseType);
      expect(firehose?.inputs).not.to.have.property("kinesisSourceConfiguration");
      expect(outputs["statements"]).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["firehose:PutRecord", "firehose:PutRecordBatch"],
          Resource: ["arn:aws:test:us-east-1:123456789012:archive"],
        },
        {
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: ["arn:key"],
          Condition: { StringEquals: { "kms:ViaService": "firehose.us-east-1.amazonaws.com" } },
        },
      ]);
    });
  });

  describe("with a transform", () => {
    it("hands records to the published version, and says only what is not the service's default", async () => {
      const { processingConfiguration } = await s3({
        transform: { ...transform, retries: 3, bufferMiB: 1, bufferSeconds: 60 },
      });
      expect(processingConfiguration).to.deep.equal({
        enabled: true,
        processors: [
          {
            type: "Lambda",
            parameters: [{ parameterName: "LambdaArn", parameterValue: versionArn }],
          },
          { type: "AppendDelimiterToRecord" },
        ],
      });
    });

    it("says what differs from the service's defaults", async () => {
      const { processingConfiguration } = await s3({
        transform: { ...transform, retries: 5, bufferMiB: 3, bufferSeconds: 10 },
      });
      expect(processingConfiguration)
        .to.have.nested.property("processors[0].parameters")
        .that.deep.includes.members([
          { parameterName: "NumberOfRetries", parameterValue: "5" },
          { parameterName: "BufferSizeInMBs", parameterValue: "3" },
          { parameterName: "BufferIntervalInSeconds", parameterValue: "10" },
        ]);
    });

    it("may call its own function and no other", async () => {
      const deployment = await archive({ transform });
      const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy", "archive-role").inputs;
      const arn = "arn:aws:test:us-east-1:123456789012:archive-transform";
      expect(statementFor(policy, "lambda:InvokeFunction").Resource).to.deep.equal([
        arn,
        `${arn}:*`,
      ]);
      expect(deployment.one("aws:lambda/function:Function").inputs).to.include({ timeout: 60 });
    });
  });

  describe("with partitions", () => {
    it("makes folders of the transform's keys", async () => {
      const configuration = await s3({
        transform,
        partitions: [{ name: "day" }, { name: "borough" }],
      });
      expect(configuration).to.deep.include({
        prefix:
          "events/day=!{partitionKeyFromLambda:day}/borough=!{partitionKeyFromLambda:borough}/",
        errorOutputPrefix,
        dynamicPartitioningConfiguration: { enabled: true },
      });
    });

    it("makes folders of what queries find", async () => {
      const configuration = await s3({
        partitions: [
          { name: "day", query: ".time[0:10]" },
          { name: "symbol", query: ".symbol" },
        ],
      });
      expect(configuration).to.include({
        prefix: "events/day=!{partitionKeyFromQuery:day}/symbol=!{partitionKeyFromQuery:symbol}/",
      });
      expect(configuration["processingConfiguration"]).to.deep.equal({
        enabled: true,
        processors: [
          {
            type: "MetadataExtraction",
            parameters: [
              { parameterName: "JsonParsingEngine", parameterValue: "JQ-1.6" },
              {
                parameterName: "MetadataExtractionQuery",
                parameterValue: "{day:.time[0:10],symbol:.symbol}",
              },
            ],
          },
          { type: "AppendDelimiterToRecord" },
        ],
      });
    });
  });

  describe("with a table", () => {
    it("writes Parquet with the table's columns, without a compression around it", async () => {
      const deployment = await archive({ table });
      const configuration = deployment.one(firehoseType).inputs["extendedS3Configuration"];
      expect(configuration).to.deep.include({
        compressionFormat: "UNCOMPRESSED",
        fileExtension: ".parquet",
        dataFormatConversionConfiguration: {
          enabled: true,
          inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
          outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
          schemaConfiguration: {
            databaseName: "streaming_dev",
            tableName: "trips",
            roleArn,
            region: "us-east-1",
          },
        },
      });
      expect(configuration).not.to.have.property("processingConfiguration");
      const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
      expect(statementFor(policy, "glue:GetTableVersions").Resource).to.deep.equal([
        "arn:aws:glue:us-east-1:123456789012:catalog",
        "arn:aws:glue:us-east-1:123456789012:database/streaming_dev",
        "arn:aws:glue:us-east-1:123456789012:table/streaming_dev/trips",
      ]);
    });
  });

  it("keeps records as they came where that is asked for", async () => {
    expect(await s3({ keepSource: true })).to.deep.include({
      s3BackupMode: "Enabled",
      s3BackupConfiguration: {
        bucketArn: "arn:aws:test:us-east-1:123456789012:archive",
        roleArn,
        bufferingSize: 64,
        bufferingInterval: 300,
        compressionFormat: "GZIP",
        prefix: `source/${byHour}`,
        errorOutputPrefix,
        cloudwatchLoggingOptions: logging("archive-backup-logs"),
      },
    });
  });

  it("gives the backup the time that it needs where the destination takes none", async () => {
    const { bufferingInterval, s3BackupConfiguration } = await s3({
      keepSource: true,
      bufferSeconds: 0,
    });
    expect(bufferingInterval).to.equal(0);
    expect(s3BackupConfiguration).to.include({ bufferingInterval: 60 });
  });

  describe("with a search destination", () => {
    it("indexes with ids of its own and backs up what the index refuses", async () => {
      const deployment = await archive({ search, transform });
      const { inputs } = deployment.one(firehoseType);
      expect(inputs).to.include({ destination: "opensearch" });
      expect(inputs).not.to.have.property("extendedS3Configuration");
      expect(inputs["opensearchConfiguration"]).to.deep.include({
        domainArn: "arn:domain",
        indexName: "raw",
        indexRotationPeriod: "NoRotation",
        retryDuration: 300,
        documentIdOptions: { defaultDocumentIdFormat: "FIREHOSE_DEFAULT" },
        s3BackupMode: "FailedDocumentsOnly",
        vpcConfig: { subnetIds: ["subnet-a"], securityGroupIds: ["sg-clients"], roleArn },
      });
      // Documents are not joined: a line break between them would be one too many.
      expect(inputs)
        .to.have.nested.property("opensearchConfiguration.processingConfiguration.processors")
        .that.has.length(1);
      const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy", "archive-role").inputs;
      expect(statementFor(policy, "es:ESHttpPost").Resource).to.deep.equal([
        "arn:domain/_bulk",
        "arn:domain/raw*",
      ]);
    });

    it("backs up everything where the source is kept", async () => {
      const { inputs } = (await archive({ search, keepSource: true })).one(firehoseType);
      expect(inputs).to.have.nested.property(
        "opensearchConfiguration.s3BackupMode",
        "AllDocuments",
      );
    });
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

  it("lists every contradiction", async () => {
    expect(
      await refusal(
        () =>
          new DeliveryStream("archive", {
            ...valid,
            bufferMiB: 63,
            bufferSeconds: 59,
            partitions: [{ name: "Day" }, { name: "zone", query: ".zone" }],
            table: { ...table, tableName: "my-trips", schema: {}, partitions: [] },
            search: { ...search, securityGroupIds: [], retrySeconds: 7201 },
          }),
      ),
    ).to.equal(
      [
        'DeliveryStream "archive" has invalid arguments:',
        "- bufferMiB must be at least 64 with table and partitions; got 63",
        "- bufferSeconds must be at least 60 with partitions; got 59",
        '- A partition\'s name must be 1 to 128 lower-case letters, digits and underscores that do not begin with a digit; got "Day"',
        "- partition Day has no value: give it a query, or a transform that returns it",
        '- table.tableName must be 1 to 128 lower-case letters, digits and underscores that do not begin with a digit; got "my-trips"',
        "- table.schema: properties must not be empty: they become columns",
        "- table.partitions must be the partitions of the archive, Day, zone; got none",
        "- search excludes table and partitions, which the bucket alone has; leave them out or deliver twice",
        "- search.retrySeconds must be an integer from 0 to 7200; got 7201",
        "- The number of search.securityGroupIds must be an integer from 1 to 5; got 0",
      ].join("\n"),
    );
  });

  it("lists what is wrong with a transform", async () => {
    expect(
      await refusal(
        () =>
          new DeliveryStream("archive", {
            ...valid,
            transform: {
              ...transform,
              timeoutSeconds: 301,
              bufferMiB: 4,
              bufferSeconds: 901,
              retries: 301,
            },
          }),
      ),
    ).to.match(
      /timeoutSeconds .* 1 to 300; got 301\n.*bufferMiB .* 1 to 3; got 4\n.*bufferSeconds .* 0 to 900; got 901\n.*retries .* 0 to 300; got 301$/,
    );
  });
});
