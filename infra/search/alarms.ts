import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, type Idle, incomingRecords, reading, stoppedAlarm } from "../watch/alarm";
import type { MetricName, Statistic } from "../watch/metrics";
import { snapshotFilter } from "./snapshots";

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

/** An alarm that differs from the others of a domain only in this. */
interface Row {
  readonly breach: readonly [
    metric: MetricName<"domain">,
    statistic: Statistic,
    comparison: ">" | ">=" | "<" | "<=",
    threshold: number,
    span: readonly [periods: number, seconds: number],
  ];
  readonly description: string;
  /** @default warning */
  readonly severity?: Alarm["severity"];
  /** The metric counts from the start of the node. @default false */
  readonly counter?: boolean;
  /** @default notBreaching: a domain without any data fails the alarm on its nodes */
  readonly missing?: Alarm["missing"];
}
type Rows = Readonly<Record<string, Row>>;

/** Processors, memory and threads of the data nodes. */
const load: Rows = {
  cpu: {
    breach: ["CPUUtilization", "Maximum", ">=", 80, spans.threeQuartersOfAnHour],
    description:
      "A node has used 80 % of its processor or more for three quarters of an hour. Use larger or more nodes.",
  },
  memory: {
    breach: ["JVMMemoryPressure", "Maximum", ">=", 95, spans.threeMinutes],
    description:
      "A node's heap is 95 % full: it may fail. Reduce load or shards, or use larger nodes.",
  },
  "old-memory": {
    breach: ["OldGenJVMMemoryPressure", "Maximum", ">=", 80, spans.threeMinutes],
    description:
      "The old generation of a node's heap is 80 % full. Reduce load or shards, or use larger nodes.",
  },
  "write-queue": {
    breach: ["ThreadpoolWriteQueue", "Average", ">=", 100, spans.minute],
    description: "A hundred writes or more wait: the domain cannot keep up with the sink.",
  },
  "write-rejected": {
    breach: ["ThreadpoolWriteRejected", "Sum", ">=", 1, spans.minute],
    description: "The domain rejected writes; the sink sends them again and is held up.",
    counter: true,
  },
  "search-queue": {
    breach: ["ThreadpoolSearchQueue", "Average", ">=", 500, spans.minute],
    description:
      "Five hundred searches or more wait: dashboards ask for more than the domain can give.",
  },
  "search-queue-peak": {
    breach: ["ThreadpoolSearchQueue", "Maximum", ">=", 5000, spans.minute],
    description: "Five thousand searches waited at a time; further ones are rejected.",
  },
  "search-rejected": {
    breach: ["ThreadpoolSearchRejected", "Sum", ">=", 1, spans.minute],
    description:
      "The domain rejected searches: dashboards or readers ask for more than it can give.",
    counter: true,
  },
};

const dedicatedMasters: Rows = {
  "master-cpu": {
    breach: ["MasterCPUUtilization", "Maximum", ">=", 50, spans.threeQuartersOfAnHour],
    description:
      "A dedicated master has used 50 % of its processor or more for three quarters of an hour. Use larger ones.",
  },
  "master-memory": {
    breach: ["MasterJVMMemoryPressure", "Maximum", ">=", 95, spans.threeMinutes],
    description:
      "A dedicated master's heap is 95 % full: too many shards, or too small an instance.",
  },
  "master-unreachable": {
    breach: ["MasterReachableFromNode", "Minimum", "<", 1, spans.minute],
    description:
      "The elected master is not reached: it has stopped, or the network between nodes fails.",
    severity: "critical",
  },
};

const customerKey: Rows = {
  "key-error": {
    breach: ["KMSKeyError", "Maximum", ">=", 1, spans.minute],
    description: "The key that encrypts the domain is disabled. Enable it, or the domain stops.",
    severity: "critical",
  },
  "key-inaccessible": {
    breach: ["KMSKeyInaccessible", "Maximum", ">=", 1, spans.minute],
    description:
      "The key that encrypts the domain is deleted or its grants are revoked: the domain cannot be saved, only restored from a snapshot.",
    severity: "critical",
  },
};

/** Share of a node's volume that has to be free: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html */
const freeStorageShare = 0.25;

