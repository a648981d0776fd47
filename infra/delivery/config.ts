import type { ConfigReader } from "../core/config-reader";
import { type ArchiveChoices, archiveFormats } from "./workloads";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";

/** How Firehose delivers the events of a stack. */
export interface DeliveryConfig {
  readonly bufferMiB: number;
  readonly bufferSeconds: number;
  readonly expirationDays: number;
  readonly keepSource: boolean;
}

export function readDelivery(read: ConfigReader): DeliveryConfig {
  return {
    bufferMiB: read.integer("deliveryBufferMiB", limits.deliveryBufferMiB),
    bufferSeconds: read.integer("deliveryBufferSeconds", limits.deliveryBufferSeconds),
    expirationDays: read.integer("archiveExpirationDays", limits.archiveExpirationDays),
    keepSource: read.boolean("archiveKeepSource"),
  };
}

/** @param stack - name of the stack, which makes the name of the Glue database. */
export function readArchive(read: ConfigReader, stack: string): ArchiveChoices {
  return {
    format: read.oneOf("archiveFormat", archiveFormats),
    partitioned: read.boolean("archivePartitioned"),
    databaseName: `streaming_${stack.replaceAll("-", "_").toLowerCase()}`,
  };
}

/** Firehose collects more before it writes columns or sorts into folders. */
export function checkArchive(
  delivery: DeliveryConfig,
  archive: ArchiveChoices,
  read: ConfigReader,
  problems: Problems,
): void {
  const reason = [
    ...(archive.format === "PARQUET" ? [`${read.name("archiveFormat")} PARQUET`] : []),
    ...(archive.partitioned ? [`${read.name("archivePartitioned")} true`] : []),
  ].join(" and ");
  const { min } = limits.deliveryLargeBufferMiB;
  problems.require(
    reason === "" || !(delivery.bufferMiB < min),
    `${read.name("deliveryBufferMiB")} must be at least ${min} with ${reason}; got ${delivery.bufferMiB}`,
  );
  const { min: seconds } = limits.deliveryPartitionSeconds;
  problems.require(
    !archive.partitioned || !(delivery.bufferSeconds < seconds),
    `${read.name("deliveryBufferSeconds")} must be at least ${seconds} with ${read.name("archivePartitioned")} true; got ${delivery.bufferSeconds}`,
  );
}
