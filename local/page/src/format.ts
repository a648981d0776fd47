/** What stands where nothing is known. */
export const UNKNOWN = "–";

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;
const DAY_MINUTES = 24 * 60;
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const price = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const newYork = { timeZone: "America/New_York", hourCycle: "h23" } as const;
const date = new Intl.DateTimeFormat("en-US", {
  ...newYork,
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const day = new Intl.DateTimeFormat("en-US", { ...newYork, day: "numeric", month: "short" });
const clock = new Intl.DateTimeFormat("en-US", {
  hourCycle: "h23",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const time = new Intl.DateTimeFormat("en-US", { ...newYork, hour: "2-digit", minute: "2-digit" });

/** 12,345; a dash when unknown. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : whole.format(value);
}

/** 0.4, 12,345: one decimal below ten. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  return (value < 10 ? tenths : whole).format(value);
}

/** 0.3 s, 42 s, 3 min 20 s, 2 h 5 min, 3 d 4 h; less than nothing counts as nothing. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 10) return `${tenths.format(Math.max(0, seconds))} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  const minutes = Math.round(total / 60);
  if (minutes < DAY_MINUTES) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${whole.format(Math.floor(hours / 24))} d ${hours % 24} h`;
}

/** Fri, Mar 1, 2019 in New York. */
export function newYorkDate(instant: string): string {
  return date.format(new Date(instant));
}

/** Mar 1 in New York. */
export function newYorkDay(instant: string): string {
  return day.format(new Date(instant));
}

/** 18:45 in New York. */
export function newYorkTime(instant: string): string {
  return time.format(new Date(instant));
}

/** 12.3, −0.4. */
export function decimal(value: number): string {
  return tenths.format(value).replace("-", "−");
}

/** $12.34 */
export function dollars(value: number): string {
  return price.format(value);
}

/** +0.42 %, −1.30 %. */
export function percent(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)} %`;
}

/** 1 trip, 2 trips. */
export function plural(value: number, noun: string): string {
  return `${whole.format(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** 42 % of the whole that 1 stands for. */
export function percentOf(part: number): string {
  return `${whole.format(100 * part)} %`;
}

/** 14:03:07 where the page is looked at. */
export function localTime(epochSeconds: number): string {
  return clock.format(new Date(epochSeconds * 1000));
}

/** What a speed-up means: real time, 10 min a second, 4 h a second. */
export function speed(speedup: number): string {
  if (speedup === 1) return "real time";
  const [unit, seconds] = UNITS.find(([, length]) => speedup % length === 0) ?? ["s", 1];
  return `${whole.format(speedup / seconds)} ${unit} a second`;
}

/** 14:03 where the page is looked at or in another time zone; with seconds where they matter. */
export function axisTimes(
  epochSeconds: readonly number[],
  timeZone: string | undefined,
): readonly string[] {
  const seconds = epochSeconds.some((at) => at % 60 !== 0);
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ hourCycle: "h23", hour: "2-digit", minute: "2-digit" },
    ...(seconds && { second: "2-digit" }),
    ...(timeZone !== undefined && { timeZone }),
  });
  return epochSeconds.map((at) => format.format(new Date(at * 1000)));
}
