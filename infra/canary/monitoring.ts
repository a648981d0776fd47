import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarm, reading } from "../watch/alarm";

export interface WatchedCanary {
  readonly streamName: pulumi.Input<string>;
}

/** Seconds besides the lag that is allowed: one canary a minute, and one that may be on its way. */
const intervalSeconds = 120;

/**
 * Are results as fresh as promised, and is every record in them? The alarms on freshness fire when 1 % of the minutes of
 * 30 days, in which results may be older than the objective, is used up 14.4 or 6 times too fast:
 * https://sre.google/workbook/alerting-on-slos/
 */
export function canaryAlarms({ streamName }: WatchedCanary, maxLagSeconds: number): Alarm[] {
  const dimensions = { Stream: streamName };
  const age = reading("canary", "Age", dimensions, "Maximum");
  const threshold = maxLagSeconds + intervalSeconds;
  return [
    alarm("freshness-fast", age, { threshold }),
    alarm("freshness-slow", age, { threshold }),
    alarm("completeness", reading("canary", "Completeness", dimensions, "Average")),
  ];
}
