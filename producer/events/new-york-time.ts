import { DateTime } from "luxon";

const zone = "America/New_York";
const pattern = /^(\d{4}-\d{2}-\d{2})[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/;

/** Clocks change on the hour only, so one conversion serves a whole hour of trips. */
const hourStarts = new Map<string, number | undefined>();

function hourStart(date: string, hour: string): number | undefined {
  const key = `${date}T${hour}`;
  if (!hourStarts.has(key)) {
    const local = DateTime.fromISO(key, { zone });
    const instants = local.getPossibleOffsets().map((candidate) => candidate.toMillis());
    hourStarts.set(key, local.isValid ? Math.min(...instants) : undefined);
  }
  return hourStarts.get(key);
}

/**
 * Converts the wall-clock time of a TLC file, `YYYY-MM-DD HH:MM:SS` in New York, to an instant.
 *
 * The hour skipped in spring does not exist: such a time is moved one hour forward, as luxon does
 * (02:30 becomes 03:30 daylight time). The hour repeated in autumn is ambiguous: the first of the
 * two instants is taken (daylight time).
 *
 * @returns milliseconds since the epoch, or undefined when the text is no such time
 */
export function newYorkInstant(text: string): number | undefined {
  const [, date, hour, minute, second] = pattern.exec(text) ?? [];
  if (date === undefined || hour === undefined) {
    return undefined;
  }
  const start = hourStart(date, hour);
  return start === undefined ? undefined : start + (Number(minute) * 60 + Number(second)) * 1000;
}
