import { DateTime, IANAZone } from "luxon";
import { getHolidays } from "nyse-holidays";

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
      ? getHolidays(day.year).some(({ dateString }) => dateString === day.toISODate())
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
