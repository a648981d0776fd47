import { expect } from "chai";
import type { DeclaredResource } from "../../../../local/provider/data-plane";
import { deliverySettings } from "../../../../local/services/firehose/delivery-settings";
import { declared } from "../declared-resource";

function delivery(
  s3: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>> = {},
  outputs: Readonly<Record<string, unknown>> = {},
): DeclaredResource {
  return declared(
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    {
      name: "archive",
      destination: "extended_s3",
      kinesisSourceConfiguration: {
        kinesisStreamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/events",
      },
      extendedS3Configuration: { bucketArn: "arn:aws:s3:::trips", ...s3 },
      ...others,
    },
    outputs,
  );
}

describe("The settings of a delivery stream", () => {
  it("are the service's defaults where nothing is declared", () => {
    const { prefix, ...settings } = deliverySettings(delivery({}));
    expect(settings).to.deep.equal({
      name: "archive",
      arn: "",
      version: "1",
      streamName: "events",
      bucket: "trips",
      timeZone: "UTC",
      bufferBytes: 5 * 1024 * 1024,
      bufferMilliseconds: 300_000,
      compression: "UNCOMPRESSED",
      delimiter: "",
      fileExtension: "",
      partitioned: false,
    });
    const time = new Date("2026-01-02T03:00:00Z");
    expect(prefix.evaluate({ time, timeZone: "UTC" })).to.equal("2026/01/02/03/");
  });

  it("are what is declared", () => {
    const settings = deliverySettings(
      delivery(
        {
          bufferingSize: 1,
          bufferingInterval: 10,
          compressionFormat: "GZIP",
          customTimeZone: "Europe/Berlin",
          processingConfiguration: {
            enabled: true,
            processors: [{ type: "AppendDelimiterToRecord" }],
          },
        },
        {},
        { versionId: "3" },
      ),
    );
    expect(settings).to.include({
      version: "3",
      bufferBytes: 1024 * 1024,
      bufferMilliseconds: 10_000,
      compression: "GZIP",
      timeZone: "Europe/Berlin",
      delimiter: "\n",
      fileExtension: ".gz",
    });
  });

  it("take the delimiter that the processor names, and none while processing is switched off", () => {
    const processor = {
      type: "AppendDelimiterToRecord",
      parameters: [{ parameterName: "Delimiter", parameterValue: ";\\n" }],
    };
    const delimiter = (enabled: boolean): string =>
      deliverySettings(delivery({ processingConfiguration: { enabled, processors: [processor] } }))
        .delimiter;
    expect(delimiter(true)).to.equal(";\n");
    expect(delimiter(false)).to.equal("");
  });

  it("are the transform's, with the service's defaults where it says nothing", () => {
    const transform = (parameters: Readonly<Record<string, string>>) =>
      deliverySettings(
        delivery({
          processingConfiguration: {
            enabled: true,
            processors: [
              {
                type: "Lambda",
                parameters: Object.entries(parameters).map(([parameterName, parameterValue]) => ({
                  parameterName,
                  parameterValue,
                })),
              },
            ],
          },
        }),
      ).transform;
    expect(transform({ LambdaArn: "arn:f:1" })).to.deep.equal({
      functionArn: "arn:f:1",
      retries: 3,
      bufferBytes: 1024 * 1024,
      bufferMilliseconds: 60_000,
    });
    expect(
      transform({
        LambdaArn: "arn:f:1",
        NumberOfRetries: "0",
        BufferSizeInMBs: "3",
        BufferIntervalInSeconds: "10",
      }),
    ).to.deep.equal({
      functionArn: "arn:f:1",
      retries: 0,
      bufferBytes: 3 * 1024 * 1024,
      bufferMilliseconds: 10_000,
    });
  });

  it("are those of partitions, table and backup", () => {
    const { prefix, backup, ...settings } = deliverySettings(
      delivery({
        bufferingSize: 64,
        prefix: "events/zone=!{partitionKeyFromLambda:zone}/",
        errorOutputPrefix: "errors/",
        dynamicPartitioningConfiguration: { enabled: true },
        dataFormatConversionConfiguration: {
          outputFormatConfiguration: { serializer: { parquetSerDe: {} } },
          schemaConfiguration: { databaseName: "streaming", tableName: "trips" },
        },
        s3BackupMode: "Enabled",
        s3BackupConfiguration: {
          bucketArn: "arn:aws:s3:::source",
          prefix: "source/",
          compressionFormat: "GZIP",
        },
      }),
    );
    expect(settings).to.deep.include({
      partitioned: true,
      table: { database: "streaming", name: "trips" },
    });
    const context = { time: new Date(0), timeZone: "UTC", partitionKeys: { zone: "7" } };
    expect(prefix.evaluate(context)).to.equal("events/zone=7/");
    expect(prefix.evaluateError("processing-failed", context)).to.equal(
      "errors/processing-failed/1970/01/01/00/",
    );
    expect(backup).to.deep.include({ bucket: "source", compression: "GZIP", fileExtension: ".gz" });
  });

  it("list everything that cannot be done on this machine, or nowhere", () => {
    const resource = delivery(
      {
        compressionFormat: "Snappy",
        dataFormatConversionConfiguration: {
          outputFormatConfiguration: { serializer: { orcSerDe: {} } },
          schemaConfiguration: { databaseName: "streaming", tableName: "trips" },
        },
        processingConfiguration: { enabled: true, processors: [{ type: "MetadataExtraction" }] },
      },
      { destination: "splunk", mskSourceConfiguration: {} },
    );
    expect(() => deliverySettings(resource)).to.throw(
      /splunk[^]*MSK[^]*Snappy[^]*parquetSerDe[^]*must be UNCOMPRESSED[^]*at least 64[^]*processor MetadataExtraction/,
    );
  });

  it("have no stream where records are put", () => {
    const settings = deliverySettings(delivery({}, { kinesisSourceConfiguration: undefined }));
    expect(settings).not.to.have.property("streamName");
  });
});
