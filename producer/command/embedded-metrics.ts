import type { ProgressReport } from "./progress-report";

const namespace = "StreamingPipeline/Replay";
/** All other metrics are counts. */
const units: Readonly<Record<string, string>> = { BytesPut: "Bytes", ReplayLag: "Seconds" };

/** Lines in CloudWatch's embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
export function embeddedMetrics(stream: string): (report: ProgressReport) => object {
  let previous: Readonly<Record<string, number>> = {};
  return (report) => {
    const totals = {
      RecordsPut: report.recordsPut,
      BytesPut: report.bytesPut,
      Throttled: report.throttled,
      Retries: report.retries,
      Errors: Object.values(report.errors).reduce((sum, count) => sum + count, 0),
    };
    const values = Object.entries(totals).map(([name, total]) => [
      name,
      total - (previous[name] ?? 0),
    ]);
    previous = totals;
    if (report.replayLagSeconds !== null) values.push(["ReplayLag", report.replayLagSeconds]);
    const metrics = Object.fromEntries(values) as Readonly<Record<string, number>>;
    return {
      _aws: {
        Timestamp: Date.parse(report.at),
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [["StreamName"]],
            Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: units[Name] ?? "Count" })),
          },
        ],
      },
      StreamName: stream,
      ...metrics,
      ...(report.lastError === null ? {} : { LastError: report.lastError.code }),
    };
  };
}
