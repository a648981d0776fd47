import { lagSeconds } from "../scaling/args";
import type { ConfigReader } from "../core/config-reader";
import { runbookAddress, subscriber } from "./args";

export interface MonitoringConfig {
  readonly subscribers: readonly string[];
  readonly ticketSubscribers: readonly string[];
  readonly maxLagSeconds: number;
  /** A canary is sent every minute where the workload's job knows canaries. */
  readonly canary: boolean;
  readonly runbookUrl?: string | undefined;
}

/** A topic takes more, people do not. */
const subscribers = { min: 0, max: 20 };

export function readMonitoring(read: ConfigReader): MonitoringConfig {
  return {
    subscribers: read.forms("alarmSubscribers", subscribers, subscriber),
    ticketSubscribers: read.forms("ticketSubscribers", subscribers, subscriber),
    maxLagSeconds: read.integer("alarmLagSeconds", lagSeconds),
    canary: read.boolean("canary"),
    runbookUrl: read.optionalForm("runbookUrl", runbookAddress),
  };
}
