import type * as pulumi from "@pulumi/pulumi";
import type { WatchedDomain } from "./alarms";
import { graph, linesOf, type Section } from "../watch/widgets";

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
