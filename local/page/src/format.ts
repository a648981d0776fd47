const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;
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
const time = new Intl.DateTimeFormat("en-US", { ...newYork, hour: "2-digit", minute: "2-digit" });

/** Fri, Mar 1, 2019 in New York. */
export function newYorkDate(instant: string): string {
  return date.format(new Date(instant));
}

export function newYorkDay(instant: string): string {
  return day.format(new Date(instant));
}

export function newYorkTime(instant: string): string {
  return time.format(new Date(instant));
}

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
  return `${whole.format(speedup / seconds)} ${unit} a second`;
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
