import { appendFileSync } from "node:fs";
import type { OutgoingRecord } from "../events/record";
import { outputFile } from "../files/output-file";
import { explain } from "../kinesis/kinesis-advice";
import type { StreamTarget } from "../kinesis/target";
import { connect, type Connection } from "../kinesis/kinesis-connection";
import { Delivery } from "../kinesis/delivery";
import { embeddedMetrics } from "./embedded-metrics";
import type { Reading } from "../events/workload";
import { firstEvent } from "../events/record-source";
import { identityOf, laterRecords, readEvents, recordsOf, shiftOf } from "./events";
import { exitCodes, StartError, unwritable } from "../../cli/command";
import { lagAdvisor } from "./lag-advice";
import { jsonLine, LineSink } from "../replay/line-sink";
import type { CommandOptions } from "./options";
import { consoleOutput, jsonOutput, type Output } from "./output";
import type { Progress } from "../replay/progress";
import { longWaitMs, replay, type ReplayOutcome } from "../replay/replay";
import type { ProgressReport } from "./progress-report";
import { dryRunReport, progressReport, replayReport } from "./report";
import { openResumeFile, type ResumeFile } from "./resume-file";
import { systemRuntime } from "../replay/runtime";
import { shardLimits } from "../kinesis/shard-budget";
import type { Sink } from "../replay/sink";

/** Does what the command line asks for. @throws StartError when nothing was sent */
export async function run(options: CommandOptions): Promise<number> {
  const { destination } = options;
  if (destination !== "nothing" && destination !== "stdout") {
    // The stream first: it is quickly looked at, and reading the input may take minutes.
    return sendToStream(await connect(destination), destination, options);
  }
  const events = await readEvents(options);
  const output = outputOf(options);
  if (destination === "nothing") {
    const records = recordsOf(events, options, shiftOf(events, options));
    output.end(dryRunReport(events, records, options.pace));
    return exitCodes.done;
  }
  const open = (progress: Progress) => new LineSink(process.stdout, progress);
  const outcome = await send(events, options, open, undefined, output);
  return exitCode(outcome, 0, options, (error) => String(error));
}

/** Where progress and report go; the report also into the file of --report. */
function outputOf({ report, json, destination }: CommandOptions): Output {
  const reportFile = report === undefined ? undefined : outputFile(report, "report file");
  const output: Output = json
    ? jsonOutput(process.stdout)
    : consoleOutput(destination === "nothing" ? process.stdout : process.stderr);
  return {
    ...output,
    end(document) {
      output.end(document);
      reportFile?.write(`${JSON.stringify(document, undefined, 2)}\n`);
      reportFile?.close();
    },
  };
}

async function sendToStream(
  { stream, shardMap, state }: Connection,
  target: StreamTarget,
  options: CommandOptions,
): Promise<number> {
  const events = await readEvents(options);
  const output = outputOf(options);
  const resumption =
    options.resume === undefined
      ? undefined
      : openResumeFile(
          options.resume,
          {
            arn: state.arn,
            created: state.created,
            endpoint: hostOf(target.endpoint),
            input: identityOf(events, options),
          },
          shiftOf(events, options),
        );
  const { rateLimit, outputs } = options;
  const deliveryOptions = {
    shardLimits: {
      records: (shardLimits.records * rateLimit) / 100,
      bytes: (shardLimits.bytes * rateLimit) / 100,
    },
    maxDisorderMs: options.maxDisorder * 1000,
    maxAttempts: options.maxAttempts,
    giveUpAfterMs: options.giveUpAfter,
    aggregate: options.aggregate === true,
    onLost: ({ data }: OutgoingRecord) => {
      const file = outputs["lost-records"];
      if (file === undefined) return;
      try {
        appendFileSync(file, jsonLine(data));
      } catch (error) {
        throw new StartError([`the file of --lost-records cannot be written: ${String(error)}`]);
      }
    },
  };
  const open = (progress: Progress) =>
    new Delivery(stream, shardMap, deliveryOptions, progress, systemRuntime);
  try {
    const outcome = await send(events, options, open, resumption, output);
    return exitCode(outcome, resumption?.point.position ?? 0, options, (error) =>
      explain(error, target),
    );
  } finally {
    stream.close();
    resumption?.close();
  }
}

