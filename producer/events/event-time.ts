import { InvalidArgumentError } from "commander";
import { parseInstant } from "./instant";
import { newYorkInstant } from "./wall-clock";

/** Event times of what is sent, in milliseconds since the epoch: from inclusive, to exclusive. */
export interface EventTimeRange {
  readonly from: number;
  readonly to: number;
}

export const everything: EventTimeRange = { from: -Infinity, to: Infinity };

/** Whether an instant has a year of four digits, 0000 to 9999 in UTC, as all texts of times here. */
export function isWritable(ms: number): boolean {
  return ms >= -62_167_219_200_000 && ms < 253_402_300_800_000;
}

const dayMs = 86_400_000;
let latestDay = NaN;
let latestDayText = "";

/** An instant with second precision, such as 2019-03-01T18:00:00Z. */
export function isoSeconds(ms: number): string {
  // Events come by the million, most of them on the same day as the one before.
  const daysSinceEpoch = Math.floor(ms / dayMs);
  if (daysSinceEpoch !== latestDay) {
    latestDay = daysSinceEpoch;
    latestDayText = new Date(ms).toISOString().slice(0, 11);
  }
  const seconds = Math.floor((ms - daysSinceEpoch * dayMs) / 1000);
  const [hour, minute] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${latestDayText}${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(seconds % 60)}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Milliseconds of an instant or of a wall-clock time of New York (2019-03-01 13:00:00); undefined when neither. */
export function parseEventTime(text: string): number | undefined {
  return parseInstant(text) ?? newYorkInstant(text);
}

export function eventTimeOption(text: string): number {
  const time = parseEventTime(text);
  if (time === undefined) {
    throw new InvalidArgumentError(
      "It must be such as 2019-03-01T18:00:00Z, or 2019-03-01 13:00:00 in New York.",
    );
  }
  return time;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns milliseconds of a duration such as 90s, 1.5h or 2d, or undefined when the text is none */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    return undefined;
  }
  const ms = Number(amount) * unitMs[unit as keyof typeof unitMs];
  return ms > 0 ? ms : undefined;
}

/** Reads a duration; `endless` is the word for Infinity and `zero` the meaning of 0, where they are allowed. */
export function durationOption(endless?: string, zero?: number): (text: string) => number {
  return (text) => {
    const duration =
      endless !== undefined && text === endless
        ? Infinity
        : text === "0"
          ? zero
          : parseDuration(text);
    if (duration === undefined) {
      const other = endless === undefined ? "" : `, or ${endless}`;
      throw new InvalidArgumentError(`It must be such as 90s, 30m, 6.5h or 2d${other}.`);
    }
    return duration;
  };
}
