import type { StoredRecord } from "./shard-reader";
import type { TailListener } from "./tail";

/** Prints the records of a stream, and from time to time how far behind each shard is read. */
export class TailOutput implements TailListener {
  readonly #out: NodeJS.WritableStream;
  readonly #status: NodeJS.WritableStream;
  readonly #format: "text" | "json";
  readonly #lags = new Map<string, number>();
  #records = 0;

  /** @param status - gets the lag when the format is text */
  constructor(out: NodeJS.WritableStream, status: NodeJS.WritableStream, format: "text" | "json") {
    this.#out = out;
    this.#status = status;
    this.#format = format;
  }

  get records(): number {
    return this.#records;
  }

  record(shardId: string, record: StoredRecord): void {
    this.#records += 1;
    const { partitionKey, sequenceNumber } = record;
    const arrival = new Date(record.arrival).toISOString();
    const text = textOf(record.data);
    if (this.#format === "text") {
      this.#out.write(`${arrival}  ${shardId}  ${partitionKey}  ${text ?? binary(record.data)}\n`);
      return;
    }
    const content =
      text === undefined
        ? { base64: Buffer.from(record.data).toString("base64") }
        : { data: parsed(text) };
    const line = { type: "record", shardId, sequenceNumber, arrival, partitionKey, ...content };
    this.#out.write(`${JSON.stringify(line)}\n`);
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
    if (this.#format === "json") {
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function binary(data: Uint8Array): string {
  return `base64:${Buffer.from(data).toString("base64")}`;
}
