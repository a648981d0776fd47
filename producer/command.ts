import { closeSync, writeSync } from "node:fs";
import { retrying } from "./backoff";
import { openOutput, readInput } from "./input";
import { KinesisStream } from "./kinesis";
import type { StreamTarget } from "./kinesis-advice";
import { explain } from "./kinesis-advice";
import { isRetryable } from "./kinesis-error";
import type { CommandOptions } from "./options";
import type { Output } from "./output";
import { ConsoleOutput, JsonOutput } from "./output";
import type { ReplayOptions, ReplayOutcome } from "./replay";
import { replay } from "./replay";
import type { DryRunReport, ReplayReport } from "./report";
import { dryRunReport, progressReport, replayReport } from "./report";
import { ResumeFile, ResumeFileError } from "./resume-file";
import { systemRuntime } from "./runtime";
import { shardLimits } from "./shard-budget";
import type { ShardMap } from "./shard-map";
import { openShardMap } from "./shard-map";
import { StartError } from "./start-error";
import type { TripFile } from "./trip-file";

/** What the command ends with; its help explains them. */
export const exitCodes = { done: 0, failed: 1, notStarted: 2, aborted: 130 } as const;

/** Attempts to reach the stream before the replay starts; about a second. */
const describeAttempts = 5;

/**
 * Does what the command line asks for.
 *
 * @returns the exit code, as the help describes it
 * @throws StartError when nothing was sent because something is wrong
 */
export async function run(options: CommandOptions): Promise<number> {
  if (!options.json) {
    process.stderr.write(
      `Reading ${options.input === "-" ? "the standard input" : options.input}\n`,
    );
  }
  const file = await readInput(options.input, options.deadLetters);
  const reportFile =
    options.report === undefined ? undefined : openOutput(options.report, "report file");
  const output = options.json
    ? new JsonOutput(process.stdout)
    : new ConsoleOutput(options.target === undefined ? process.stdout : process.stderr);
  const end = (report: ReplayReport | DryRunReport) => {
    output.end(report);
    if (reportFile !== undefined) {
      writeSync(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
      closeSync(reportFile);
    }
  };
  if (options.target === undefined) {
    end(dryRunReport(file, options.speedup));
    return exitCodes.done;
  }
  return send(file, options.target, options, output, end);
}

async function send(
  file: TripFile,
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
          input: file.fingerprint,
        });
  const from = resumeFile?.open() ?? 0;
  const stream = new KinesisStream(target.stream, target.region);
  const outcome = await replay(
    file.trips,
    stream,
    await connect(stream, target),
    replayOptions(options, from),
    systemRuntime,
    stopOnSignals(),
    (state) => {
      resumeFile?.write(state.progress.acknowledgedUpTo);
      output.progress(progressReport(state, file.trips.count));
    },
  );
  stream.close();
  end(replayReport(file, from, outcome));
  return exitCode(outcome, target);
}

function exitCode({ progress, error }: ReplayOutcome, target: StreamTarget): number {
  if (error !== undefined) {
    const cause = error instanceof ResumeFileError ? error.message : explain(error, target);
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

async function connect(stream: KinesisStream, target: StreamTarget): Promise<ShardMap> {
  let status: string | undefined;
  try {
    status = await retrying(
      () => stream.unwritableStatus(),
      isRetryable,
      describeAttempts,
      systemRuntime,
    );
    if (status === undefined) {
      return await openShardMap(stream, systemRuntime);
    }
  } catch (error) {
    throw new StartError([explain(error, target)]);
  }
  throw new StartError([`stream ${target.stream} is ${status}; wait until it is ACTIVE`]);
}

function replayOptions(options: CommandOptions, from: number): ReplayOptions {
  const { rateLimitPercent } = options;
  return {
    from,
    speedup: options.speedup,
    shardLimits: {
      records: (shardLimits.records * rateLimitPercent) / 100,
      bytes: (shardLimits.bytes * rateLimitPercent) / 100,
    },
    maxDisorderMs: options.maxDisorderSeconds * 1000,
    maxAttempts: options.maxAttempts,
  };
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
