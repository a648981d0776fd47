import { EventEmitter, once } from "node:events";
import type { Writable } from "node:stream";
import type { Progress } from "./progress";
import type { OutgoingRecord } from "../events/record";
import type { Sink } from "./sink";

const newLine = Buffer.from("\n");
/** Files accept everything and never request a pause; without a limit nothing else would run. */
const mostUnwritten = 1000;

/** Writes records as JSON lines, in exactly the order of their event times. */
export class LineSink implements Sink {
  readonly shardCount = 0;
  readonly #out: Writable;
  readonly #progress: Progress;
  readonly #failed = new AbortController();
  #unwritten = 0;
  readonly #changes = new EventEmitter();

  constructor(out: Writable, progress: Progress) {
    this.#out = out;
    this.#progress = progress;
    out.on("error", (error) => {
      this.#failed.abort(error);
      this.#changes.emit("change");
    });
    out.on("drain", () => {
      this.#changes.emit("change");
    });
  }

  get hasRoom(): boolean {
    return (
      !this.#out.writableNeedDrain &&
      this.#unwritten < mostUnwritten &&
      !this.#failed.signal.aborted
    );
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  async room(): Promise<void> {
    await this.#until(() => this.hasRoom);
  }

  offer(record: OutgoingRecord): void {
    this.#progress.offered(record);
    this.#unwritten += 1;
    this.#out.write(Buffer.concat([record.data, newLine]), (error) => {
      if (!error) {
        this.#unwritten -= 1;
        this.#progress.acknowledged(record);
      }
      this.#changes.emit("change");
    });
  }

  async drained(): Promise<void> {
    await this.#until(() => this.#unwritten === 0);
  }

  /** The reader of the lines decides. */
  endSoon(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #until(condition: () => boolean): Promise<void> {
    for (;;) {
      this.#failed.signal.throwIfAborted();
      if (condition()) {
        return;
      }
      await once(this.#changes, "change");
    }
  }
}
