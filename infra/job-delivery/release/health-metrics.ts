import { type CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { type LagMetric, minutesOf } from "../../watch/metrics";
import type { Health, Point } from "./gate";

const MINUTE = 60_000;

/** Metrics of an application; Flink 2 calls some of them otherwise, and each runtime has one of the two. */
const applicationMetrics = {
  restarts: ["fullRestarts", "numRestarts"],
  running: ["uptime", "runningTime"],
  failedCheckpoints: ["numberOfFailedCheckpoints"],
  checkpoints: ["lastCheckpointDuration"],
} as const;

export class HealthMetrics {
  readonly #client: CloudWatchClient;
  readonly #application: string;
  readonly #lagMetrics: readonly LagMetric[];

  constructor(client: CloudWatchClient, application: string, lagMetrics: readonly LagMetric[]) {
    this.#client = client;
    this.#application = application;
    this.#lagMetrics = lagMetrics;
  }

  async read(since: Date, now: Date): Promise<Health> {
    const ofApplication = (metricName: string): LagMetric => ({
      namespace: "AWS/KinesisAnalytics",
      metricName,
      dimensions: { Application: this.#application },
    });
    const of = (name: keyof typeof applicationMetrics): Promise<readonly Point[]> =>
      this.#points(applicationMetrics[name].map(ofApplication), since, now);
    const [restarts, running, failedCheckpoints, checkpoints, lag] = await Promise.all([
      of("restarts"),
      of("running"),
      of("failedCheckpoints"),
      of("checkpoints"),
      this.#lagMetrics.length === 0 ? undefined : this.#points(this.#lagMetrics, since, now),
    ]);
    return { restarts, running, failedCheckpoints, checkpoints, lag };
  }

  /** The highest value of all metrics in each minute. */
  async #points(metrics: readonly LagMetric[], since: Date, now: Date): Promise<readonly Point[]> {
    const { MetricDataResults = [] } = await this.#client.send(
      new GetMetricDataCommand({
        StartTime: new Date(Math.floor(since.getTime() / MINUTE) * MINUTE),
        EndTime: new Date(now.getTime() + MINUTE),
        ScanBy: "TimestampAscending",
        MetricDataQueries: metrics.map((one, index) => minutesOf(`m${index}`, one, "Maximum")),
      }),
    );
    const highest = new Map<number, number>();
    for (const { Timestamps = [], Values = [] } of MetricDataResults) {
      for (const [index, time] of Timestamps.entries()) {
        const value = Values[index] ?? Number.NEGATIVE_INFINITY;
        highest.set(time.getTime(), Math.max(value, highest.get(time.getTime()) ?? value));
      }
    }
    return [...highest]
      .sort(([one], [other]) => one - other)
      .map(([time, value]) => ({ time: new Date(time), value }));
  }
}
