import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, reading, stopped } from "../watch/alarm";
import { domainLoadAlarms } from "./load-alarms";
import { alarm, readerOf, spans, type WatchedDomain } from "./alarm";

export type { WatchedDomain } from "./alarm";

/** Share of a node's volume that has to be free: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html */
const freeStorageShare = 0.25;

/** Records come into the stream, and no documents into the domain. */
export function indexSilenceAlarm(domain: WatchedDomain, streamName: pulumi.Input<string>): Alarm {
  return {
    name: "domain-silent",
    description:
      "Records have come into the stream for half an hour and the domain has indexed nothing. Look at the job's log, its dead letters and its role in the domain.",
    severity: "critical",
    value: stopped(
      reading("stream", "IncomingRecords", { StreamName: streamName }, "Sum"),
      readerOf(domain)("IndexingRate", "Maximum"),
    ),
    comparison: ">=",
    threshold: 1,
    periodSeconds: 300,
    periods: 6,
    missing: "notBreaching",
  };
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
      ">=",
      1,
      spans.minute,
      "A primary shard and its replicas are on no node: documents are missing. Restore the index from a snapshot, or bring the node back.",
      "critical",
    ),
    alarm(
      "yellow",
      read("ClusterStatus.yellow", "Maximum"),
      ">=",
      1,
      spans.fiveMinutes,
      "A replica has been on no node for five minutes: with one node it has nowhere to be, otherwise a node is missing or full.",
    ),
    {
      ...alarm(
        "nodes",
        read("Nodes", "Minimum"),
        "<",
        nodes,
        spans.day,
        `Fewer than ${nodes} nodes were there at some time of the day.`,
      ),
      missing: "breaching",
    },
    alarm(
      "storage",
      read("FreeStorageSpace", "Minimum"),
      "<=",
      freeMiB,
      spans.minute,
      `A node has ${freeMiB} MiB or less left, a quarter of its volume. Delete indices or enlarge the volumes before writes are blocked.`,
      "critical",
    ),
    alarm(
      "writes-blocked",
      read("ClusterIndexWritesBlocked", "Maximum"),
      ">=",
      1,
      spans.fiveMinutesAtOnce,
      "The domain takes no documents: storage is full or memory exhausted. The Flink job waits and falls behind.",
      "critical",
    ),
    alarm(
      "snapshot",
      read("AutomatedSnapshotFailure", "Maximum"),
      ">=",
      1,
      spans.minute,
      "The last automated snapshot failed, often because the domain is red.",
    ),
    ...domainLoadAlarms(domain),
    ...(domain.customerKey === true
      ? [
          alarm(
            "key-error",
            read("KMSKeyError", "Maximum"),
            ">=",
            1,
            spans.minute,
            "The key that encrypts the domain is disabled. Enable it, or the domain stops.",
            "critical",
          ),
          alarm(
            "key-inaccessible",
            read("KMSKeyInaccessible", "Maximum"),
            ">=",
            1,
            spans.minute,
            "The key that encrypts the domain is deleted or its grants are revoked: the domain cannot be saved, only restored from a snapshot.",
            "critical",
          ),
        ]
      : []),
  ];
}
