import { createHash } from "node:crypto";
import { EventRecords, firstEvent } from "../events/record-source";
import { ShuffledEvents } from "../events/shuffled-events";
import type { LiveRecordSource } from "../events/record";
import type { FilePositions, LiveEvents, Reading } from "../events/workload";
import type { CommandOptions } from "./options";

/** @throws StartError when an input cannot be used or holds nothing to send */
export function readEvents({ workload, json, outputs }: CommandOptions): Promise<Reading> {
  if (!json && workload.inputs.length > 0) {
    const names = workload.inputs.map((name) => (name === "-" ? "the standard input" : name));
    process.stderr.write(`Reading ${names.join(", ")}\n`);
  }
  return workload.read(outputs, (file, rows) => {
    if (json) process.stdout.write(`${JSON.stringify({ type: "reading", file, rows })}\n`);
    else process.stderr.write(`Reading ${file}: ${rows.toLocaleString("en-US")} rows so far\n`);
  });
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
  const { shuffleSeconds } = options;
  const ordered = shuffleSeconds === 0 ? source : new ShuffledEvents(source, shuffleSeconds * 1000);
  return new EventRecords(ordered, options.workload, {
    from: options.range.from,
    loop: options.loop,
    shiftMs,
    partitionKey: options.partitionKey,
    maxRecordBytes: options.maxRecordKiB * 1024,
  });
}

/** The events as the stream gets them, as they come. */
export function liveRecordsOf(
  live: LiveEvents,
  events: Reading,
  options: CommandOptions,
  saved: FilePositions,
): LiveRecordSource {
  const records = recordsOf(events, options, 0);
  return {
    count: undefined,
    async *records(from, stop) {
      let position = from;
      for await (const event of live.events(saved, stop)) {
        yield records.record(event, position);
        position += 1;
      }
    },
  };
}

/** What a position depends on: other events, or another order of them, have other positions. */
export function identityOf(
  events: Reading,
  { loop, range, shiftToNow, shuffleSeconds }: CommandOptions,
): string {
  const options = { loop, shuffleSeconds, from: String(range.from), shiftToNow };
  const text = JSON.stringify([events.fingerprint, options]);
  return createHash("sha256").update(text).digest("hex");
}
