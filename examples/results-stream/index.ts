import { ResultsStream } from "../../infra/stream/results-stream";

/** A stream for a job's results, archived as JSON lines. */
export function example() {
  const results = new ResultsStream("results", {
    mode: "ON_DEMAND",
    retentionHours: 24,
    archive: { bufferMiB: 5, bufferSeconds: 60 },
    logRetentionDays: 30,
  });
  return { name: results.name };
}
