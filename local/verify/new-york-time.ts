const HOUR = 3600;
const EASTERN_STANDARD = -5 * HOUR;
const EASTERN_DAYLIGHT = -4 * HOUR;
const FORMAT = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;

/** Day of the month of the n-th Sunday (n from 1) or, with n = -1, of the last one. */
function sunday(year: number, month: number, n: number): number {
  if (n === -1) {
    const lastDay = new Date(Date.UTC(year, month, 0));
    return lastDay.getUTCDate() - lastDay.getUTCDay();
  }
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  return 1 + ((7 - firstWeekday) % 7) + 7 * (n - 1);
}

/** Daylight-saving time of a year as wall-clock seconds: from 03:00 (02:xx does not exist) until 02:00. */
function daylightSaving(year: number): { readonly from: number; readonly until: number } {
  const [start, end] =
    year >= 2007
      ? [wallClock(year, 3, sunday(year, 3, 2), 3), wallClock(year, 11, sunday(year, 11, 1), 2)]
      : [wallClock(year, 4, sunday(year, 4, 1), 3), wallClock(year, 10, sunday(year, 10, -1), 2)];
  return { from: start, until: end };
}

function wallClock(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute = 0,
  second = 0,
): number {
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/**
 * Seconds since the epoch of a New York wall-clock time such as `2019-03-01 18:43:31`; undefined for other text.
 * A time in the hour that spring skips moves forward by an hour; in autumn's repeated hour the first (daylight) one counts.
 * @throws RangeError for a year before 1987, whose rules are not implemented
 */
export function newYorkSeconds(text: string): number | undefined {
  const parts = FORMAT.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const local = wallClock(year, month, day, hour, minute, second);
  // Date.UTC carries 2019-02-30 over into March: what does not come back unchanged never existed.
  if (new Date(local * 1000).toISOString().slice(0, 19) !== text.replace(" ", "T")) {
    return undefined;
  }
  if (year < 1987) {
    throw new RangeError(`"${text}" is before 1987; the check knows New York's time from 1987 on`);
  }
  const summer = daylightSaving(year);
  const offset = local >= summer.from && local < summer.until ? EASTERN_DAYLIGHT : EASTERN_STANDARD;
  return local - offset;
}