/** The port of a server on this machine may be another one each time. */
function hostOf(endpoint: string | undefined): string {
  return endpoint === undefined ? "" : new URL(endpoint).hostname;
}

async function send(
  events: Reading,
  options: CommandOptions,
  open: (progress: Progress) => Sink,
  resumption: ResumeFile | undefined,
  output: Output,
): Promise<ReplayOutcome> {
  const from = resumption?.point.position ?? 0;
  const { live } = events;
  const ordered = recordsOf(events, options, resumption?.point.shiftMs ?? shiftOf(events, options));
  const files = resumption?.point.files ?? {};
  const later = live ? (stop: AbortSignal) => live.events(files, stop) : events.later;
  const records = later ? laterRecords(later, ordered) : ordered;
  const advice = lagAdvisor(options.pace, options.rateLimit);
  const metrics = metricsOutput(options);
  // A faster replay is ahead of the real clock.
  const liveFrom = options.pace.speedup === 1 ? options.workload.liveFrom : undefined;
  const opening =
    liveFrom === undefined ? undefined : firstEvent(events.source, -Infinity)?.eventTime;
  if (opening !== undefined && opening > Date.now() + longWaitMs && !options.json) {
    const bell = new Date(opening).toISOString();
    process.stderr.write(`The market is closed; waiting for the opening bell before ${bell}\n`);
  }
  const stop = stopOnSignals();
  const outcome = await replay(
    records,
    open,
    { ...options.pace, ...(live && { speedup: Infinity }), from, liveFrom },
    systemRuntime,
    stop,
    (state) => {
      const { acknowledgedUpTo } = state.progress;
      const files = live?.acknowledged(acknowledgedUpTo);
      resumption?.write(files === undefined ? acknowledgedUpTo : 0, files);
      const report = progressReport(state, records.count, advice(state));
      metrics?.(report);
      output.progress(report);
    },
  );
  const failures = [outcome.error, stop.reason].filter((each) => each instanceof Error);
  try {
    output.end(replayReport(events, from, outcome));
  } catch (error) {
    failures.push(error as Error);
  }
  return { ...outcome, error: failures[0] };
}

function metricsOutput({ metrics, destination }: CommandOptions) {
  if (metrics !== "emf" || typeof destination === "string") {
    return undefined;
  }
  const meter = embeddedMetrics(destination.stream.replace(/^.*\//, ""));
  return (report: ProgressReport) => {
    process.stdout.write(`${JSON.stringify(meter(report))}\n`);
  };
}

function exitCode(
  { progress, error }: ReplayOutcome,
  skipped: number,
  { json, outputs }: CommandOptions,
  explained: (error: unknown) => string,
): number {
  // The reader of the records has gone, as after `| head`: that is a wish to end.
  if (error instanceof Error && "code" in error && error.code === "EPIPE") {
    return exitCodes.done;
  }
  if (error !== undefined) {
    const cause = error instanceof StartError ? error.problems.join("; ") : explained(error);
    process.stderr.write(`The replay was ended by an error: ${cause}\n`);
    if (json) {
      writeError([cause]);
    }
    const isNothingSent = progress.recordsPut + skipped === 0 && !progress.isUncertain;
    return isNothingSent ? exitCodes.notStarted : exitCodes.failed;
  }
  if (progress.recordsLost > 0) {
    const codes = [...progress.lossCodes].join(", ");
    const file = outputs["lost-records"];
    const kept = file === undefined ? "" : `; they are in ${file}`;
    process.stderr.write(
      `${progress.recordsLost} records were given up after --max-attempts refusals (${codes})${kept}; ` +
        "a replay with the same --resume file, or of that file, sends them again\n",
    );
    return exitCodes.failed;
  }
  return exitCodes.done;
}

export function writeError(problems: readonly string[]): void {
  process.stdout.write(`${JSON.stringify({ type: "error", problems })}\n`);
}

/** The first signal ends the replay in order, the second one immediately. The reason is an error where there is one. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) {
      process.exit(exitCodes.aborted);
    }
    process.stderr.write("\nStopping: sending what is due. A second signal ends immediately.\n");
    controller.abort("signal");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // The reader of the progress is gone, as after `| head`, or the disk is full: the replay ends.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    controller.abort(error.code === "EPIPE" ? "reader" : new StartError([unwritable(error)]));
  });
  return controller.signal;
}
