import { lagSeconds } from "../scaling/args";
import type { ConfigReader } from "../core/config-reader";
import { runbookAddress, subscriber } from "./args";

/** How a stack is watched. */
export interface MonitoringConfig {
  readonly subscribers: readonly string[];
  readonly maxLagSeconds: number;
  readonly runbookUrl?: string | undefined;
}

/** A topic takes more, people do not. */
const subscribers = { min: 0, max: 20 };

export function readMonitoring(read: ConfigReader): MonitoringConfig {
  return {
    subscribers: read.forms("alarmSubscribers", subscribers, subscriber),
    maxLagSeconds: read.integer("alarmLagSeconds", lagSeconds),
    runbookUrl: read.optionalForm("runbookUrl", runbookAddress),
  };
}
