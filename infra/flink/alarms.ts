import type * as pulumi from "@pulumi/pulumi";
import { defaultMaxLagSeconds, type WatchedStream } from "../stream/alarms";
import { flinkDefaults } from "./args";
import { present } from "../core/present";
import { type Alarm, alarm, incomingRecords, readingsOf, stopped } from "../watch/alarm";
import { jobLag } from "../watch/metrics";

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
