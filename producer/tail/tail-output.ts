import { once } from "node:events";
import type { StoredRecord } from "./shard-reader";
import type { TailOptions } from "./tail-options";

/**
 * Prints the records of a stream, and from time to time how far behind each shard is read: to `status` unless the format
 * is json. `stop` ends waiting for the reader of `out`.
 */
export function tailOutput(
  out: NodeJS.WritableStream,
  status: NodeJS.WritableStream,
  { format, template }: Pick<TailOptions, "format" | "template">,
  stop: AbortSignal,
) {
  const lags = new Map<string, number>();
  let records = 0;
  // Each shard may wait for it.
  out.setMaxListeners(0);
  return {
    get records(): number {
      return records;
    },
    /** Resolves when the output takes more: what a slow reader has not taken is not kept here. */
    async record(shardId: string, record: StoredRecord): Promise<void> {
      records += 1;
      if (!out.write(lineOf(shardId, record, format, template))) {
        await once(out, "drain", { signal: stop }).catch(() => undefined);
      }
    },
    lag: (shardId: string, ms: number | undefined): void => {
      if (ms === undefined) lags.delete(shardId);
      else lags.set(shardId, ms);
    },
    status: (): void => {
      const sorted = [...lags].sort(([a], [b]) => a.localeCompare(b));
      if (format === "json") {
        const lagSeconds = Object.fromEntries(sorted.map(([shard, ms]) => [shard, ms / 1000]));
        out.write(`${JSON.stringify({ type: "lag", lagSeconds })}\n`);
        return;
      }
      const words = sorted.map(([shard, ms]) => `${shard} ${(ms / 1000).toFixed(1)} s`);
      status.write(`${records} records; lag: ${words.join(", ") || "no shard read yet"}\n`);
    },
  };
}

function lineOf(
  shard: string,
  { partitionKey, sequenceNumber, arrival, data }: StoredRecord,
  format: TailOptions["format"],
  template: string,
) {
  const time = new Date(arrival).toISOString();
  const text = textOf(data);
  const base64 = Buffer.from(data).toString("base64");
  if (format === "raw") {
    return Buffer.concat([data, Buffer.from("\n")]);
  }
  if (format === "json") {
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
  return `${template.replace(/\{(\w+)\}/g, (all, name: string) => printable(fields[name] ?? all))}\n`;
}

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
