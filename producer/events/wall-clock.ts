import { DateTime } from "luxon";

const pattern = /^(\d{4}-\d{2}-\d{2})[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?$/;

/** Milliseconds since the epoch of a wall-clock time, or undefined when the text is no such time. */
export type WallClock = (text: string) => number | undefined;

/**
 * Converts the wall-clock time of a zone, `YYYY-MM-DD HH:MM:SS` with or without a fraction, to an instant.
 * In spring a time of the skipped hour is moved one hour forward; in autumn the first of the two instants is taken.
 */
export function wallClock(zone: string): WallClock {
  // Clocks change on the quarter hour at most, so one conversion serves a quarter hour of events.
  const starts = new Map<string, number | undefined>();
  const startOf = (date: string, hour: string, quarter: number) => {
    const key = `${date}T${hour}:${String(15 * quarter).padStart(2, "0")}`;
    if (!starts.has(key)) {
      const local = DateTime.fromISO(key, { zone });
      const instants = local.getPossibleOffsets().map((candidate) => candidate.toMillis());
      starts.set(key, local.isValid ? Math.min(...instants) : undefined);
    }
    return starts.get(key);
  };
  return (text) => {
    const [, date, hour, minute, second, fraction = ""] = pattern.exec(text) ?? [];
    if (date === undefined || hour === undefined) {
      return undefined;
    }
    const quarter = Math.floor(Number(minute) / 15);
    const start = startOf(date, hour, quarter);
    const seconds = (Number(minute) - 15 * quarter) * 60 + Number(second);
    return start === undefined
      ? undefined
      : start + seconds * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  };
}

/** Of the files of the TLC. */
export const newYorkZone = "America/New_York";
export const newYorkInstant = wallClock(newYorkZone);
