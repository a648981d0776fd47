import type * as aws from "@pulumi/aws";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";
import { type DestinationSecret, secretConfiguration } from "./destination-secret";
import type { BackedDelivery } from "./search-destination";

/**
 * An HTTP endpoint as the destination, of a provider or of one's own. The secret is `{ "api_key": … }`, which Firehose sends
 * as X-Amz-Firehose-Access-Key: https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
export interface HttpDestination extends DestinationSecret {
  /** Address that takes the requests, https only. */
  readonly url: string;
  /** Attributes of every request, by name, such as the stage. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Seconds for which a refused request is made again, 0 to 7,200. @default 300 */
  readonly retrySeconds?: number;
}

export function httpConfiguration(
  http: HttpDestination,
  { keepSource, ...delivery }: BackedDelivery,
): aws.types.input.kinesis.FirehoseDeliveryStreamHttpEndpointConfiguration {
  return {
    ...delivery,
    url: http.url,
    name: new URL(http.url).hostname,
    retryDuration: http.retrySeconds ?? 300,
    s3BackupMode: keepSource ? "AllData" : "FailedDataOnly",
    requestConfiguration: {
      contentEncoding: "GZIP",
      commonAttributes: Object.entries(http.attributes ?? {}).map(([name, value]) => ({
        name,
        value,
      })),
    },
    secretsManagerConfiguration: secretConfiguration(http, delivery.roleArn),
  };
}

export function checkHttp(http: HttpDestination, bufferMiB: number, problems: Problems): void {
  problems.check(http, { url: httpsUrl, retrySeconds: limits.deliveryRetrySeconds }, "http.");
  problems.integer("bufferMiB (with http)", bufferMiB, limits.deliveryHttpBufferMiB);
}

export const httpsUrl = {
  pattern: /^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[^\s?#]*)?$/,
  description: "an address such as https://example.com/events, without a query",
};
