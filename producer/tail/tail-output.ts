import { once } from "node:events";
import type { StoredRecord } from "./shard-reader";
import type { TailListener } from "./tail";
import type { TailOptions } from "./tail-options";

/** Prints the records of a stream, and from time to time how far behind each shard is read. */
export class TailOutput implements TailListener {
  readonly #out: NodeJS.WritableStream;
  readonly #status: NodeJS.WritableStream;
  readonly #options: Pick<TailOptions, "format" | "template">;
  readonly #stop: AbortSignal;
  readonly #lags = new Map<string, number>();
  #records = 0;

  /** `status` gets the lag unless the format is json; `stop` ends waiting for the reader of `out`. */
  constructor(
    out: NodeJS.WritableStream,
    status: NodeJS.WritableStream,
    options: Pick<TailOptions, "format" | "template">,
    stop: AbortSignal,
  ) {
    this.#out = out;
    this.#status = status;
    this.#options = options;
    this.#stop = stop;
    // Each shard may wait for it.
    out.setMaxListeners(0);
  }

  get records(): number {
    return this.#records;
  }

  /** Resolves when the output takes more: what a slow reader has not taken is not kept here. */
  async record(shardId: string, record: StoredRecord): Promise<void> {
    this.#records += 1;
    if (!this.#out.write(this.#line(shardId, record))) {
      await once(this.#out, "drain", { signal: this.#stop }).catch(() => undefined);
    }
  }

  #line(shard: string, { partitionKey, sequenceNumber, arrival, data }: StoredRecord) {
    const time = new Date(arrival).toISOString();
    const text = textOf(data);
    const base64 = Buffer.from(data).toString("base64");
    if (this.#options.format === "raw") {
      return Buffer.concat([data, Buffer.from("\n")]);
    }
    if (this.#options.format === "json") {
      const line = { type: "record", shardId: shard, sequenceNumber, arrival: time, partitionKey };
      const content = text === undefined ? `"base64":"${base64}"` : `"data":${jsonOf(text)}`;
      return `${JSON.stringify(line).slice(0, -1)},${content}}\n`;
    }
    const fields: Readonly<Record<string, string>> = {
      arrival: time,
      shard,
      key: partitionKey,
      sequence: sequenceNumber,
      data: text ?? `base64:${base64}`,
    };
    return `${this.#options.template.replace(/\{(\w+)\}/g, (all, name: string) => printable(fields[name] ?? all))}\n`;
  }

  lag(shardId: string, ms: number | undefined): void {
    if (ms === undefined) {
      this.#lags.delete(shardId);
    } else {
      this.#lags.set(shardId, ms);
    }
  }

  /** Says how far behind each shard is read. */
  status(): void {
    const lags = [...this.#lags].sort(([a], [b]) => a.localeCompare(b));
    if (this.#options.format === "json") {
      const lagSeconds = Object.fromEntries(lags.map(([shard, ms]) => [shard, ms / 1000]));
      this.#out.write(`${JSON.stringify({ type: "lag", lagSeconds })}\n`);
      return;
    }
    const words = lags.map(([shard, ms]) => `${shard} ${(ms / 1000).toFixed(1)} s`);
    this.#status.write(
      `${this.#records} records; lag: ${words.join(", ") || "no shard read yet"}\n`,
    );
  }
}

/** @returns undefined when the data is no text */
function textOf(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf8", { fatal: true }).decode(data);
  } catch {
    return undefined;
  }
}

/** A text that is JSON as it is, numbers and names unchanged, on one line; another one as a JSON string. */
function jsonOf(text: string): string {
  try {
    JSON.parse(text);
    return text.replace(/[\r\n]+/g, " ");
  } catch {
    return JSON.stringify(text);
  }
}

/** Control characters would be commands to a terminal. */
function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
