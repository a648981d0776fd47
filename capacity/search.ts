import type { Load } from "./load";

export type SearchPlan = ReturnType<typeof planSearch>;

/** Parts of a disk and an index that hold no documents: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-storage.html */
const overheads = { index: 0.1, operatingSystem: 0.05, service: 0.2 } as const;

/** GiB of a shard at which searches are fast, of 10 to 30: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-sharding.html */
const shardGibibytes = 30;

/** GiB of storage per size large, AWS's starting point for documents that change often: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-instances.html */
const gibibytesPerLarge = 100;

/** Sizes from a large, each twice the one before, so that a larger load never costs less. */
const sizes = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"];

const family = "r7g";

/** Nodes above which the next size is taken: fewer nodes have less to tell each other. */
const comfortableNodes = 10;

/** Zones of a domain: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html */
const zones = 3;

/** GiB of the smallest volume: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
const minVolumeGibibytes = 10;

/** Memory that masters need, by data nodes: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html */
const masterTypes = [
  { upToNodes: 10, type: "m7g.large.search" },
  { upToNodes: 30, type: "r7g.large.search" },
  { upToNodes: 75, type: "r7g.xlarge.search" },
  { upToNodes: Infinity, type: "r7g.2xlarge.search" },
] as const;

/** GiB of disk for documents: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-storage.html */
export function storageGibibytes(sourceGibibytes: number, replicas: number): number {
  const { index, operatingSystem, service } = overheads;
  return (sourceGibibytes * (1 + replicas) * (1 + index)) / (1 - operatingSystem) / (1 - service);
}

/** Primary shards for documents: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-sharding.html */
export function primaryShards(sourceGibibytes: number): number {
  return Math.max(1, Math.ceil((sourceGibibytes * (1 + overheads.index)) / shardGibibytes));
}

/** Nodes that hold this much, in three zones, with dedicated masters. */
export function nodesFor(gibibytes: number) {
  const countOf = (size: number): number =>
    zones * Math.max(1, Math.ceil(gibibytes / (2 ** size * gibibytesPerLarge) / zones));
  const fitting = sizes.findIndex((_, size) => countOf(size) <= comfortableNodes);
  const size = fitting < 0 ? sizes.length - 1 : fitting;
  const dataNodes = countOf(size);
  const master = masterTypes.find(({ upToNodes }) => dataNodes <= upToNodes) ?? masterTypes[3];
  return {
    instanceType: `${family}.${sizes[size] ?? ""}.search`,
    /** The same number in each of three zones. */
    dataNodes,
    volumeGibibytes: Math.max(minVolumeGibibytes, Math.ceil(gibibytes / dataNodes)),
    masterType: master.type,
    // Two of them are a quorum when one is lost.
    masters: 3,
  };
}

export function planSearch(load: Load) {
  const { recordsPerSecond, documentsPerRecord, documentBytes, indexDays, replicas } = load;
  const bytes = recordsPerSecond * documentsPerRecord * documentBytes * indexDays * 86_400;
  const sourceGibibytes = bytes / 1024 ** 3;
  const storage = storageGibibytes(sourceGibibytes, replicas);
  return {
    sourceGibibytes,
    /** GiB of disk that they need, replicas and overheads included. */
    storageGibibytes: storage,
    /** Primary shards of the indices of one day. */
    indexShards: primaryShards(sourceGibibytes / indexDays),
    ...nodesFor(storage),
  };
}
