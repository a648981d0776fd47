import type * as pulumi from "@pulumi/pulumi";
import {
  type Alarm,
  type Idle,
  incomingRecords,
  type Reading,
  reading,
  stoppedAlarm,
} from "../watch/alarm";
import type { MetricName, Statistic } from "../watch/metrics";

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
  /** Data is encrypted with a customer managed key. @default false */
  readonly customerKey?: boolean;
}

const minute = 60;

/** How many periods of how many seconds an alarm looks at. */
const spans = {
  minute: [1, minute],
  threeMinutes: [3, minute],
  fiveMinutes: [5, minute],
  fiveMinutesAtOnce: [1, 5 * minute],
  threeQuartersOfAnHour: [3, 15 * minute],
  day: [1, 24 * 60 * minute],
} as const;

/** Reads a metric of a domain. */
type DomainReader = (name: MetricName<"domain">, statistic: Statistic) => Reading;

function readerOf(domain: WatchedDomain): DomainReader {
  const dimensions = { DomainName: domain.name, ClientId: domain.accountId };
  return (name, statistic) => reading("domain", name, dimensions, statistic);
}

/** What the value must not be, and for how long. */
type Breach = readonly [
  comparison: Alarm["comparison"],
  threshold: number,
  span: readonly [periods: number, seconds: number],
];

/** An alarm as most of a domain are; a domain that says nothing at all fails the alarm on its nodes. */
function alarm(
  name: string,
  value: Alarm["value"],
  [comparison, threshold, [periods, periodSeconds]]: Breach,
  description: string,
  severity: Alarm["severity"] = "warning",
): Alarm {
  const conditions = { value, comparison, threshold, periodSeconds, periods } as const;
  return { name: `domain-${name}`, description, severity, ...conditions, missing: "notBreaching" };
}

/** Has the domain the processors, the memory and the threads for what is asked of it? */
export function domainLoadAlarms(domain: WatchedDomain): Alarm[] {
  const read = readerOf(domain);
  return [
    alarm(
      "cpu",
      read("CPUUtilization", "Maximum"),
      [">=", 80, spans.threeQuartersOfAnHour],
      "A node has used 80 % of its processor or more for three quarters of an hour. Use larger or more nodes.",
    ),
    alarm(
      "memory",
      read("JVMMemoryPressure", "Maximum"),
      [">=", 95, spans.threeMinutes],
      "A node's heap is 95 % full: it may fail. Reduce load or shards, or use larger nodes.",
    ),
    alarm(
      "old-memory",
      read("OldGenJVMMemoryPressure", "Maximum"),
      [">=", 80, spans.threeMinutes],
      "The old generation of a node's heap is 80 % full. Reduce load or shards, or use larger nodes.",
    ),
    alarm(
      "write-queue",
      read("ThreadpoolWriteQueue", "Average"),
      [">=", 100, spans.minute],
      "A hundred writes or more wait: the domain cannot keep up with the sink.",
    ),
    alarm(
      "write-rejected",
      {
        // The metric counts from the start of the node.
        expression: "DIFF(rejected)",
        label: "rejected writes",
        readings: { rejected: read("ThreadpoolWriteRejected", "Sum") },
      },
      [">=", 1, spans.minute],
      "The domain rejected writes; the sink sends them again and is held up.",
    ),
    alarm(
      "search-queue",
      read("ThreadpoolSearchQueue", "Average"),
      [">=", 500, spans.minute],
      "Five hundred searches or more wait: dashboards ask for more than the domain can give.",
    ),
    alarm(
      "search-queue-peak",
      read("ThreadpoolSearchQueue", "Maximum"),
      [">=", 5000, spans.minute],
      "Five thousand searches waited at a time; further ones are rejected.",
    ),
    alarm(
      "search-rejected",
      {
        expression: "DIFF(rejected)",
        label: "rejected searches",
        readings: { rejected: read("ThreadpoolSearchRejected", "Sum") },
      },
      [">=", 1, spans.minute],
      "The domain rejected searches: dashboards or readers ask for more than it can give.",
    ),
    ...(domain.dedicatedMasters === 0
      ? []
      : [
          alarm(
            "master-cpu",
            read("MasterCPUUtilization", "Maximum"),
            [">=", 50, spans.threeQuartersOfAnHour],
            "A dedicated master has used 50 % of its processor or more for three quarters of an hour. Use larger ones.",
          ),
          alarm(
            "master-memory",
            read("MasterJVMMemoryPressure", "Maximum"),
            [">=", 95, spans.threeMinutes],
            "A dedicated master's heap is 95 % full: too many shards, or too small an instance.",
          ),
          alarm(
            "master-unreachable",
            read("MasterReachableFromNode", "Minimum"),
            ["<", 1, spans.minute],
            "The elected master is not reached: it has stopped, or the network between nodes fails.",
            "critical",
          ),
        ]),
  ];
}

