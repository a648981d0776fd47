import { createHash } from "node:crypto";
import { readInputs } from "../trips/input";
import type { CommandOptions } from "./options";
import type { EventSource } from "../events/record";
import { EventRecords, firstEvent } from "../events/record-source";
import type { Reading } from "./report";
import { ShuffledEvents } from "../events/shuffled-events";
import { StartError } from "../../cli/start-error";
import { TradeSource } from "../trades/trade-source";
import { workloads } from "../events/workload";

/** The events to send, and what was read for them. */
export interface Events extends Reading {
  readonly source: EventSource;
  readonly fingerprint: string;
}

/** @throws StartError when an input cannot be used or holds nothing to send */
export async function readEvents({ input, trades, range, json }: CommandOptions): Promise<Events> {
  if (trades !== undefined) {
    const source = new TradeSource(trades);
    const fingerprint = source.fingerprint;
    return { source, fingerprint, rowsRead: undefined, rejected: {}, outOfRange: 0 };
  }
  if (input === undefined) {
    throw new StartError(["there is no input"]);
  }
  if (!json) {
    const names = input.sources.map((name) => (name === "-" ? "the standard input" : name));
    process.stderr.write(`Reading ${names.join(", ")}\n`);
  }
  const { trips: source, ...reading } = await readInputs(input, range);
  return { source, ...reading };
}

/** What is added to every event time: nothing, or what makes the first one now, in whole seconds. */
export function shiftOf({ source }: Events, { shiftToNow, range }: CommandOptions): number {
  const first = shiftToNow ? firstEvent(source, range.from) : undefined;
  return first === undefined ? 0 : Math.floor((Date.now() - first.eventTime) / 1000) * 1000;
}

/** The events as the stream gets them. */
export function recordsOf(
  { source }: Events,
  options: CommandOptions,
  shiftMs: number,
): EventRecords {
  const { shuffleSeconds } = options;
  const ordered = shuffleSeconds === 0 ? source : new ShuffledEvents(source, shuffleSeconds * 1000);
  return new EventRecords(ordered, workloads[options.workload], {
    from: options.range.from,
    loop: options.loop,
    shiftMs,
    partitionKey: options.partitionKey,
    maxRecordBytes: options.maxRecordKiB * 1024,
  });
}

/** What a position depends on: other events, or another order of them, have other positions. */
export function identityOf(
  events: Events,
  { loop, range, shiftToNow, shuffleSeconds }: CommandOptions,
): string {
  const options = { loop, shuffleSeconds, from: String(range.from), shiftToNow };
  const text = JSON.stringify([events.fingerprint, options]);
  return createHash("sha256").update(text).digest("hex");
}
