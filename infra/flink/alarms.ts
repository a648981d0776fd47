import type * as pulumi from "@pulumi/pulumi";
import { defaultMaxLagSeconds, type WatchedStream } from "../stream/alarms";
import { flinkDefaults } from "./args";
import { type Alarm, incomingRecords, type Reading, reading, stoppedAlarm } from "../watch/alarm";
import { jobLag, type MetricName, type Statistic } from "../watch/metrics";

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
export const shareOfRecords = "IF(RATE(records) > 0, 100 * RATE(part) / RATE(records))";

/** Counters of the job, the percentage of the records above which they are an alarm, and what to do. */
const shares = [
  [
    "late",
    1,
    "More than 1 % of the records come too late for every window. Look at the producers' clocks and order, and at the detail of the dead letters.",
  ],
  [
    "malformed",
    1,
    "More than 1 % of the records cannot be parsed. Look at the reasons of the dead letters, and at the last change of the producers.",
  ],
  [
    "rejected",
    0.1,
    "The domain rejects documents. Look at the reasons of the dead letters, and at the index templates.",
  ],
] as const;

/** Does the job run, does it keep its state safe, and has it room? */
export function applicationAlarms(application: WatchedApplication): Alarm[] {
  const { checkpointIntervalSeconds, source, kpuLimit = flinkDefaults.kpuLimit } = application;
  const dimensions = { Application: application.name };
  const read = (name: MetricName<"application">, statistic: Statistic): Reading =>
    reading("application", name, dimensions, statistic);
  const utilization = (
    name: string,
    measure: MetricName<"application">,
    threshold: number,
    description: string,
  ): Alarm => ({
    name,
    description,
    value: read(measure, "Maximum"),
    comparison: ">",
    threshold,
    periods: 3,
    missing: "missing",
  });

  return [
    ...(source ? [lagAlarm(application.name, source)] : []),
    ...(application.snapshotsKept === true
      ? snapshotAlarms(application.name, source?.retentionHours)
      : []),
    {
      name: "application-down",
      description:
        "The Flink application does not process: it restarts, fails or stands still. Its log and Flink's dashboard tell why. While it is meant to stand still, switch this alarm's actions off.",
      severity: "critical",
      value: isFlink2(application.runtime)
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
      comparison: ">",
      threshold: 0,
      periodSeconds: 60,
      missing: "breaching",
    },
    {
      name: "application-restarts",
      description:
        "The job restarts again and again: each restart repeats what came since the last checkpoint. Its log and Flink's dashboard give the exception.",
      value: {
        // The metric counts from the start of the job.
        expression: "RATE(restarts)",
        label: "restarts per second",
        readings: {
          restarts: read(isFlink2(application.runtime) ? "numRestarts" : "fullRestarts", "Maximum"),
        },
      },
      comparison: ">",
      threshold: 0,
      periods: 3,
      breaching: 2,
    },
    ...(source
      ? [
          stoppedAlarm(
            "application-silent",
            [incomingRecords(source.name), read("numRecordsInPerSecond", "Maximum")],
            15,
            "Records have come into the stream for a quarter of an hour and the Flink application has processed none. Look at its log, and restart it from the last snapshot.",
          ),
        ]
      : []),
    ...shares.map(([part, percent, description]): Alarm => ({
      name: `application-${part}`,
      description,
      value: {
        expression: shareOfRecords,
        label: `percent of the records, ${part}`,
        readings: { part: read(part, "Average"), records: read("records", "Average") },
      },
      comparison: ">",
      threshold: percent,
      periods: 3,
    })),
    {
      name: "application-checkpoints-failed",
      description:
        "Checkpoints fail, so that a restart goes further and further back. Look at back-pressure and at the size of the state.",
      severity: "critical",
      value: {
        // The metric counts from the start of the job: itself it would stay above zero for ever.
        expression: "RATE(failed)",
        label: "failed checkpoints per second",
        readings: { failed: read("numberOfFailedCheckpoints", "Average") },
      },
      comparison: ">",
      threshold: 0,
    },
    {
      name: "application-checkpoints-slow",
      description: `A checkpoint takes more than half of the ${checkpointIntervalSeconds} s between two of them. Lengthen the interval, raise the parallelism, or find what holds the barriers up.`,
      value: read("lastCheckpointDuration", "Maximum"),
      comparison: ">",
      threshold: (checkpointIntervalSeconds * 1000) / 2,
      periods: 3,
    },
    {
      name: "application-kpus",
      description: `The application uses 80 % or more of the ${kpuLimit} KPUs that the account's quota allows it. Request a higher quota before it has to grow.`,
      value: read("KPUs", "Maximum"),
      threshold: 0.8 * kpuLimit,
      periodSeconds: 3600,
    },
    utilization(
      "application-cpu",
      "cpuUtilization",
      80,
      "The busiest task manager has used more than 80 % of its processor for fifteen minutes. Raise the parallelism.",
    ),
    utilization(
      "application-heap",
      "heapMemoryUtilization",
      90,
      "The heap has been more than 90 % full for fifteen minutes. Raise the parallelism or lower the parallelism per KPU.",
    ),
    utilization(
      "application-memory",
      "containerMemoryUtilization",
      85,
      "A container has used more than 85 % of its memory for fifteen minutes and may be killed. Lower the parallelism per KPU.",
    ),
    {
      name: "application-garbage",
      description:
        "More than 60 % of the time goes into collecting old garbage: the job is short of memory. Lower the parallelism per KPU.",
      value: {
        expression: "milliseconds * 100 / 60000",
        label: "percent of the time",
        readings: { milliseconds: read("oldGenerationGCTime", "Average") },
      },
      comparison: ">",
      threshold: 60,
      periodSeconds: 60,
      periods: 3,
    },
  ];
}

/** Snapshots of an application: https://docs.aws.amazon.com/managed-flink/latest/java/limits.html */
const snapshotQuota = 1000;
const snapshotShare = 0.8;

/** @param retentionHours - of the stream: a job that starts from an older snapshot has lost records. */
function snapshotAlarms(Application: pulumi.Input<string>, retentionHours = 24): Alarm[] {
  return [
    {
      name: "application-snapshot-age",
      description: `The newest snapshot of the application is older than ${retentionHours / 2} h, half of the stream's retention, or the function that takes them is silent. Look at its log, and at the job's checkpoints.`,
      value: reading("snapshots", "Age", { Application }, "Minimum"),
      comparison: ">",
      threshold: (retentionHours / 2) * 3600,
      periods: 3,
      missing: "breaching",
    },
    {
      name: "application-snapshots",
      description: `The application has ${snapshotShare * snapshotQuota} of at most ${snapshotQuota} snapshots; with the last one no update is possible. Delete old snapshots.`,
      value: reading("snapshots", "Count", { Application }, "Maximum"),
      threshold: snapshotShare * snapshotQuota,
    },
  ];
}

function lagAlarm(
  applicationName: pulumi.Input<string>,
  { maxLagSeconds = defaultMaxLagSeconds }: WatchedStream,
): Alarm {
  return {
    name: "application-lag",
    description: `The Flink application has been more than ${maxLagSeconds} s behind its stream for five minutes: results are late. Look at its load and its restarts.`,
    value: { metric: jobLag(applicationName), statistic: "Maximum" },
    comparison: ">",
    threshold: maxLagSeconds * 1000,
    periodSeconds: 60,
    periods: 5,
  };
}
