import type * as pulumi from "@pulumi/pulumi";
import { present } from "../core/present";
import {
  type Alarm,
  alarm,
  type Idle,
  incomingRecords,
  reading,
  readingsOf,
  stopped,
} from "../watch/alarm";
import type { MetricName } from "../watch/metrics";
import { snapshotFilter } from "./snapshots";
import { graph, linesOf, type Section } from "../watch/widgets";

/** A search domain to be watched. */
export interface WatchedDomain {
  readonly name: pulumi.Input<string>;
  /** The account, which is a dimension of every metric of a domain. */
  readonly accountId: pulumi.Input<string>;
  readonly dataNodes: number;
  readonly dedicatedMasters: number;
  /** UltraWarm nodes. @default 0 */
  readonly warmNodes?: number;
  /** GiB of each data node. */
  readonly volumeGiB: number;
  /** Bucket of daily snapshots, such as that of a `SearchSnapshots`. @default none */
  readonly snapshotBucketName?: pulumi.Input<string> | undefined;
  /** Data is encrypted with a customer managed key. @default false */
  readonly customerKey?: boolean;
}

/** Share of a node's volume that has to be free: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html */
const freeStorageShare = 0.25;

const dimensionsOf = ({ name, accountId }: WatchedDomain) => ({
  DomainName: name,
  ClientId: accountId,
});

/** Is the domain whole, has it room, and does it take documents? */
export function domainAlarms(domain: WatchedDomain): Alarm[] {
  const { dataNodes, dedicatedMasters, warmNodes = 0, volumeGiB, snapshotBucketName } = domain;
  const read = readingsOf("domain", dimensionsOf(domain));
  /** What a metric that counts from the start of the node has grown by. */
  const growth = (metric: MetricName<"domain">, what: string): Alarm["value"] => ({
    expression: "DIFF(rejected)",
    label: `rejected ${what}`,
    readings: { rejected: read(metric, "Sum") },
  });
  return present(
    alarm("domain-red", read("ClusterStatus.red", "Maximum")),
    alarm("domain-yellow", read("ClusterStatus.yellow", "Maximum")),
    alarm("domain-nodes", read("Nodes", "Minimum"), {
      threshold: dataNodes + dedicatedMasters + warmNodes,
    }),
    alarm("domain-storage", read("FreeStorageSpace", "Minimum"), {
      threshold: freeStorageShare * volumeGiB * 1024,
    }),
    alarm("domain-writes-blocked", read("ClusterIndexWritesBlocked", "Maximum")),
    alarm("domain-snapshot", read("AutomatedSnapshotFailure", "Maximum")),
    alarm("domain-cpu", read("CPUUtilization", "Maximum")),
    alarm("domain-memory", read("JVMMemoryPressure", "Maximum")),
    alarm("domain-old-memory", read("OldGenJVMMemoryPressure", "Maximum")),
    alarm("domain-write-queue", read("ThreadpoolWriteQueue", "Average")),
    alarm("domain-write-rejected", growth("ThreadpoolWriteRejected", "writes")),
    alarm("domain-search-queue", read("ThreadpoolSearchQueue", "Average")),
    alarm("domain-search-queue-peak", read("ThreadpoolSearchQueue", "Maximum")),
    alarm("domain-search-rejected", growth("ThreadpoolSearchRejected", "searches")),
    dedicatedMasters > 0 && [
      alarm("domain-master-cpu", read("MasterCPUUtilization", "Maximum")),
      alarm("domain-master-memory", read("MasterJVMMemoryPressure", "Maximum")),
      alarm("domain-master-unreachable", read("MasterReachableFromNode", "Minimum")),
    ],
    domain.customerKey && [
      alarm("domain-key-error", read("KMSKeyError", "Maximum")),
      alarm("domain-key-inaccessible", read("KMSKeyInaccessible", "Maximum")),
    ],
    snapshotBucketName !== undefined && snapshotsAlarm(snapshotBucketName),
  );
}

/** Are daily snapshots taken? Each writes an object, which a filter of S3's request metrics counts. */
function snapshotsAlarm(BucketName: pulumi.Input<string>): Alarm {
  const dimensions = { BucketName, FilterId: snapshotFilter.name };
  return alarm("domain-snapshots", {
    // Without any data before the first night, and then with none for a day without snapshots.
    expression: "FILL(snapshots, 0)",
    label: "snapshots a day",
    readings: { snapshots: reading("bucket", "PutRequests", dimensions, "Sum") },
  });
}

/** Records come into the stream, and no documents into the domain. */
export function indexSilenceAlarm(
  domain: WatchedDomain,
  streamName: pulumi.Input<string>,
  idle?: Idle,
): Alarm {
  const indexed = reading("domain", "IndexingRate", dimensionsOf(domain), "Maximum");
  return alarm("domain-silent", stopped(incomingRecords(streamName), indexed, idle));
}

/** How the domain takes documents and answers searches. */
export function domainSection(domain: pulumi.Unwrap<WatchedDomain>): Section {
  const { name, accountId, volumeGiB, dedicatedMasters } = domain;
  const line = linesOf("domain", { DomainName: name, ClientId: accountId });
  return {
    heading: "Search domain",
    runbook: "alarms",
    widgets: [
      graph("State", [
        line("ClusterStatus.red", "Maximum", "red"),
        line("ClusterStatus.yellow", "Maximum", "yellow"),
        line("ClusterIndexWritesBlocked", "Maximum", "writes blocked"),
        line("Nodes", "Minimum", "nodes", true),
      ]),
      graph("Documents", [
        line("IndexingRate", "Average", "written a minute"),
        line("SearchRate", "Average", "searches a minute"),
        line("SearchableDocuments", "Maximum", "documents", true),
      ]),
      graph("Latency (ms)", [
        line("IndexingLatency", "Average", "indexing"),
        line("SearchLatency", "Average", "searching"),
      ]),
      graph(
        "Processors and heap (%)",
        [
          line("CPUUtilization", "Maximum", "CPU"),
          line("JVMMemoryPressure", "Maximum", "heap"),
          line("OldGenJVMMemoryPressure", "Maximum", "old generation"),
          dedicatedMasters > 0 && [
            line("MasterCPUUtilization", "Maximum", "CPU of masters"),
            line("MasterJVMMemoryPressure", "Maximum", "heap of masters"),
          ],
        ],
        [{ label: "CPU", value: 80 }],
      ),
      graph(
        "Free storage of the fullest node (MiB)",
        [line("FreeStorageSpace", "Minimum", "free")],
        [{ label: "a quarter", value: (volumeGiB * 1024) / 4 }],
      ),
      graph("Queues and rejections", [
        line("ThreadpoolWriteQueue", "Average", "writes waiting"),
        line("ThreadpoolSearchQueue", "Average", "searches waiting"),
        line("ThreadpoolWriteRejected", "Sum", "writes rejected since the start", true),
        line("ThreadpoolSearchRejected", "Sum", "searches rejected since the start", true),
      ]),
    ],
  };
}
