import type * as pulumi from "@pulumi/pulumi";
import { defaultMaxLagSeconds, type WatchedStream } from "../stream/monitoring";
import { flinkDefaults } from "./args";
import { present } from "../core/present";
import { type Alarm, alarm, incomingRecords, readingsOf, stopped } from "../watch/alarm";
import { jobLag, type MetricName, outcomes } from "../watch/metrics";
import { graph, type Line, linesOf, logLines, type Section } from "../watch/widgets";

export interface WatchedApplication {
  readonly name: pulumi.Input<string>;
  /** Runtime of the application, such as FLINK-1_20; the names of metrics changed with Flink 2. */
  readonly runtime: string;
  readonly checkpointIntervalSeconds: number;
  /** KPUs that the account's quota allows an application. @default 64 */
  readonly kpuLimit?: number;
  /** Group of the job's log. */
  readonly logGroupName: pulumi.Input<string>;
  /** A `SnapshotKeeper` keeps its snapshots, whose age is watched with that of the source's records. @default false */
  readonly snapshotsKept?: boolean;
  /** Stream that it reads. @default its lag is not watched */
  readonly source?: WatchedStream | undefined;
}

/** Whether a runtime reports restarts and outages by the metrics of Flink 2. */
export function isFlink2(runtime: string): boolean {
  return /^FLINK-(?!1_)/.test(runtime);
}

/** A counter of the job in percent of the records that it has read meanwhile. Both begin again with each restart. */
const shareOfRecords = "IF(RATE(records) > 0, 100 * RATE(part) / RATE(records))";

/** Does the job run, does it keep its state safe, and has it room? */
export function applicationAlarms(application: WatchedApplication): Alarm[] {
  const { name, runtime, checkpointIntervalSeconds, source } = application;
  const { kpuLimit = flinkDefaults.kpuLimit } = application;
  const read = readingsOf("application", { Application: name });
  const records = read("records", "Average");

  return present(
    source && lagAlarm(name, source),
    application.snapshotsKept && snapshotAlarms(name, source?.retentionHours),
    alarm(
      "application-down",
      isFlink2(runtime)
        ? {
            expression: "MAX([restarting, failing, cancelling])",
            label: "milliseconds not running",
            readings: {
              restarting: read("restartingTime", "Average"),
              failing: read("failingTime", "Average"),
              cancelling: read("cancellingTime", "Average"),
            },
          }
        : read("downtime", "Average"),
    ),
    // Restarts and failed checkpoints are counted from the start of the job: themselves they would stay above zero for ever.
    alarm("application-restarts", {
      expression: "RATE(restarts)",
      label: "restarts per second",
      readings: { restarts: read(isFlink2(runtime) ? "numRestarts" : "fullRestarts", "Maximum") },
    }),
    source &&
      alarm(
        "application-silent",
        stopped(incomingRecords(source.name), read("numRecordsInPerSecond", "Maximum")),
      ),
    (["late", "malformed", "rejected"] as const).map((part) =>
      alarm(`application-${part}`, {
        expression: shareOfRecords,
        label: `percent of the records, ${part}`,
        readings: { part: read(part, "Average"), records },
      }),
    ),
    alarm("application-checkpoints-failed", {
      expression: "RATE(failed)",
      label: "failed checkpoints per second",
      readings: { failed: read("numberOfFailedCheckpoints", "Average") },
    }),
    alarm(
      "application-checkpoints-slow",
      read("lastCheckpointDuration", "Maximum"),
      { threshold: (checkpointIntervalSeconds * 1000) / 2 },
      { checkpointIntervalSeconds },
    ),
    alarm("application-kpus", read("KPUs", "Maximum"), { threshold: 0.8 * kpuLimit }, { kpuLimit }),
    alarm("application-cpu", read("cpuUtilization", "Maximum")),
    alarm("application-heap", read("heapMemoryUtilization", "Maximum")),
    alarm("application-memory", read("containerMemoryUtilization", "Maximum")),
    alarm("application-garbage", {
      expression: "milliseconds * 100 / 60000",
      label: "percent of the time",
      readings: { milliseconds: read("oldGenerationGCTime", "Average") },
    }),
  );
}

/**
 * An application has at most 1,000 snapshots: https://docs.aws.amazon.com/managed-flink/latest/java/limits.html
 * @param retentionHours - of the stream: a job that starts from an older snapshot has lost records.
 */
function snapshotAlarms(Application: pulumi.Input<string>, retentionHours = 24): Alarm[] {
  const hours = retentionHours / 2;
  const threshold = hours * 3600;
  const read = readingsOf("snapshots", { Application });
  return [
    alarm("application-snapshot-age", read("Age", "Minimum"), { threshold }, { hours }),
    alarm("application-snapshots", read("Count", "Maximum")),
  ];
}

function lagAlarm(
  applicationName: pulumi.Input<string>,
  { maxLagSeconds = defaultMaxLagSeconds }: WatchedStream,
): Alarm {
  return alarm(
    "application-lag",
    { metric: jobLag(applicationName), statistic: "Maximum" },
    { threshold: maxLagSeconds * 1000 },
    { maxLagSeconds },
  );
}

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
