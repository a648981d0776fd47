import { FirehoseDeliveryStream as Firehose } from "@pulumi/aws/kinesis";
import { bufferOf, type Delivery, destinationOf } from "./delivery-destination";
import { isPresent, reference } from "../engine/known";
import { resourcePolicy } from "../engine/policy";
import { mustBe, within } from "../engine/violation";

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
    const service = withoutObjects[path];
    const leastMiB = needsLargeBuffer(delivery) ? Math.max(limits.minMiB, 64) : limits.minMiB;
    const mib = service
      ? ([1, Math.min(limits.maxMiB, service[0])] as const)
      : ([leastMiB, limits.maxMiB] as const);
    const seconds = service
      ? ([0, Math.min(limits.maxSeconds, service[1])] as const)
      : ([limits.minSeconds, limits.maxSeconds] as const);
    const sizeFact = `${path}.bufferingSize is ${isPresent(size) ? `${size} MiB` : "not set"}`;
    yield* within(size, mib, sizeFact, "MiB");
    const time = isPresent(interval) ? `${interval} seconds` : "not set";
    const timeFact = `${path}.bufferingInterval is ${time}`;
    yield* within(interval, seconds, timeFact, "seconds");
  },
});

export const deliveryErrorPrefix = resourcePolicy("firehose-delivery-error-prefix", Firehose, {
  *check(delivery) {
    const s3 = delivery.extendedS3Configuration;
    if (!isPresent(s3)) {
      return;
    }
    const { errorOutputPrefix = "", prefix = "" } = s3;
    if (errorOutputPrefix === "") {
      yield { fact: "extendedS3Configuration.errorOutputPrefix is not set" };
    } else if (prefix === errorOutputPrefix) {
      yield {
        fact: `extendedS3Configuration.errorOutputPrefix is ${errorOutputPrefix}, like prefix`,
      };
    }
  },
});

export const deliveryBackup = resourcePolicy("firehose-delivery-backup", Firehose, {
  *check(delivery, { requireSourceBackup }) {
    const found = destinationOf(delivery);
    const mode = found?.destination.s3BackupMode;
    if (!found) {
      yield {
        fact: "no block for the destination is set",
        limit: "a delivery stream must say where to",
      };
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
    if (options?.enabled !== true) {
      yield* mustBe(`${path}.cloudwatchLoggingOptions.enabled`, options?.enabled, true);
      return;
    }
    for (const name of ["logGroupName", "logStreamName"]) {
      if (!reference(options, name).set) {
        yield { fact: `${path}.cloudwatchLoggingOptions.${name} is not set` };
      }
    }
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
