import type * as aws from "@pulumi/aws";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";
import { type DestinationSecret, secretConfiguration } from "./destination-secret";
import { httpsUrl } from "./http-destination";
import type { BackedDelivery } from "./search-destination";

/**
 * Splunk's HTTP event collector as the destination, with indexer acknowledgement. The secret is `{ "hec_token": … }`:
 * https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html#create-destination-splunk
 */
export interface SplunkDestination extends DestinationSecret {
  /** Address of the collector, https only. */
  readonly url: string;
  /** Raw takes any text, Event takes JSON with metadata. @default Raw */
  readonly kind?: (typeof splunkKinds)[number];
  /** Seconds to wait for an acknowledgement, 180 to 600. @default 180 */
  readonly acknowledgementSeconds?: number;
  /** Seconds for which a refused request is made again, 0 to 7,200. @default 300 */
  readonly retrySeconds?: number;
}

export const splunkKinds = ["Raw", "Event"] as const;

export function splunkConfiguration(
  splunk: SplunkDestination,
  { keepSource, roleArn, ...delivery }: BackedDelivery,
): aws.types.input.kinesis.FirehoseDeliveryStreamSplunkConfiguration {
  return {
    ...delivery,
    hecEndpoint: splunk.url,
    hecEndpointType: splunk.kind ?? "Raw",
    hecAcknowledgmentTimeout: splunk.acknowledgementSeconds ?? 180,
    retryDuration: splunk.retrySeconds ?? 300,
    s3BackupMode: keepSource ? "AllEvents" : "FailedEventsOnly",
    secretsManagerConfiguration: secretConfiguration(splunk, roleArn),
  };
}

export function checkSplunk(
  splunk: SplunkDestination,
  { bufferMiB, bufferSeconds }: { readonly bufferMiB: number; readonly bufferSeconds: number },
  problems: Problems,
): void {
  const rules = {
    url: httpsUrl,
    kind: splunkKinds,
    acknowledgementSeconds: limits.splunkAcknowledgementSeconds,
    retrySeconds: limits.deliveryRetrySeconds,
  };
  problems.check(splunk, rules, "splunk.");
  problems.integer("bufferMiB (with splunk)", bufferMiB, limits.deliverySplunkBufferMiB);
  problems.integer(
    "bufferSeconds (with splunk)",
    bufferSeconds,
    limits.deliverySplunkBufferSeconds,
  );
}
