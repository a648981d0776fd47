import type { MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import { metric, type MetricName, minutesOf, outcomes, queried } from "../watch/metrics";

/** Settings of the function, as JSON in one environment variable. */
export interface CanarySettings {
  readonly stream: string;
  readonly application: string;
  readonly endpoint: string;
  readonly index: string;
}

export const settingsVariable = "CANARY_SETTINGS";

const MINUTE = 60_000;
/** Time span whose records are counted, and how long it is over: metrics and the job have caught up by then. */
export const span = { milliseconds: 60 * MINUTE, endedBefore: 10 * MINUTE };

/** Reports that the service makes of each counter in a minute, for each subtask. */
const reportsPerMinute = 4;

/** Records that came into the stream, and the job's counters of what became of them. */
export function completenessQueries({ stream, application }: CanarySettings): MetricDataQuery[] {
  const incoming = metric<"stream", string>("stream", "IncomingRecords", { StreamName: stream });
  const ofJob = (name: MetricName<"application">, Stat: "Average" | "SampleCount", Id: string) =>
    minutesOf(Id, queried<string>(metric("application", name, { Application: application })), Stat);
  return [
    minutesOf("incoming", queried(incoming), "Sum"),
    ...outcomes.map((name) => ({ ...ofJob(name, "Average", name), ReturnData: false })),
    { Id: "average", Expression: `SUM([${outcomes.join(", ")}])` },
    ofJob("records", "SampleCount", "reports"),
  ];
}

/** Percent of the incoming records whose outcome is known, at most 100, as a restart reads some again; undefined without any. */
export function completeness(results: readonly MetricDataResult[]): number | undefined {
  const valuesOf = (id: string): readonly number[] =>
    results.find(({ Id }) => Id === id)?.Values ?? [];
  const incoming = valuesOf("incoming").reduce((sum, value) => sum + value, 0);
  const [first, ...others] = valuesOf("average");
  if (incoming === 0 || first === undefined) return undefined;
  let before = first;
  let read = 0;
  for (const value of others) {
    // The counters begin again with each restart.
    read += value < before ? value : value - before;
    before = value;
  }
  const reports = [...valuesOf("reports")].sort((one, other) => one - other);
  const subtasks = Math.round((reports[Math.floor(reports.length / 2)] ?? 0) / reportsPerMinute);
  return Math.min(100, (100 * read * subtasks) / incoming);
}