/** Nodes, storage and documents of a domain. */
function whole(domain: WatchedDomain): Rows {
  const nodes = domain.dataNodes + domain.dedicatedMasters + (domain.warmNodes ?? 0);
  const freeMiB = freeStorageShare * domain.volumeGiB * 1024;
  return {
    red: {
      breach: ["ClusterStatus.red", "Maximum", ">=", 1, spans.minute],
      description:
        "A primary shard and its replicas are on no node: documents are missing. Restore the index from a snapshot, or bring the node back.",
      severity: "critical",
    },
    yellow: {
      breach: ["ClusterStatus.yellow", "Maximum", ">=", 1, spans.fiveMinutes],
      description:
        "A replica has been on no node for five minutes: with one node it has nowhere to be, otherwise a node is missing or full.",
    },
    nodes: {
      breach: ["Nodes", "Minimum", "<", nodes, spans.day],
      description: `Fewer than ${nodes} nodes were there at some time of the day.`,
      missing: "breaching",
    },
    storage: {
      breach: ["FreeStorageSpace", "Minimum", "<=", freeMiB, spans.minute],
      description: `A node has ${freeMiB} MiB or less left, a quarter of its volume. Delete indices or enlarge the volumes before writes are blocked.`,
      severity: "critical",
    },
    "writes-blocked": {
      breach: ["ClusterIndexWritesBlocked", "Maximum", ">=", 1, spans.fiveMinutesAtOnce],
      description:
        "The domain takes no documents: storage is full or memory exhausted. The Flink job waits and falls behind.",
      severity: "critical",
    },
    snapshot: {
      breach: ["AutomatedSnapshotFailure", "Maximum", ">=", 1, spans.minute],
      description: "The last automated snapshot failed, often because the domain is red.",
    },
  };
}

const dimensionsOf = ({ name, accountId }: WatchedDomain) => ({
  DomainName: name,
  ClientId: accountId,
});

/** Is the domain whole, has it room, and does it take documents? */
export function domainAlarms(domain: WatchedDomain): Alarm[] {
  const dimensions = dimensionsOf(domain);
  const alarms = Object.entries({
    ...whole(domain),
    ...load,
    ...(domain.dedicatedMasters > 0 && dedicatedMasters),
    ...(domain.customerKey === true && customerKey),
  }).map(([name, { breach, counter, ...rest }]): Alarm => {
    const [metric, statistic, comparison, threshold, [periods, periodSeconds]] = breach;
    const value = reading("domain", metric, dimensions, statistic);
    return {
      ...rest,
      name: `domain-${name}`,
      value: counter
        ? {
            expression: "DIFF(rejected)",
            label: `rejected ${name === "write-rejected" ? "writes" : "searches"}`,
            readings: { rejected: value },
          }
        : value,
      comparison,
      threshold,
      periodSeconds,
      periods,
    };
  });
  const { snapshotBucketName } = domain;
  return snapshotBucketName === undefined
    ? alarms
    : [...alarms, snapshotsAlarm(snapshotBucketName)];
}

/** Are daily snapshots taken? Each writes an object, which a filter of S3's request metrics counts. */
function snapshotsAlarm(BucketName: pulumi.Input<string>): Alarm {
  const dimensions = { BucketName, FilterId: snapshotFilter.name };
  return {
    name: "domain-snapshots",
    description:
      "The domain has completed no daily snapshot for two days. GET _plugins/_sm/policies/daily/_explain has the reason.",
    value: {
      // Without any data before the first night, and then with none for a day without snapshots.
      expression: "FILL(snapshots, 0)",
      label: "snapshots a day",
      readings: { snapshots: reading("bucket", "PutRequests", dimensions, "Sum") },
    },
    comparison: "<",
    threshold: 1,
    periodSeconds: 24 * 60 * minute,
    periods: 2,
  };
}

/** Records come into the stream, and no documents into the domain. */
export function indexSilenceAlarm(
  domain: WatchedDomain,
  streamName: pulumi.Input<string>,
  idle?: Idle,
): Alarm {
  return stoppedAlarm(
    "domain-silent",
    [
      incomingRecords(streamName),
      reading("domain", "IndexingRate", dimensionsOf(domain), "Maximum"),
    ],
    30,
    "Records have come into the stream for half an hour and the domain has indexed nothing. Look at the job's log, its dead letters and its role in the domain.",
    idle,
  );
}
