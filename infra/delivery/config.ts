import { checkBuffers } from "./args";
import type { ConfigReader } from "../core/config-reader";
import { limits } from "../core/limits";

/** How Firehose delivers the events of a stack. */
export type DeliveryConfig = ReturnType<typeof readDelivery>;

/** How a stack keeps its archive. */
export type ArchiveChoices = ReturnType<typeof readArchive>;

export function readDelivery(read: ConfigReader) {
  return {
    bufferMiB: read.integer("deliveryBufferMiB", limits.deliveryBufferMiB),
    bufferSeconds: read.integer("deliveryBufferSeconds", limits.deliveryBufferSeconds),
    expirationDays: read.integer("archiveExpirationDays", limits.archiveExpirationDays),
    keepSource: read.boolean("archiveKeepSource"),
  };
}

export function readArchive(read: ConfigReader) {
  return {
    /** PARQUET: columns for Athena. JSON: gzipped lines as the producer wrote them. */
    format: read.oneOf("archiveFormat", ["PARQUET", "JSON"]),
    /** Folders by the partitions of the workload instead of by hour of arrival. */
    partitioned: read.boolean("archivePartitioned"),
  };
}

/** What the format and the folders of the archive demand of the buffers. */
export function checkArchive(
  delivery: DeliveryConfig,
  { format, partitioned: partitions }: ArchiveChoices,
  read: ConfigReader,
): void {
  const keys = {
    bufferMiB: read.name("deliveryBufferMiB"),
    bufferSeconds: read.name("deliveryBufferSeconds"),
    table: `${read.name("archiveFormat")} PARQUET`,
    partitions: `${read.name("archivePartitioned")} true`,
  };
  const buffers = { ...delivery, table: format === "PARQUET", partitions };
  checkBuffers(buffers, read.problems, (key) => keys[key]);
}
