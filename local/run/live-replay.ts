import type { ReplayProcess } from "./replay-process";
import type { ReplayReport } from "./report";
import type { ReplayProgress } from "../status/pipeline-status";

/** A replay that can be paused and sped up: each time the producer drains, ends, and goes on from its position. */
export class LiveReplay {
  /** The report of the replay that came to the end of the input; rejects when one failed. */
  readonly finished: Promise<ReplayReport>;
  readonly #start: (speedup: number) => ReplayProcess;
  #process: ReplayProcess | undefined;
  #speedup: number;
  #progress: ReplayProgress | undefined;
  #ended = false;
  #change: Promise<void> = Promise.resolve();
  #settle!: {
    readonly done: (report: ReplayReport) => void;
    readonly failed: (error: unknown) => void;
  };

  constructor(start: (speedup: number) => ReplayProcess, speedup: number) {
    this.#start = start;
    this.#speedup = speedup;
    this.finished = new Promise((done, failed) => {
      this.#settle = { done, failed };
    });
    // Whoever awaits it sees the rejection; until then it is no unhandled one.
    this.finished.catch(() => undefined);
    this.#run();
  }

  get progress(): ReplayProgress | undefined {
    return this.#process?.progress ?? this.#progress;
  }

  /** Whether the input has come to its end. */
  get ended(): boolean {
    return this.#ended;
  }

  get paused(): boolean {
    return this.#process === undefined && !this.#ended;
  }

  get speedup(): number {
    return this.#speedup;
  }

  async pause(paused: boolean): Promise<void> {
    await this.#afterOthers(async () => {
      if (this.#ended) throw new Error("The replay has come to its end.");
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

  /** Lets the producer send what is due and end. */
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
        if (this.#process === process) this.#settle.failed(error);
      },
    );
  }

  async #halt(): Promise<void> {
    const process = this.#process;
    if (process === undefined || this.#ended) return;
    this.#progress = process.progress;
    this.#process = undefined;
    await process.stop();
  }

  /** One change at a time, whoever asks for it. */
  #afterOthers(change: () => Promise<void>): Promise<void> {
    const changed = this.#change.then(change);
    this.#change = changed.catch(() => undefined);
    return changed;
  }
}
