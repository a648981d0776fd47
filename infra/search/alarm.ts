import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, type Reading, reading } from "../watch/alarm";
import type { MetricName, Statistic } from "../watch/metrics";

/** A search domain to be watched. */
export interface WatchedDomain {
  readonly name: pulumi.Input<string>;
  /** The account, which is a dimension of every metric of a domain. */
  readonly accountId: pulumi.Input<string>;
  readonly dataNodes: number;
  readonly dedicatedMasters: number;
  /** UltraWarm nodes. @default 0 */
  readonly warmNodes?: number;
  /** GiB of each data node. */
  readonly volumeGiB: number;
  /** Data is encrypted with a customer managed key. @default false */
  readonly customerKey?: boolean;
}

const minute = 60;

/** How many periods of how many seconds an alarm looks at. */
export const spans = {
  minute: [1, minute],
  threeMinutes: [3, minute],
  fiveMinutes: [5, minute],
  fiveMinutesAtOnce: [1, 5 * minute],
  threeQuartersOfAnHour: [3, 15 * minute],
  day: [1, 24 * 60 * minute],
} as const;

/** Reads a metric of a domain. */
export type DomainReader = (name: MetricName<"domain">, statistic: Statistic) => Reading;

export function readerOf(domain: WatchedDomain): DomainReader {
  const dimensions = { DomainName: domain.name, ClientId: domain.accountId };
  return (name, statistic) => reading("domain", name, dimensions, statistic);
}

/** An alarm as most of a domain are; a domain that says nothing at all fails the alarm on its nodes. */
export function alarm(
  name: string,
  value: Alarm["value"],
  comparison: Alarm["comparison"],
  threshold: number,
  [periods, periodSeconds]: readonly [number, number],
  description: string,
  severity: Alarm["severity"] = "warning",
): Alarm {
  return {
    name: `domain-${name}`,
    description,
    severity,
    value,
    comparison,
    threshold,
    periodSeconds,
    periods,
    missing: "notBreaching",
  };
}
