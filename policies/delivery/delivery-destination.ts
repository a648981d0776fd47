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
export function destinationOf(
  delivery: Delivery,
): { readonly path: string; readonly destination: Destination } | undefined {
  for (const path of blocks) {
    const destination = delivery[path];
    if (isPresent(destination)) {
      return { path, destination };
    }
  }
  return undefined;
}

/** Where a delivery stream says how much it collects. For Redshift that is the place in S3 that it copies from. */
export function bufferOf(delivery: Delivery):
  | {
      readonly path: string;
      readonly buffer: Pick<Destination, "bufferingSize" | "bufferingInterval">;
    }
  | undefined {
  const found = destinationOf(delivery);
  return found?.path === "redshiftConfiguration"
    ? {
        path: "redshiftConfiguration.s3Configuration",
        buffer: delivery.redshiftConfiguration?.s3Configuration ?? {},
      }
    : found && { path: found.path, buffer: found.destination };
}

/** Every place in S3 that a delivery stream writes to: the archive, backups and what another destination refused. */
export function s3Destinations(delivery: Delivery) {
  const { extendedS3Configuration: extended, redshiftConfiguration: redshift } = delivery;
  const others = blocks.filter((name) => name !== "extendedS3Configuration");
  return [
    { path: "extendedS3Configuration", destination: extended },
    {
      path: "extendedS3Configuration.s3BackupConfiguration",
      destination: extended?.s3BackupConfiguration,
    },
    ...others.map((name) => ({
      path: `${name}.s3Configuration`,
      destination: delivery[name]?.s3Configuration,
    })),
    {
      path: "redshiftConfiguration.s3BackupConfiguration",
      destination: redshift?.s3BackupConfiguration,
    },
  ].flatMap(({ path, destination }) => (isPresent(destination) ? [{ path, destination }] : []));
}
