import type { ProgressReport } from "./progress-report";

const namespace = "StreamingPipeline/Replay";

const units = {
  RecordsPut: "Count",
  BytesPut: "Bytes",
  Throttled: "Count",
  Retries: "Count",
  Errors: "Count",
  ReplayLag: "Seconds",
} as const;

/** Lines in CloudWatch's embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
export class EmbeddedMetrics {
  readonly #stream: string;
  #previous = { recordsPut: 0, bytesPut: 0, throttled: 0, retries: 0, errors: 0 };

  constructor(stream: string) {
    this.#stream = stream;
  }

  line(report: ProgressReport): object {
    const previous = this.#previous;
    const errors = Object.values(report.errors).reduce((sum, count) => sum + count, 0);
    this.#previous = { ...report, errors };
    const lag = report.replayLagSeconds;
    const metrics = Object.entries(units).filter(([name]) => name !== "ReplayLag" || lag !== null);
    return {
      _aws: {
        Timestamp: Date.parse(report.at),
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [["StreamName"]],
            Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
          },
        ],
      },
      StreamName: this.#stream,
      RecordsPut: report.recordsPut - previous.recordsPut,
      BytesPut: report.bytesPut - previous.bytesPut,
      Throttled: report.throttled - previous.throttled,
      Retries: report.retries - previous.retries,
      Errors: errors - previous.errors,
      ...(lag === null ? {} : { ReplayLag: lag }),
      ...(report.lastError === null ? {} : { LastError: report.lastError.code }),
    };
  }
}
