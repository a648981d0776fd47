import type { FirehoseDeliveryStreamArgs } from "@pulumi/aws/kinesis";
import type { Unwrap } from "@pulumi/pulumi";
import { isPresent } from "../engine/known";

export type Delivery = Unwrap<FirehoseDeliveryStreamArgs>;

/** Blocks of a delivery stream, one for each kind of destination. */
const blocks = [
  "extendedS3Configuration",
  "elasticsearchConfiguration",
  "httpEndpointConfiguration",
  "icebergConfiguration",
  "opensearchConfiguration",
  "opensearchserverlessConfiguration",
  "redshiftConfiguration",
  "snowflakeConfiguration",
  "splunkConfiguration",
] as const;

/** What the kinds of destination have in common. Not every kind has all of it. */
type Destination = Partial<
  Pick<
    NonNullable<Delivery["opensearchConfiguration"]>,
    | "bufferingSize"
    | "bufferingInterval"
    | "cloudwatchLoggingOptions"
    | "processingConfiguration"
    | "s3BackupMode"
  >
>;

/** The destination of a delivery stream and the name of its block; there is one. */
export function destinationOf(delivery: Delivery) {
  const path = blocks.find((name) => isPresent(delivery[name]));
  const destination: Destination | undefined = path && delivery[path];
  return path && destination && { path, destination };
}

/** Where a delivery stream says how much it collects. For Redshift that is the place in S3 that it copies from. */
export function bufferOf(
  delivery: Delivery,
): { readonly path: string; readonly buffer: Destination } | undefined {
  const { path, destination } = destinationOf(delivery) ?? {};
  return path === "redshiftConfiguration"
    ? { path: `${path}.s3Configuration`, buffer: delivery[path]?.s3Configuration ?? {} }
    : path && { path, buffer: destination ?? {} };
}

/** Every place in S3 that a delivery stream writes to: the archive, backups and what another destination refused. */
export function s3Destinations(delivery: Delivery) {
  const extended = "extendedS3Configuration";
  const redshift = "redshiftConfiguration";
  return [
    { path: extended, destination: delivery[extended] },
    ...blocks.map((name) => ({
      path: `${name}.s3Configuration`,
      destination: name === extended ? undefined : delivery[name]?.s3Configuration,
    })),
    ...([extended, redshift] as const).map((name) => ({
      path: `${name}.s3BackupConfiguration`,
      destination: delivery[name]?.s3BackupConfiguration,
    })),
  ].flatMap(({ path, destination }) => (isPresent(destination) ? [{ path, destination }] : []));
}
