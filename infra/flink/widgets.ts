import type * as pulumi from "@pulumi/pulumi";
import { isFlink2, shareOfRecords, type WatchedApplication } from "./alarms";
import { graph, type Line, linesOf, logLines, type Section } from "../watch/widgets";
import { type MetricName, outcomes } from "../watch/metrics";

/** How the job fares, and what it complains about. */
export function applicationSection(application: pulumi.Unwrap<WatchedApplication>): Section {
  const { name, runtime, checkpointIntervalSeconds, logGroupName } = application;
  const line = linesOf("application", { Application: name });
  const perSecond = (measure: MetricName<"application">, label: string): Line => ({
    // The service takes four samples a minute, and the sum of them is four times the rate.
    expression: "samples / 4",
    label,
    metrics: { samples: line(measure, "Sum", "") },
  });
  const share = (measure: MetricName<"application">, label: string): Line => ({
    expression: shareOfRecords,
    label,
    metrics: { part: line(measure, "Average", ""), records: line("records", "Average", "") },
  });
  return {
    heading: "Flink application",
    runbook: "restore-from-a-snapshot",
    widgets: [
      graph("Records a second, all operators", [
        perSecond("numRecordsInPerSecond", "in"),
        perSecond("numRecordsOutPerSecond", "out"),
      ]),
      graph(
        "Processors, memory and disk (%)",
        [
          line("cpuUtilization", "Maximum", "CPU"),
          line("containerCPUUtilization", "Average", "CPU of containers"),
          line("heapMemoryUtilization", "Maximum", "heap"),
          line("containerMemoryUtilization", "Maximum", "memory of containers"),
          line("containerDiskUtilization", "Maximum", "disk of containers"),
        ],
        [{ label: "CPU", value: 80 }],
      ),
      graph(
        "Restarts and outages",
        isFlink2(runtime)
          ? [
              line("runningTime", "Maximum", "running (ms)", true),
              line("numRestarts", "Maximum", "restarts since the start"),
              line("restartingTime", "Average", "restarting (ms)", true),
              line("failingTime", "Average", "failing (ms)", true),
              line("cancellingTime", "Average", "cancelling (ms)", true),
            ]
          : [
              line("uptime", "Maximum", "up (ms)", true),
              line("fullRestarts", "Maximum", "restarts since the start"),
              line("downtime", "Average", "down (ms)", true),
            ],
      ),
      graph(
        "Checkpoints",
        [
          line("lastCheckpointDuration", "Maximum", "duration (ms)"),
          line("lastCheckpointSize", "Maximum", "size (bytes)", true),
        ],
        [{ label: "half of the interval", value: (checkpointIntervalSeconds * 1000) / 2 }],
      ),
      graph("Failed checkpoints and late records, since the start", [
        line("numberOfFailedCheckpoints", "Maximum", "failed checkpoints"),
        line("numLateRecordsDropped", "Maximum", "late records dropped", true),
      ]),
      // The service publishes KPUs once an hour.
      graph("KPUs", [line("KPUs", "Maximum", "KPUs")], [], 3600),
      graph("Lag and threads", [
        line("millisBehindLatest", "Maximum", "behind the stream (ms)"),
        line("threadsCount", "Maximum", "threads", true),
      ]),
      graph("Outcomes, in percent of the records", [
        outcomes.map((outcome) => share(outcome, outcome)),
        share("rejected", "rejected by the domain"),
      ]),
      logLines(
        "Errors in the job's log",
        logGroupName,
        'fields @timestamp, message | filter messageType = "ERROR" or messageType = "WARN" | sort @timestamp desc | limit 50',
      ),
      logLines(
        "Exceptions of the last hours",
        logGroupName,
        "filter @message like /Exception/ | parse message /(?<exception>[\\w.]+Exception)/ | stats count(*) as times by exception | sort times desc | limit 20",
      ),
    ],
  };
}
