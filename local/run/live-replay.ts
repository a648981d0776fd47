import { restartLimit } from "../machine/startable";
import { ReplayError, type ReplayProcess } from "./replay-process";
import type { ReplayReport } from "./report";
import type { ReplayProgress } from "../status/pipeline-status";

/** The producer's exit code for options or an input that it cannot use. */
const UNUSABLE = 2;

/** A replay that pauses and changes speed: the producer drains, ends and continues from its position. */
export class LiveReplay {
  /** The report of the replay that came to the end of the input; rejects when one failed. */
  readonly finished: Promise<ReplayReport>;
  readonly #start: (speedup: number) => ReplayProcess;
  readonly #onRestart: (reason: string) => void;
  readonly #mayRestart = restartLimit();
  #process: ReplayProcess | undefined;
  #speedup: number;
  #progress: ReplayProgress | undefined;
  #problem: string | undefined;
  #paused = false;
  #ended = false;
  #change: Promise<void> = Promise.resolve();
  #settle!: {
    readonly done: (report: ReplayReport) => void;
    readonly failed: (error: unknown) => void;
  };

  /** @param onRestart called when the producer ended on its own and is started again, with the reason */
  constructor(
    start: (speedup: number) => ReplayProcess,
    speedup: number,
    onRestart: (reason: string) => void = () => undefined,
  ) {
    this.#start = start;
    this.#onRestart = onRestart;
    this.#speedup = speedup;
    this.finished = new Promise((done, failed) => {
      this.#settle = { done, failed };
    });
    // Awaited elsewhere: not an unhandled rejection.
    this.finished.catch(() => undefined);
    this.#run();
  }

  get progress(): ReplayProgress | undefined {
    const [own, before] = [this.#process?.progress, this.#progress];
    if (before === undefined) return own;
    if (own === undefined) {
      // A producer that starts has put nothing yet, and reports nothing for some seconds.
      const starting = { at: new Date().toISOString(), recordsPerSecond: 0 };
      return this.#process === undefined ? before : { ...before, ...starting };
    }
    return {
      ...own,
      // What was not acknowledged when a producer ended is put again.
      recordsPut: Math.max(own.recordsPut, before.recordsPut),
      bytesPut: own.bytesPut + before.bytesPut,
      throttled: own.throttled + before.throttled,
      retries: own.retries + before.retries,
    };
  }

  get problem(): string | undefined {
    return this.#process?.progress === undefined ? this.#problem : undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get paused(): boolean {
    return this.#paused && !this.#ended;
  }

  get speedup(): number {
    return this.#speedup;
  }

  async pause(paused: boolean): Promise<void> {
    await this.#afterOthers(async () => {
      if (this.#ended) throw new Error("The replay has come to its end.");
      this.#paused = paused;
      if (paused) await this.#halt();
      else if (this.#process === undefined) this.#run();
    });
  }

  async changeSpeedup(speedup: number): Promise<void> {
    await this.#afterOthers(async () => {
      if (this.#ended) throw new Error("The replay has come to its end.");
      this.#speedup = speedup;
      if (this.#process === undefined) return;
      await this.#halt();
      // It may have come to its end meanwhile, for which halting is no reason.
      if (!this.ended) this.#run();
    });
  }

  async stop(): Promise<void> {
    await this.#afterOthers(() => this.#halt());
  }

  #run(): void {
    const process = this.#start(this.#speedup);
    this.#process = process;
    process.finished.then(
      (report) => {
        if (this.#process !== process) return;
        this.#ended = true;
        this.#settle.done(report);
      },
      (error: unknown) => {
        if (this.#process === process) this.#restart(error);
      },
    );
  }

  #restart(error: unknown): void {
    const canGoOn = error instanceof ReplayError && error.code !== UNUSABLE;
    if (!canGoOn || !this.#mayRestart()) {
      this.#settle.failed(error);
      return;
    }
    this.#problem = `ended (${error.how}) and is started again`;
    this.#onRestart(this.#problem);
    this.#progress = this.progress;
    this.#run();
  }

  async #halt(): Promise<void> {
    const process = this.#process;
    if (process === undefined || this.#ended) return;
    this.#progress = this.progress;
    this.#problem = undefined;
    this.#process = undefined;
    await process.stop();
  }

  #afterOthers(change: () => Promise<void>): Promise<void> {
    const changed = this.#change.then(change);
    this.#change = changed.catch(() => undefined);
    return changed;
  }
}
