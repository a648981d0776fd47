const HOUR = 3600;
const EASTERN_STANDARD = -5 * HOUR;
const EASTERN_DAYLIGHT = -4 * HOUR;
const FORMAT = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$/;

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
function daylightSaving(year: number): readonly [from: number, until: number] {
  const at = (month: number, n: number, hour: number) =>
    Date.UTC(year, month - 1, sunday(year, month, n), hour) / 1000;
  return year >= 2007 ? [at(3, 2, 3), at(11, 1, 2)] : [at(4, 1, 3), at(10, -1, 2)];
}

/**
 * Seconds since the epoch of a New York wall-clock time such as `2019-03-01 18:43:31`; undefined for other text.
 * A time in the hour that spring skips moves forward by an hour; in autumn's repeated hour the first (daylight) one counts.
 * @throws RangeError for a year before 1987, whose rules are not implemented
 */
export function newYorkSeconds(text: string): number | undefined {
  if (!FORMAT.test(text)) return undefined;
  const clock = text.replace(" ", "T");
  const year = Number(text.slice(0, 4));
  const local = Date.parse(`${clock}Z`) / 1000;
  // 2019-02-30 is carried over into March, and 24:00 into the next day: what does not come back never existed.
  if (Number.isNaN(local) || new Date(local * 1000).toISOString().slice(0, 19) !== clock) {
    return undefined;
  }
  if (year < 1987) {
    throw new RangeError(`"${text}" is before 1987; the check knows New York's time from 1987 on`);
  }
  const [from, until] = daylightSaving(year);
  const offset = local >= from && local < until ? EASTERN_DAYLIGHT : EASTERN_STANDARD;
  return local - offset;
}
