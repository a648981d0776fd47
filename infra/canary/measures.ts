import type { MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import { type Metric, metric, type MetricName, outcomes } from "../watch/metrics";

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
  const query = (
    Id: string,
    { namespace: Namespace, name: MetricName, dimensions }: Metric<string>,
    Stat: string,
  ): MetricDataQuery => {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Metric = { Namespace, MetricName, Dimensions };
    return { Id, MetricStat: { Metric, Period: 60, Stat } };
  };
  const job = (name: MetricName<"application">): Metric<string> =>
    metric("application", name, { Application: application });
  return [
    query(
      "incoming",
      metric<"stream", string>("stream", "IncomingRecords", { StreamName: stream }),
      "Sum",
    ),
    ...outcomes.map((name) => ({ ...query(name, job(name), "Average"), ReturnData: false })),
    { Id: "average", Expression: `SUM([${outcomes.join(", ")}])` },
    query("reports", job("records"), "SampleCount"),
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
