import { EventEmitter, once } from "node:events";
import type { OutgoingRecord } from "../events/record";

/** Where the records of a replay go. It reports the outcome of each to the progress. */
export abstract class Sink {
  readonly #failure = new AbortController();
  readonly #changes = new EventEmitter();

  abstract readonly hasRoom: boolean;
  abstract readonly shardCount: number;
  abstract offer(record: OutgoingRecord): void;
  /** Resolves when every record is acknowledged or given up. @throws the reason of `failed` */
  abstract drained(): Promise<void>;

  /** What stands in the way is not waited out any more: the replay has been asked to end. */
  endSoon(): void {}

  /** Sends nothing more; resolves when nothing is under way. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Aborts when further offering is pointless; its reason is the error. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  async room(): Promise<void> {
    await this.until(() => this.hasRoom);
  }

  protected fail(error: unknown): void {
    this.#failure.abort(error);
  }

  /** Has the conditions looked at that are waited for. */
  protected changed(): void {
    this.#changes.emit("change");
  }

  protected async nextChange(): Promise<void> {
    await once(this.#changes, "change");
  }

  protected async until(condition: () => boolean): Promise<void> {
    for (;;) {
      this.failed.throwIfAborted();
      if (condition()) return;
      await this.nextChange();
    }
  }
}