/** Share of a node's volume that has to be free: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html */
const freeStorageShare = 0.25;

/** Records come into the stream, and no documents into the domain. */
export function indexSilenceAlarm(
  domain: WatchedDomain,
  streamName: pulumi.Input<string>,
  idle?: Idle,
): Alarm {
  return stoppedAlarm(
    "domain-silent",
    [incomingRecords(streamName), readerOf(domain)("IndexingRate", "Maximum")],
    30,
    "Records have come into the stream for half an hour and the domain has indexed nothing. Look at the job's log, its dead letters and its role in the domain.",
    idle,
  );
}

/** Is the domain whole, has it room, and does it take documents? */
export function domainAlarms(domain: WatchedDomain): Alarm[] {
  const read = readerOf(domain);
  const nodes = domain.dataNodes + domain.dedicatedMasters + (domain.warmNodes ?? 0);
  const freeMiB = freeStorageShare * domain.volumeGiB * 1024;

  return [
    alarm(
      "red",
      read("ClusterStatus.red", "Maximum"),
      [">=", 1, spans.minute],
      "A primary shard and its replicas are on no node: documents are missing. Restore the index from a snapshot, or bring the node back.",
      "critical",
    ),
    alarm(
      "yellow",
      read("ClusterStatus.yellow", "Maximum"),
      [">=", 1, spans.fiveMinutes],
      "A replica has been on no node for five minutes: with one node it has nowhere to be, otherwise a node is missing or full.",
    ),
    {
      ...alarm(
        "nodes",
        read("Nodes", "Minimum"),
        ["<", nodes, spans.day],
        `Fewer than ${nodes} nodes were there at some time of the day.`,
      ),
      missing: "breaching",
    },
    alarm(
      "storage",
      read("FreeStorageSpace", "Minimum"),
      ["<=", freeMiB, spans.minute],
      `A node has ${freeMiB} MiB or less left, a quarter of its volume. Delete indices or enlarge the volumes before writes are blocked.`,
      "critical",
    ),
    alarm(
      "writes-blocked",
      read("ClusterIndexWritesBlocked", "Maximum"),
      [">=", 1, spans.fiveMinutesAtOnce],
      "The domain takes no documents: storage is full or memory exhausted. The Flink job waits and falls behind.",
      "critical",
    ),
    alarm(
      "snapshot",
      read("AutomatedSnapshotFailure", "Maximum"),
      [">=", 1, spans.minute],
      "The last automated snapshot failed, often because the domain is red.",
    ),
    ...domainLoadAlarms(domain),
    ...(domain.customerKey === true
      ? [
          alarm(
            "key-error",
            read("KMSKeyError", "Maximum"),
            [">=", 1, spans.minute],
            "The key that encrypts the domain is disabled. Enable it, or the domain stops.",
            "critical",
          ),
          alarm(
            "key-inaccessible",
            read("KMSKeyInaccessible", "Maximum"),
            [">=", 1, spans.minute],
            "The key that encrypts the domain is deleted or its grants are revoked: the domain cannot be saved, only restored from a snapshot.",
            "critical",
          ),
        ]
      : []),
  ];
}
