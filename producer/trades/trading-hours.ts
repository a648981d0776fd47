import { DateTime, IANAZone } from "luxon";

/** When trades are made: open inclusive, close exclusive; milliseconds since the epoch. */
export interface Session {
  readonly open: number;
  readonly close: number;
}

/** Knows the session at an instant, or the next one. */
export type TradingHours = (at: number) => Session;

const defaultZone = "America/New_York";
const pattern = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?: (\S+))?$/;
const saturday = 6;

/** Days without trading: those of the New York Stock Exchange, none, or dates as YYYY-MM-DD. */
export type Holidays = "nyse" | "none" | readonly string[];

/**
 * Reads `always`, or hours of weekdays as `08:00-16:30 Europe/London`, of New York unless they name a zone.
 * Hours over midnight belong to the day on which they begin. @returns undefined when the text is no trading hours
 */
export function parseTradingHours(text: string, holidays?: Holidays): TradingHours | undefined {
  if (text === "always") {
    return () => ({ open: -Infinity, close: Infinity });
  }
  const [, openHour, openMinute, closeHour, closeMinute, zone = defaultZone] =
    pattern.exec(text) ?? [];
  const open = { hour: Number(openHour), minute: Number(openMinute) };
  const close = { hour: Number(closeHour), minute: Number(closeMinute) };
  const length = (close.hour - open.hour) * 60 + close.minute - open.minute;
  if (!length || !IANAZone.isValidZone(zone)) return undefined;
  const calendar = holidays ?? (zone === defaultZone ? "nyse" : "none");
  const isHoliday = (day: DateTime) =>
    calendar === "nyse"
      ? isNyseHoliday(day)
      : calendar !== "none" && calendar.includes(day.toISODate() ?? "");
  const lastDays = length < 0 ? 1 : 0;
  return (at) => {
    for (
      let day = DateTime.fromMillis(at, { zone }).startOf("day").minus({ days: lastDays });
      ;
      day = day.plus({ days: 1 })
    ) {
      const end = day.plus({ days: lastDays }).set(close).toMillis();
      const session = { open: day.set(open).toMillis(), close: end };
      if (day.weekday < saturday && !isHoliday(day) && at < session.close) {
        return session;
      }
    }
  };
}

/**
 * Whether the exchange is closed on a weekday by its rules of today. Early closings are not known.
 * @see https://www.nyse.com/markets/hours-calendars
 */
function isNyseHoliday(day: DateTime): boolean {
  const { month, day: date, weekday } = day;
  const week = Math.ceil(date / 7);
  if (weekday === 1) {
    const isMonday =
      (month <= 2 && week === 3) || (month === 5 && date > 24) || (month === 9 && week === 1);
    return isMonday || isFixedHoliday(day) || isFixedHoliday(day.minus({ days: 1 }));
  }
  const isThanksgiving = month === 11 && weekday === 4 && week === 4;
  if (weekday !== 5) return isThanksgiving || isFixedHoliday(day);
  const saturdaysHoliday = day.plus({ days: 1 });
  const isMoved = saturdaysHoliday.month !== 1 && isFixedHoliday(saturdaysHoliday);
  return isMoved || isFixedHoliday(day) || day.plus({ days: 2 }).hasSame(easter(day), "day");
}

/** Days of a month that are holidays in every year; Juneteenth from 2022 on. */
function isFixedHoliday({ month, day, year }: DateTime): boolean {
  const holidays = ["1-1", "7-4", "12-25", ...(year >= 2022 ? ["6-19"] : [])];
  return holidays.includes(`${month}-${day}`);
}

/** Easter Sunday of the day's year (https://en.wikipedia.org/wiki/Date_of_Easter#Gauss's_Easter_algorithm, 1900 to 2099). */
function easter({ year, zone }: DateTime): DateTime {
  const d = (19 * (year % 19) + 24) % 30;
  const e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + 5) % 7;
  const isLate = (d === 29 && e === 6) || (d === 28 && e === 6 && year % 19 > 10);
  return DateTime.fromObject({ year, month: 3, day: 22 }, { zone }).plus({
    days: d + e - (isLate ? 7 : 0),
  });
}
