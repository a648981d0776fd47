import { FirehoseDeliveryStream as Firehose } from "@pulumi/aws/kinesis";
import { bufferOf, type Delivery, destinationOf } from "./delivery-destination";
import { isPresent } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { firstOf, mustBe, mustBeSet, within } from "../engine/violation";

/**
 * The largest buffers that Firehose takes for destinations without objects, in MiB and seconds; the smallest are 1 MiB and
 * 0 seconds. Each has a page of its own, such as
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_SplunkBufferingHints.html, and likewise
 * ElasticsearchBufferingHints, HttpEndpointBufferingHints, AmazonopensearchserviceBufferingHints,
 * AmazonOpenSearchServerlessBufferingHints and SnowflakeBufferingHints.
 */
const withoutObjects: Readonly<Record<string, readonly [mib: number, seconds: number]>> = {
  elasticsearchConfiguration: [100, 900],
  httpEndpointConfiguration: [64, 900],
  opensearchConfiguration: [100, 900],
  opensearchserverlessConfiguration: [100, 900],
  snowflakeConfiguration: [128, 900],
  splunkConfiguration: [5, 60],
};

export const deliveryBuffering = resourcePolicy("firehose-delivery-buffering", Firehose, {
  *check(delivery, limits) {
    const found = bufferOf(delivery);
    if (!found) {
      return;
    }
    const { path, buffer } = found;
    const { bufferingSize: size, bufferingInterval: interval } = buffer;
    const { minMiB, maxMiB, minSeconds, maxSeconds } = limits;
    const [mib = maxMiB, seconds = maxSeconds] = withoutObjects[path] ?? [];
    const leastMiB = needsLargeBuffer(delivery) ? Math.max(minMiB, 64) : minMiB;
    const [least, leastSeconds] = withoutObjects[path] ? [1, 0] : [leastMiB, minSeconds];
    const sizeFact = `${path}.bufferingSize is ${isPresent(size) ? `${size} MiB` : "not set"}`;
    yield* within(size, [least, Math.min(maxMiB, mib)], sizeFact, "MiB");
    const time = isPresent(interval) ? `${interval} seconds` : "not set";
    const range = [leastSeconds, Math.min(maxSeconds, seconds)] as const;
    yield* within(interval, range, `${path}.bufferingInterval is ${time}`, "seconds");
  },
});

export const deliveryErrorPrefix = resourcePolicy("firehose-delivery-error-prefix", Firehose, {
  *check(delivery) {
    const s3 = delivery.extendedS3Configuration;
    if (isPresent(s3)) {
      const { errorOutputPrefix = "", prefix = "" } = s3;
      yield* mustBeSet(s3, "errorOutputPrefix", "extendedS3Configuration");
      if (errorOutputPrefix !== "" && prefix === errorOutputPrefix) {
        yield `extendedS3Configuration.errorOutputPrefix is ${errorOutputPrefix}, like prefix`;
      }
    }
  },
});

export const deliveryBackup = resourcePolicy("firehose-delivery-backup", Firehose, {
  *check(delivery, { requireSourceBackup }) {
    const found = destinationOf(delivery);
    const mode = found?.destination.s3BackupMode;
    if (!found) {
      const limit = "a delivery stream must say where to";
      yield { fact: "no block for the destination is set", limit };
    } else if (
      requireSourceBackup &&
      isTransformed(delivery) &&
      !keepsSource(mode) &&
      found.path !== keepsFailuresAlone
    ) {
      yield {
        fact: `${found.path}.s3BackupMode is ${mode ?? "not set"}`,
        limit: "records that a function changes must be kept as they came",
      };
    } else if (!mode && !staysInS3.includes(found.path)) {
      yield {
        fact: `${found.path}.s3BackupMode is not set`,
        limit: "records that are refused must be kept",
      };
    }
  },
});

/** It can back up what it could not deliver and nothing else: https://docs.aws.amazon.com/firehose/latest/APIReference/API_IcebergDestinationConfiguration.html */
const keepsFailuresAlone = "icebergConfiguration";

/** Destinations whose records are in S3 anyway, Redshift's before they are copied. */
const staysInS3 = ["extendedS3Configuration", "redshiftConfiguration"];

/** Whether a mode keeps all records as they came: Enabled for S3 and Redshift, AllDocuments and the like for others. */
function keepsSource(mode: string | undefined): boolean {
  return mode === "Enabled" || mode?.startsWith("All") === true;
}

export const deliveryLogging = resourcePolicy("firehose-delivery-logging", Firehose, {
  *check(delivery) {
    const { path = "destination", destination } = destinationOf(delivery) ?? {};
    const options = destination?.cloudwatchLoggingOptions;
    const block = `${path}.cloudwatchLoggingOptions`;
    yield* firstOf(mustBe(`${block}.enabled`, options?.enabled, true), [
      ...mustBeSet(options, "logGroupName", block),
      ...mustBeSet(options, "logStreamName", block),
    ]);
  },
});

function needsLargeBuffer({ extendedS3Configuration: s3 }: Delivery): boolean {
  return (
    s3?.dynamicPartitioningConfiguration?.enabled === true ||
    // Conversion is on unless it is switched off.
    (isPresent(s3?.dataFormatConversionConfiguration) &&
      s3.dataFormatConversionConfiguration.enabled !== false)
  );
}

function isTransformed(delivery: Delivery): boolean {
  const processing = destinationOf(delivery)?.destination.processingConfiguration;
  return (
    processing?.enabled !== false &&
    (processing?.processors ?? []).some(({ type }) => type === "Lambda")
  );
}
