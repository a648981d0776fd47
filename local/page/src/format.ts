import { count, tenths } from "../../status/figures";

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;
const price = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

function newYork(options: Intl.DateTimeFormatOptions): (instant: string) => string {
  const place = { timeZone: "America/New_York", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en-US", { ...place, ...options });
  return (instant) => format.format(new Date(instant));
}

const day = { day: "numeric", month: "short" } as const;
/** Fri, Mar 1, 2019 in New York. */
export const newYorkDate = newYork({ ...day, weekday: "short", year: "numeric" });
export const newYorkDay = newYork(day);
export const newYorkTime = newYork({ hour: "2-digit", minute: "2-digit" });

/** 12.3, −0.4. */
export function decimal(value: number): string {
  return tenths.format(value).replace("-", "−");
}

export function dollars(value: number): string {
  return price.format(value);
}

/** +0.42 %, −1.30 %. */
export function percent(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)} %`;
}

/** What a speed-up means: real time, 10 min a second, 4 h a second. */
export function speed(speedup: number): string {
  if (speedup === 1) return "real time";
  const [unit, seconds] = UNITS.find(([, length]) => speedup % length === 0) ?? ["s", 1];
  return `${count(speedup / seconds)} ${unit} a second`;
}

/** 14:03 where the page is looked at or in another time zone; with seconds where they matter. */
export function axisTimes(
  epochSeconds: readonly number[],
  timeZone: string | undefined,
): readonly string[] {
  const seconds = epochSeconds.some((at) => at % 60 !== 0);
  const format = new Intl.DateTimeFormat("en-US", {
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds && { second: "2-digit" }),
    ...(timeZone !== undefined && { timeZone }),
  });
  return epochSeconds.map((at) => format.format(new Date(at * 1000)));
}
