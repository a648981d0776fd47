import { expect } from "chai";
import type { DeclaredResource } from "../../../local/provider/data-plane";
import { deliverySettings } from "../../../local/services/delivery-settings";
import { declared } from "./declared-resource";

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
      version: "1",
      streamName: "events",
      bucket: "trips",
      timeZone: "UTC",
      bufferBytes: 5 * 1024 * 1024,
      bufferMilliseconds: 300_000,
      compression: "UNCOMPRESSED",
      delimiter: "",
      fileExtension: "",
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

  it("list everything that cannot be done on this machine", () => {
    const resource = delivery(
      {
        compressionFormat: "Snappy",
        dynamicPartitioningConfiguration: { enabled: true },
        dataFormatConversionConfiguration: {},
        s3BackupMode: "Enabled",
        processingConfiguration: { enabled: true, processors: [{ type: "Lambda" }] },
      },
      { destination: "splunk", kinesisSourceConfiguration: undefined },
    );
    expect(() => deliverySettings(resource)).to.throw(
      /splunk[^]*kinesisSourceConfiguration[^]*Snappy[^]*dynamicPartitioning[^]*dataFormatConversion[^]*s3BackupMode[^]*processor Lambda/,
    );
  });

  it("name the property whose value is of no use", () => {
    expect(() => deliverySettings(delivery({ bufferingSize: "5" }))).to.throw(
      'FirehoseDeliveryStream "thing" extendedS3Configuration: bufferingSize must be a number; got "5"',
    );
  });
});
