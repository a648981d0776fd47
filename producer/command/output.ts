import type { ProgressReport } from "./progress-report";
import { type DryRunReport, mostCountedKeys, type ReplayReport } from "./report";

export interface Output {
  progress(report: ProgressReport): void;
  end(report: ReplayReport | DryRunReport): void;
}

export function jsonOutput(out: NodeJS.WritableStream): Output {
  const write = (report: object) => void out.write(`${JSON.stringify(report)}\n`);
  return { progress: write, end: write };
}

const ticksBetweenLines = 5;
/** Seconds of a wait for the next event that are worth a word. */
const longGap = 60;
const startOfLine = "\r\u001b[K";

const count = (value: number) => value.toLocaleString("en-US");
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Progress for people: one line that is rewritten on a terminal, elsewhere a line every 5 seconds. */
export function consoleOutput(out: NodeJS.WriteStream): Output {
  let ticks = 0;
  let advice: string | undefined;
  const writeLine = (text: string) => out.write(`${out.isTTY ? startOfLine : ""}${text}\n`);
  return {
    progress(report) {
      if (report.advice !== null && report.advice !== advice) {
        writeLine(report.advice);
        advice = report.advice;
      }
      const line = progressLine(report);
      if (out.isTTY) out.write(startOfLine + line.slice(0, out.columns - 1));
      else if (ticks % ticksBetweenLines === 0) writeLine(line);
      ticks += 1;
    },
    end(report) {
      const lines = report.type === "report" ? replayLines(report) : dryRunLines(report);
      writeLine(lines.join("\n"));
    },
  };
}

function progressLine(report: ProgressReport): string {
  const { recordsTotal, replayLagSeconds, waiting, lastError } = report;
  return [
    report.eventTime ?? "nothing sent yet",
    recordsTotal === null
      ? `${count(report.recordsPut)} records`
      : `${count(report.recordsPut)} of ${count(recordsTotal)} records`,
    `${count(Math.round(report.recordsPerSecond))}/s`,
    replayLagSeconds !== null && `lag ${replayLagSeconds.toFixed(1)} s`,
    `${count(report.throttled)} throttled`,
    `${count(report.retries)} retries`,
    // There are none where no stream is.
    report.shards > 0 && `${count(report.shards)} shards`,
    waiting && `waiting until ${waiting.until} for the event of ${waiting.eventTime}`,
    lastError && errorText(lastError),
  ]
    .filter((part) => part !== null && part !== false)
    .join("  ");
}

function errorText({
  code,
  message,
  count: times,
  since,
}: NonNullable<ProgressReport["lastError"]>): string {
  return `last error ${code}${message === "" ? "" : ` (${message})`}, ${count(times)} times since ${since.slice(11, 19)}Z`;
}

function replayLines(report: ReplayReport): string[] {
  return [
    ...inputLines(report),
    ...(report.recordsSkipped > 0
      ? [`${count(report.recordsSkipped)} records were sent by an earlier run`]
      : []),
    `${report.interrupted ? "Interrupted: sent" : "Sent"} ${count(report.recordsPut)} records ` +
      `(${megabytes(report.bytesPut)}) in ${report.seconds.toFixed(1)} s, ` +
      `${count(report.throttled)} throttled, ${count(report.retries)} retries, ` +
      `${count(report.recordsLost)} lost`,
  ];
}

function dryRunLines(report: DryRunReport): string[] {
  const { partitionKeys } = report;
  const keys = partitionKeys === null ? `over ${count(mostCountedKeys)}` : count(partitionKeys);
  return [
    ...inputLines(report),
    `Would send ${count(report.recordsTotal)} records (${megabytes(report.bytesTotal)}, ` +
      `${keys} partition keys) in ${count(Math.ceil(report.seconds))} s`,
    `Event time from ${report.firstEventTime} to ${report.lastEventTime}`,
    ...(report.longestGap.seconds > longGap
      ? [
          `Longest wait: ${count(Math.ceil(report.longestGap.seconds))} s before the event of ` +
            `${report.longestGap.eventTime}; --max-gap shortens it`,
        ]
      : []),
    `First event: ${JSON.stringify(report.firstEvent)}`,
  ];
}

function inputLines(report: ReplayReport | DryRunReport): string[] {
  const rejected = Object.entries(report.tripsRejected).map(
    ([reason, rows]) => `${count(rows)} ${reason}`,
  );
  const rejections = rejected.length > 0 ? `, rejected ${rejected.join(", ")}` : "";
  const out =
    report.tripsOutOfRange > 0 ? `, ${count(report.tripsOutOfRange)} out of the range wanted` : "";
  return [`Read ${count(report.tripsRead)} rows${rejections}${out}`];
}
