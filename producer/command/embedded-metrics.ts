import type { ProgressReport } from "./report";

const namespace = "StreamingPipeline/Replay";

const units = {
  RecordsPut: "Count",
  BytesPut: "Bytes",
  Throttled: "Count",
  Retries: "Count",
  ReplayLag: "Seconds",
} as const;

/**
 * Turns progress into lines in CloudWatch's embedded metric format, which a log group or the CloudWatch
 * agent makes metrics of. What is counted is given for the time since the line before.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmbeddedMetrics {
  readonly #stream: string;
  #previous = { recordsPut: 0, bytesPut: 0, throttled: 0, retries: 0 };

  constructor(stream: string) {
    this.#stream = stream;
  }

  line(report: ProgressReport): object {
    const previous = this.#previous;
    this.#previous = report;
    return {
      _aws: {
        Timestamp: Date.parse(report.at),
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [["StreamName"]],
            Metrics: Object.entries(units).map(([Name, Unit]) => ({ Name, Unit })),
          },
        ],
      },
      StreamName: this.#stream,
      RecordsPut: report.recordsPut - previous.recordsPut,
      BytesPut: report.bytesPut - previous.bytesPut,
      Throttled: report.throttled - previous.throttled,
      Retries: report.retries - previous.retries,
      ReplayLag: report.replayLagSeconds,
    };
  }
}
