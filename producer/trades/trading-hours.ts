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

/**
 * Reads trading hours: `always`, or from and to on weekdays, with a time zone unless it is New York's:
 * `09:30-16:00`, `08:00-16:30 Europe/London`. Hours over midnight, `18:00-17:00`, belong to the day on which they begin.
 * Holidays are not known.
 *
 * @returns undefined when the text is no trading hours
 */
export function parseTradingHours(text: string): TradingHours | undefined {
  if (text === "always") {
    return () => ({ open: -Infinity, close: Infinity });
  }
  const [, openHour, openMinute, closeHour, closeMinute, zone = defaultZone] =
    pattern.exec(text) ?? [];
  const open = { hour: Number(openHour), minute: Number(openMinute) };
  const close = { hour: Number(closeHour), minute: Number(closeMinute) };
  const length = (close.hour - open.hour) * 60 + close.minute - open.minute;
  if (!length || !IANAZone.isValidZone(zone)) return undefined;
  const lastDays = length < 0 ? 1 : 0;
  return (at) => {
    for (
      let day = DateTime.fromMillis(at, { zone }).startOf("day").minus({ days: lastDays });
      ;
      day = day.plus({ days: 1 })
    ) {
      const end = day.plus({ days: lastDays }).set(close).toMillis();
      const session = { open: day.set(open).toMillis(), close: end };
      if (day.weekday < saturday && at < session.close) {
        return session;
      }
    }
  };
}
