import { checkBuffers } from "./args";
import type { ConfigReader } from "../core/config-reader";
import { limits } from "../core/limits";
import type { Problems } from "../core/validate";

/** How Firehose delivers the events of a stack. */
export interface DeliveryConfig {
  readonly bufferMiB: number;
  readonly bufferSeconds: number;
  readonly expirationDays: number;
  readonly keepSource: boolean;
}

/** How a stack keeps its archive. */
export interface ArchiveChoices {
  /** PARQUET: columns for Athena. JSON: gzipped lines as the producer wrote them. */
  readonly format: (typeof archiveFormats)[number];
  /** Folders by the partitions of the workload instead of by hour of arrival. */
  readonly partitioned: boolean;
}

const archiveFormats = ["PARQUET", "JSON"] as const;

export function readDelivery(read: ConfigReader): DeliveryConfig {
  return {
    bufferMiB: read.integer("deliveryBufferMiB", limits.deliveryBufferMiB),
    bufferSeconds: read.integer("deliveryBufferSeconds", limits.deliveryBufferSeconds),
    expirationDays: read.integer("archiveExpirationDays", limits.archiveExpirationDays),
    keepSource: read.boolean("archiveKeepSource"),
  };
}

export function readArchive(read: ConfigReader): ArchiveChoices {
  return {
    format: read.oneOf("archiveFormat", archiveFormats),
    partitioned: read.boolean("archivePartitioned"),
  };
}

/** What the format and the folders of the archive demand of the buffers. */
export function checkArchive(
  delivery: DeliveryConfig,
  archive: ArchiveChoices,
  read: ConfigReader,
  problems: Problems,
): void {
  const buffers = {
    ...delivery,
    table: archive.format === "PARQUET",
    partitions: archive.partitioned,
  };
  const keys = {
    bufferMiB: read.name("deliveryBufferMiB"),
    bufferSeconds: read.name("deliveryBufferSeconds"),
    table: `${read.name("archiveFormat")} PARQUET`,
    partitions: `${read.name("archivePartitioned")} true`,
  };
  checkBuffers(buffers, problems, (key) => keys[key]);
}
