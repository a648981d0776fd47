import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, reading, type Window } from "../watch/alarm";

export interface WatchedCanary {
  readonly streamName: pulumi.Input<string>;
}

/** Seconds besides the lag that is allowed: one canary a minute, and one that may be on its way. */
const intervalSeconds = 120;

/**
 * Windows of alarms that fire when 1 % of the minutes of 30 days, in which results may be older than the objective, is
 * used up 14.4 or 6 times too fast: https://sre.google/workbook/alerting-on-slos/
 */
const burnRates: readonly [string, Alarm["severity"], Window, Window][] = [
  [
    "freshness-fast",
    "critical",
    { periodSeconds: 60, periods: 60, breaching: 9 },
    { periodSeconds: 60, periods: 5, breaching: 1 },
  ],
  [
    "freshness-slow",
    "warning",
    { periodSeconds: 300, periods: 72, breaching: 5 },
    { periodSeconds: 300, periods: 6, breaching: 1 },
  ],
];

/** Are results as fresh as promised, and is every record in them? */
export function canaryAlarms({ streamName }: WatchedCanary, maxLagSeconds: number): Alarm[] {
  const threshold = maxLagSeconds + intervalSeconds;
  return [
    ...burnRates.map(([name, severity, window, lately]): Alarm => ({
      name,
      description: `The newest canary in the index is older than ${threshold} s, or missing, too often for 99 % of the minutes of 30 days: results are late. Look at the function's log, then at each hop on the dashboard.`,
      severity,
      value: reading("canary", "Age", { Stream: streamName }, "Maximum"),
      comparison: ">",
      threshold,
      ...window,
      lately,
      missing: "breaching",
    })),
    {
      name: "completeness",
      description:
        "Of the records of an hour that was over for ten minutes, more than 1 % are neither in results nor late, duplicates or dead letters. Look at the job's lag; without one, at restarts from an older snapshot and at expired records.",
      value: reading("canary", "Completeness", { Stream: streamName }, "Average"),
      comparison: "<",
      threshold: 99,
      periodSeconds: 3600,
    },
  ];
}
