import type { Writable } from "node:stream";
import type { Progress } from "./progress";
import type { OutgoingRecord } from "../events/record";
import { Sink } from "./sink";

/** Data of a record as a line of JSON, which has line breaks between its values only. */
export function jsonLine(data: Uint8Array): string {
  return `${Buffer.from(data)
    .toString()
    .replaceAll(/[\r\n]+/g, " ")}\n`;
}

/** Files accept everything and never request a pause; without a limit nothing else would run. */
const mostUnwritten = 1000;

/** Writes records as JSON lines, in exactly the order of their event times. */
export class LineSink extends Sink {
  readonly shardCount = 0;
  readonly #out: Writable;
  readonly #progress: Progress;
  #unwritten = 0;

  constructor(out: Writable, progress: Progress) {
    super();
    this.#out = out;
    this.#progress = progress;
    out.on("error", (error) => {
      this.fail(error);
      this.changed();
    });
    out.on("drain", () => {
      this.changed();
    });
  }

  get hasRoom(): boolean {
    return !this.#out.writableNeedDrain && this.#unwritten < mostUnwritten && !this.failed.aborted;
  }

  offer(record: OutgoingRecord): void {
    this.#progress.offered(record);
    this.#unwritten += 1;
    this.#out.write(jsonLine(record.data), (error) => {
      if (!error) {
        this.#unwritten -= 1;
        this.#progress.acknowledged(record);
      }
      this.changed();
    });
  }

  async drained(): Promise<void> {
    await this.until(() => this.#unwritten === 0);
  }
}
