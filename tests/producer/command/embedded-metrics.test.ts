import { expect } from "chai";
import { embeddedMetrics } from "../../../producer/command/embedded-metrics";
import type { ProgressReport } from "../../../producer/command/progress-report";

const report: ProgressReport = {
  type: "progress",
  at: "2026-01-01T00:00:01.000Z",
  eventTime: null,
  recordsPut: 10,
  recordsPerSecond: 10,
  bytesPut: 1000,
  replayLagSeconds: 2.5,
  throttled: 3,
  retries: 4,
  shards: 2,
  recordsTotal: null,
  waiting: null,
  lastError: { code: "InternalFailure", message: "", count: 2, since: "2026-01-01T00:00:00.000Z" },
  errors: { InternalFailure: 2 },
  advice: null,
};

describe("The metrics of a replay", () => {
  it("are embedded in a line that CloudWatch understands", () => {
    const line = embeddedMetrics("trips")(report);
    expect(line).to.deep.equal({
      _aws: {
        Timestamp: Date.parse(report.at),
        CloudWatchMetrics: [
          {
            Namespace: "StreamingPipeline/Replay",
            Dimensions: [["StreamName"]],
            Metrics: [
              { Name: "RecordsPut", Unit: "Count" },
              { Name: "BytesPut", Unit: "Bytes" },
              { Name: "Throttled", Unit: "Count" },
              { Name: "Retries", Unit: "Count" },
              { Name: "Errors", Unit: "Count" },
              { Name: "ReplayLag", Unit: "Seconds" },
            ],
          },
        ],
      },
      StreamName: "trips",
      RecordsPut: 10,
      BytesPut: 1000,
      Throttled: 3,
      Retries: 4,
      Errors: 2,
      ReplayLag: 2.5,
      LastError: "InternalFailure",
    });
  });

  it("leave out a lag that is not known", () => {
    const line = embeddedMetrics("trips")({ ...report, replayLagSeconds: null });
    expect(line).not.to.have.property("ReplayLag");
    expect(JSON.stringify(line)).not.to.include("ReplayLag");
  });

  it("count since the line before", () => {
    const metrics = embeddedMetrics("trips");
    metrics(report);
    expect(metrics({ ...report, recordsPut: 25, bytesPut: 1500 })).to.include({
      RecordsPut: 15,
      BytesPut: 500,
      Throttled: 0,
      Retries: 0,
      ReplayLag: 2.5,
    });
  });
});
