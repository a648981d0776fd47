export const UNKNOWN = "–";

const DAY_MINUTES = 24 * 60;
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const clockTime = new Intl.DateTimeFormat("en-US", {
  hourCycle: "h23",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
export const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** A figure in words; a dash when it is unknown. */
function figure(format: (value: number) => string) {
  return (value: number | null | undefined): string =>
    value === null || value === undefined ? UNKNOWN : format(value);
}

/** 12,345. */
export const count = figure((value) => whole.format(value));

/** 0.4, 12,345: one decimal below ten. */
export const rate = figure((value) => (value < 10 ? tenths : whole).format(value));

/** 42 % of the whole that 1 stands for. */
export const percentOf = figure((part) => `${rate(100 * part)} %`);

/** 0.3 s, 42 s, 3 min 20 s, 2 h 5 min, 3 d 4 h; less than nothing counts as nothing. */
export const duration = figure((seconds) => {
  if (seconds < 10) return `${tenths.format(Math.max(0, seconds))} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  const minutes = Math.round(total / 60);
  if (minutes < DAY_MINUTES) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${whole.format(Math.floor(hours / 24))} d ${hours % 24} h`;
});

/** 1 trip, 2 trips. */
export function plural(value: number, noun: string): string {
  return `${whole.format(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** 14:03:07, in the time zone of who looks. */
export function clock(instant: string | number): string {
  return clockTime.format(new Date(instant));
}
