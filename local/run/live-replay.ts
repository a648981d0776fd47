import { restartLimit } from "../machine/startable";
import { ReplayError, type ReplayProcess, type ReplayReport } from "./replay-process";
import type { ReplayProgress } from "../status/pipeline-status";

/** The producer's exit code for options or an input that it cannot use. */
const UNUSABLE = 2;

export type LiveReplay = ReturnType<typeof liveReplay>;

/**
 * A replay that pauses and changes speed: the producer drains, ends and continues from its position.
 * @param onRestart called when the producer ended on its own and is started again, with the reason
 */
export function liveReplay(
  start: (speedup: number) => ReplayProcess,
  initialSpeedup: number,
  onRestart: (reason: string) => void = () => undefined,
) {
  const mayRestart = restartLimit();
  let process: ReplayProcess | undefined;
  let speedup = initialSpeedup;
  /** Of the producers before the one that runs. */
  let before: ReplayProgress | undefined;
  let problem: string | undefined;
  let paused = false;
  let ended = false;
  let lastChange: Promise<void> = Promise.resolve();
  let settle!: {
    readonly done: (report: ReplayReport) => void;
    readonly failed: (error: unknown) => void;
  };
  const finished = new Promise<ReplayReport>((done, failed) => {
    settle = { done, failed };
  });
  // Awaited elsewhere: not an unhandled rejection.
  finished.catch(() => undefined);

  const progress = (): ReplayProgress | undefined => {
    const own = process?.progress;
    if (before === undefined) return own;
    if (own === undefined) {
      // A producer that starts has put nothing yet, and reports nothing for some seconds.
      const starting = { at: new Date().toISOString(), recordsPerSecond: 0 };
      return process === undefined ? before : { ...before, ...starting };
    }
    return {
      ...own,
      // What was not acknowledged when a producer ended is put again.
      recordsPut: Math.max(own.recordsPut, before.recordsPut),
      bytesPut: own.bytesPut + before.bytesPut,
      throttled: own.throttled + before.throttled,
      retries: own.retries + before.retries,
    };
  };
  const run = (): void => {
    const started = start(speedup);
    process = started;
    started.finished.then(
      (report) => {
        if (process !== started) return;
        ended = true;
        settle.done(report);
      },
      (error: unknown) => {
        if (process === started) restart(error);
      },
    );
  };
  const restart = (error: unknown): void => {
    const canGoOn = error instanceof ReplayError && error.code !== UNUSABLE;
    if (!canGoOn || !mayRestart()) {
      settle.failed(error);
      return;
    }
    problem = `ended (${error.how}) and is started again`;
    onRestart(problem);
    before = progress();
    run();
  };
  const halt = async (): Promise<void> => {
    if (process === undefined || ended) return;
    const halted = process;
    before = progress();
    problem = undefined;
    process = undefined;
    await halted.stop();
  };
  const afterOthers = (change: () => Promise<void>): Promise<void> => {
    const changed = lastChange.then(change);
    lastChange = changed.catch(() => undefined);
    return changed;
  };
  const whileReplaying = (change: () => Promise<void>): Promise<void> =>
    afterOthers(async () => {
      if (ended) throw new Error("The replay has come to its end.");
      await change();
    });

  run();
  return {
    /** The report of the replay that came to the end of the input; rejects when one failed. */
    finished,
    get progress(): ReplayProgress | undefined {
      return progress();
    },
    get problem(): string | undefined {
      return process?.progress === undefined ? problem : undefined;
    },
    get ended(): boolean {
      return ended;
    },
    get paused(): boolean {
      return paused && !ended;
    },
    get speedup(): number {
      return speedup;
    },
    pause: (wanted: boolean): Promise<void> =>
      whileReplaying(async () => {
        paused = wanted;
        if (paused) await halt();
        else if (process === undefined) run();
      }),
    changeSpeedup: (wanted: number): Promise<void> =>
      whileReplaying(async () => {
        speedup = wanted;
        if (process === undefined) return;
        await halt();
        // It may have come to its end meanwhile, for which halting is no reason.
        if (!ended) run();
      }),
    stop: (): Promise<void> => afterOthers(halt),
  };
}
