import type { Trace, Traffic } from "./simulation";

const hour = 60;
const day = 24 * hour;

const even = (recordsPerSecond: number): readonly Traffic[] => [{ seconds: 60, recordsPerSecond }];

/** Two rush hours of two hours each, which come and go within half an hour. */
function rushHours(minute: number): readonly Traffic[] {
  const height = [8 * hour, 18 * hour].map((middle) => {
    const away = Math.abs((minute % day) - middle);
    return Math.min(1, Math.max(0, (90 - away) / 30));
  });
  return even(1000 + 10_500 * Math.max(...height));
}

export const sudden = "Load for eight times the shards, within a minute, for five hours";

const wide = { min: 2, max: 16 };

/** What streams go through in practice. */
export const traces: readonly Trace[] = [
  { ...wide, name: "Two rush hours", traffic: rushHours },
  {
    ...wide,
    name: "Two rush hours, Monday to Friday",
    days: 8,
    traffic: (minute) => (Math.floor(minute / day) % 7 < 5 ? rushHours(minute) : even(1000)),
  },
  {
    ...wide,
    name: "A wave per day, a tenth of it at weekends",
    days: 8,
    traffic: (minute) => {
      const weekend = Math.floor(minute / day) % 7 >= 5;
      return even((6000 - 5500 * Math.cos((2 * Math.PI * minute) / day)) * (weekend ? 0.1 : 1));
    },
  },
  {
    ...wide,
    name: "A slow ramp over three days",
    traffic: (minute) => even(500 + (11_500 * minute) / (3 * day)),
  },
  {
    name: "A batch every three hours",
    min: 2,
    max: 8,
    traffic: (minute) => even(minute % (3 * hour) < 40 ? 6500 : 300),
  },
  {
    ...wide,
    name: "90,000 records in 12 s of each minute",
    start: 8,
    traffic: () => [
      { seconds: 12, recordsPerSecond: 7500 },
      { seconds: 48, recordsPerSecond: 0 },
    ],
  },
  {
    ...wide,
    name: "A hot key",
    start: 4,
    traffic: () => [{ seconds: 60, recordsPerSecond: 4000, hotRecordsPerSecond: 3000 }],
  },
  {
    ...wide,
    name: "Two rush hours, one minute in ten and four hours lost",
    traffic: rushHours,
    isLost: (minute) => minute % 10 === 7 || (minute > day && minute < day + 4 * hour),
  },
  {
    ...wide,
    name: "Two rush hours, ten minutes in twenty lost",
    traffic: rushHours,
    isLost: (minute) => minute % 20 < 10,
  },
  { ...wide, name: "Two rush hours, metrics six minutes late", traffic: rushHours, delay: 6 },
  {
    ...wide,
    name: "Two rush hours, every second update fails",
    traffic: rushHours,
    fails: (change) => change % 2 === 1,
  },
  {
    ...wide,
    name: "Two rush hours, halved by hand at noon",
    traffic: rushHours,
    manual: (minute, shards) =>
      minute % day === 12 * hour ? Math.max(2, Math.ceil(shards / 2)) : undefined,
  },
  {
    ...wide,
    name: "Two rush hours, a day without metrics",
    traffic: rushHours,
    isLost: (minute) => minute >= day && minute < 2 * day,
  },
  {
    ...wide,
    name: "A sawtooth of four hours",
    traffic: (minute) => even(500 + (11_000 * (minute % (4 * hour))) / (4 * hour)),
  },
  {
    ...wide,
    name: "A batch of three hours once a week",
    days: 8,
    traffic: (minute) => {
      const time = minute % (7 * day);
      return even(time >= 2 * hour && time < 5 * hour ? 11_000 : 1000);
    },
  },
  {
    ...wide,
    name: "A spike of one minute every hour",
    traffic: (minute) => even(minute % hour === 30 ? 12_000 : 1000),
  },
  {
    ...wide,
    name: sudden,
    traffic: (minute) => even(minute >= 8 * hour && minute < 13 * hour ? 11_200 : 500),
  },
  {
    ...wide,
    name: "Two rush hours, by the clock",
    traffic: rushHours,
    schedule: (minute) => {
      const time = minute % day;
      if (time === 5.5 * hour || time === 15.5 * hour) return { min: 16, max: 16 };
      return time === 10 * hour || time === 20 * hour ? { min: 8, max: 8 } : undefined;
    },
  },
  {
    ...wide,
    name: "Nothing, after a day of load",
    traffic: (minute) => even(minute < day ? 9000 : 100),
  },
];
