import { DateTime } from "luxon";

const pattern = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/;

/** Milliseconds since the epoch of a wall-clock time, or undefined when the text is no such time. */
export type WallClock = (text: string) => number | undefined;

/**
 * Converts the wall-clock time of a zone, `YYYY-MM-DD HH:MM:SS` with or without a fraction, to an instant.
 * In spring a time of the skipped hour is moved one hour forward; in autumn the first of the two instants is taken.
 */
export function wallClock(zone: string): WallClock {
  // Clocks change on the quarter hour at most, so one conversion serves a quarter hour of events. The keys are numbers:
  // a part of a text would keep the whole text in memory.
  const starts = new Map<number, number | undefined>();
  const startOf = (text: string, quarter: number) => {
    const minute = String(15 * quarter).padStart(2, "0");
    const local = DateTime.fromISO(`${text.slice(0, 10)}T${text.slice(11, 13)}:${minute}`, {
      zone,
    });
    return firstInstant(local);
  };
  return (text) => {
    if (!pattern.test(text)) return undefined;
    const month = 1200 * twoDigits(text, 0) + 12 * twoDigits(text, 2) + twoDigits(text, 5);
    const [day, hour] = [twoDigits(text, 8), twoDigits(text, 11)];
    const [minute, second] = [twoDigits(text, 14), twoDigits(text, 17)];
    if (day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
    const quarter = Math.floor(minute / 15);
    const key = ((month * 32 + day) * 24 + hour) * 4 + quarter;
    let start = starts.get(key);
    if (start === undefined) {
      start = startOf(text, quarter);
      starts.set(key, start);
    }
    return start === undefined
      ? undefined
      : start +
          ((minute - 15 * quarter) * 60 + second) * 1000 +
          (text.length > wholeSeconds ? Number(text.slice(20, 23).padEnd(3, "0")) : 0);
  };
}

/**
 * Milliseconds of the first instant that a clock of the zone shows so; undefined for an invalid time. Luxon alone takes the
 * one or the other by the season in which it is asked.
 */
export function firstInstant(local: DateTime): number | undefined {
  return local.isValid
    ? Math.min(...local.getPossibleOffsets().map((candidate) => candidate.toMillis()))
    : undefined;
}

const wholeSeconds = "2019-03-01 12:30:00".length;

function twoDigits(text: string, at: number): number {
  return 10 * text.charCodeAt(at) + text.charCodeAt(at + 1) - 11 * zero;
}

const zero = "0".charCodeAt(0);

export const newYorkZone = "America/New_York";
export const newYorkInstant = wallClock(newYorkZone);
