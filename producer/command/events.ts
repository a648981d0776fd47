import { createHash } from "node:crypto";
import { EventRecords, firstEvent } from "../events/record-source";
import { shuffledEvents } from "../events/shuffled-events";
import type { LiveRecordSource, SourceEvent } from "../events/record";
import type { Reading } from "../events/workload";
import type { CommandOptions } from "./options";

export function readEvents(options: CommandOptions): Promise<Reading> {
  const { workload, json, outputs, loop, shuffle, destination } = options;
  const isReadOnce = !loop && shuffle === 0 && destination !== "nothing";
  if (!json && workload.inputs.length > 0) {
    const names = workload.inputs.map((name) => (name === "-" ? "the standard input" : name));
    process.stderr.write(`Reading ${names.join(", ")}\n`);
  }
  const onRows = (file: string, rows: number) => {
    if (json) process.stdout.write(`${JSON.stringify({ type: "reading", file, rows })}\n`);
    else process.stderr.write(`Reading ${file}: ${rows.toLocaleString("en-US")} rows so far\n`);
  };
  return workload.read(outputs, onRows, isReadOnce);
}

/** What is added to every event time: nothing, or what makes the first one now, in whole seconds. */
export function shiftOf({ source }: Reading, { shiftToNow, range }: CommandOptions): number {
  const first = shiftToNow ? firstEvent(source, range.from) : undefined;
  return first === undefined ? 0 : Math.floor((Date.now() - first.eventTime) / 1000) * 1000;
}

export function recordsOf(
  { source }: Reading,
  options: CommandOptions,
  shiftMs: number,
): EventRecords {
  const { shuffle } = options;
  const ordered = shuffle === 0 ? source : shuffledEvents(source, shuffle * 1000);
  return new EventRecords(ordered, options.workload, {
    from: options.range.from,
    loop: options.loop === true,
    shiftMs,
    partitionKey: options.partitionKey,
    maxRecordBytes: options.maxRecordKib * 1024,
  });
}

/** The events as the stream gets them, as they come. */
export function laterRecords(
  later: (stop: AbortSignal) => AsyncIterable<SourceEvent>,
  records: EventRecords,
): LiveRecordSource {
  return {
    count: undefined,
    async *records(from, stop) {
      let position = 0;
      for await (const event of later(stop)) {
        if (position >= from) yield records.record(event, position);
        position += 1;
      }
    },
  };
}

/** What a position depends on: other events, or another order of them, have other positions. */
export function identityOf(
  events: Reading,
  { loop = false, range, shiftToNow = false, shuffle }: CommandOptions,
): string {
  const options = { loop, shuffleSeconds: shuffle, from: String(range.from), shiftToNow };
  const text = JSON.stringify([events.fingerprint, options]);
  return createHash("sha256").update(text).digest("hex");
}
