import type { Alarm } from "../watch/alarm";
import { alarm, readerOf, spans, type WatchedDomain } from "./alarm";

/** Has the domain the processors, the memory and the threads for what is asked of it? */
export function domainLoadAlarms(domain: WatchedDomain): Alarm[] {
  const read = readerOf(domain);
  return [
    alarm(
      "cpu",
      read("CPUUtilization", "Maximum"),
      ">=",
      80,
      spans.threeQuartersOfAnHour,
      "A node has used 80 % of its processor or more for three quarters of an hour. Use larger or more nodes.",
    ),
    alarm(
      "memory",
      read("JVMMemoryPressure", "Maximum"),
      ">=",
      95,
      spans.threeMinutes,
      "A node's heap is 95 % full: it may fail. Reduce load or shards, or use larger nodes.",
    ),
    alarm(
      "old-memory",
      read("OldGenJVMMemoryPressure", "Maximum"),
      ">=",
      80,
      spans.threeMinutes,
      "The old generation of a node's heap is 80 % full. Reduce load or shards, or use larger nodes.",
    ),
    alarm(
      "write-queue",
      read("ThreadpoolWriteQueue", "Average"),
      ">=",
      100,
      spans.minute,
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
      ">=",
      1,
      spans.minute,
      "The domain rejected writes; the sink sends them again and is held up.",
    ),
    alarm(
      "search-queue",
      read("ThreadpoolSearchQueue", "Average"),
      ">=",
      500,
      spans.minute,
      "Five hundred searches or more wait: dashboards ask for more than the domain can give.",
    ),
    alarm(
      "search-queue-peak",
      read("ThreadpoolSearchQueue", "Maximum"),
      ">=",
      5000,
      spans.minute,
      "Five thousand searches waited at a time; further ones are rejected.",
    ),
    alarm(
      "search-rejected",
      {
        expression: "DIFF(rejected)",
        label: "rejected searches",
        readings: { rejected: read("ThreadpoolSearchRejected", "Sum") },
      },
      ">=",
      1,
      spans.minute,
      "The domain rejected searches: dashboards or readers ask for more than it can give.",
    ),
    ...(domain.dedicatedMasters === 0
      ? []
      : [
          alarm(
            "master-cpu",
            read("MasterCPUUtilization", "Maximum"),
            ">=",
            50,
            spans.threeQuartersOfAnHour,
            "A dedicated master has used 50 % of its processor or more for three quarters of an hour. Use larger ones.",
          ),
          alarm(
            "master-memory",
            read("MasterJVMMemoryPressure", "Maximum"),
            ">=",
            95,
            spans.threeMinutes,
            "A dedicated master's heap is 95 % full: too many shards, or too small an instance.",
          ),
          alarm(
            "master-unreachable",
            read("MasterReachableFromNode", "Minimum"),
            "<",
            1,
            spans.minute,
            "The elected master is not reached: it has stopped, or the network between nodes fails.",
            "critical",
          ),
        ]),
  ];
}
