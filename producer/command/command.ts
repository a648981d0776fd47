import { closeSync, writeSync } from "node:fs";
import { openOutput } from "../files/input";
import { explain } from "../kinesis/kinesis-advice";
import type { StreamTarget } from "../kinesis/target";
import { connect } from "../kinesis/kinesis-connection";
import { Delivery } from "../kinesis/delivery";
import { EmbeddedMetrics } from "./embedded-metrics";
import type { Reading } from "../events/workload";
import { identityOf, readEvents, recordsOf, shiftOf } from "./events";
import { exitCodes } from "../../cli/command";
import { LagAdvisor } from "./lag-advice";
import { LineSink } from "../replay/line-sink";
import type { CommandOptions } from "./options";
import type { Output } from "./output";
import { ConsoleOutput, JsonOutput } from "./output";
import type { Progress } from "../replay/progress";
import type { ReplayOutcome } from "../replay/replay";
import { replay } from "../replay/replay";
import type { DryRunReport, ProgressReport, ReplayReport } from "./report";
import { dryRunReport, progressReport, replayReport } from "./report";
import type { ResumePoint } from "./resume-file";
import { ResumeFile, ResumeFileError } from "./resume-file";
import { systemRuntime } from "../replay/runtime";
import { shardLimits } from "../kinesis/shard-budget";
import type { Sink } from "../replay/sink";

/**
 * Does what the command line asks for.
 *
 * @returns the exit code, as the help describes it
 * @throws StartError when nothing was sent because something is wrong
 */
export async function run(options: CommandOptions): Promise<number> {
  const { destination } = options;
  const events = await readEvents(options);
  const reportFile =
    options.report === undefined ? undefined : openOutput(options.report, "report file");
  const output = options.json
    ? new JsonOutput(process.stdout)
    : new ConsoleOutput(destination === "nothing" ? process.stdout : process.stderr);
  const end = (report: ReplayReport | DryRunReport) => {
    output.end(report);
    if (reportFile !== undefined) {
      writeSync(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
      closeSync(reportFile);
    }
  };
  if (destination === "nothing") {
    const records = recordsOf(events, options, shiftOf(events, options));
    end(dryRunReport(events, records, options.pace));
    return exitCodes.done;
  }
  if (destination === "stdout") {
    const open = (progress: Progress) => new LineSink(process.stdout, progress);
    const outcome = await send(events, options, open, undefined, output, end);
    return exitCode(outcome, (error) => String(error));
  }
  return sendToStream(events, destination, options, output, end);
}

async function sendToStream(
  events: Reading,
  target: StreamTarget,
  options: CommandOptions,
  output: Output,
  end: (report: ReplayReport) => void,
): Promise<number> {
  const resumeFile =
    options.resume === undefined
      ? undefined
      : new ResumeFile(options.resume, {
          stream: target.stream,
          region: target.region,
          input: identityOf(events, options),
        });
  const { rateLimitPercent } = options;
  const deliveryOptions = {
    shardLimits: {
      records: (shardLimits.records * rateLimitPercent) / 100,
      bytes: (shardLimits.bytes * rateLimitPercent) / 100,
    },
    maxDisorderMs: options.maxDisorderSeconds * 1000,
    maxAttempts: options.maxAttempts,
    aggregate: options.aggregate,
  };
  const resumption = resumeFile && {
    resumeFile,
    point: resumeFile.open(shiftOf(events, options)),
  };
  const { stream, shardMap } = await connect(target);
  const open = (progress: Progress) =>
    new Delivery(stream, shardMap, deliveryOptions, progress, systemRuntime);
  const outcome = await send(events, options, open, resumption, output, end);
  stream.close();
  return exitCode(outcome, (error) => explain(error, target));
}

/** Where a resumed replay goes on, and where it keeps that. */
interface Resumption {
  readonly resumeFile: ResumeFile;
  readonly point: ResumePoint;
}

async function send(
  events: Reading,
  options: CommandOptions,
  open: (progress: Progress) => Sink,
  resumption: Resumption | undefined,
  output: Output,
  end: (report: ReplayReport) => void,
): Promise<ReplayOutcome> {
  const from = resumption?.point.position ?? 0;
  const records = recordsOf(events, options, resumption?.point.shiftMs ?? shiftOf(events, options));
  const advisor = new LagAdvisor(options.pace, options.rateLimitPercent);
  const metrics = metricsOutput(options);
  const outcome = await replay(
    records,
    open,
    { ...options.pace, from },
    systemRuntime,
    stopOnSignals(),
    (state) => {
      resumption?.resumeFile.write(state.progress.acknowledgedUpTo);
      const report = progressReport(state, records.count, advisor.advice(state));
      metrics?.(report);
      output.progress(report);
    },
  );
  end(replayReport(events, from, outcome));
  return outcome;
}

function metricsOutput({ metrics, destination }: CommandOptions) {
  if (metrics !== "emf" || typeof destination === "string") {
    return undefined;
  }
  const meter = new EmbeddedMetrics(destination.stream);
  return (report: ProgressReport) => {
    process.stdout.write(`${JSON.stringify(meter.line(report))}\n`);
  };
}

function exitCode({ progress, error }: ReplayOutcome, say: (error: unknown) => string): number {
  // Nobody reads the records any more, as after `| head`: that is a wish to end.
  if (error instanceof Error && "code" in error && error.code === "EPIPE") {
    return exitCodes.done;
  }
  if (error !== undefined) {
    const cause = error instanceof ResumeFileError ? error.message : say(error);
    process.stderr.write(`The replay was ended by an error: ${cause}\n`);
    return progress.recordsPut === 0 ? exitCodes.notStarted : exitCodes.failed;
  }
  if (progress.recordsLost > 0) {
    const codes = [...progress.lossCodes].join(", ");
    process.stderr.write(
      `${progress.recordsLost} records were given up after --max-attempts attempts (${codes}); ` +
        "a replay with the same --resume file, or a new one, sends them again\n",
    );
    return exitCodes.failed;
  }
  return exitCodes.done;
}

/** The first signal ends the replay in order, the second one at once. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) {
      process.exit(exitCodes.aborted);
    }
    process.stderr.write("\nStopping: sending what is due. A second signal ends at once.\n");
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // Nobody reads the progress any more, as after `| head`: that is a wish to end, too.
  process.stdout.on("error", () => {
    controller.abort();
  });
  return controller.signal;
}
