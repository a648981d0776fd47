import { DateTime } from "luxon";
import { parseInstant } from "../events/instant";
import { firstInstant, wallClock } from "../events/wall-clock";

export interface TimeFormat {
  parse(text: string): number | undefined;
  /** The same time, later by whole seconds, written the same way. */
  moved(text: string, shiftMs: number): string;
}

const epochUnits: Readonly<Record<string, bigint>> = {
  seconds: 1n,
  millis: 1_000n,
  micros: 1_000_000n,
  nanos: 1_000_000_000n,
};

export const namedFormats = ["iso", ...Object.keys(epochUnits)];

/** Whether times can be read by a format; letters that are no tokens of luxon stand for themselves only in quotes. */
export function isTimeFormat(format: string): boolean {
  if (namedFormats.includes(format)) return true;
  if (/[^\W\d_SusmhHZzadoLMyEcGkWqDtTfF]/.test(format.replace(/'[^']*'/g, ""))) return false;
  const [day = "", other] = ["2019-03-04T05:06:07Z", "2018-11-13T05:06:07Z"].map((sample) =>
    DateTime.fromFormat(
      DateTime.fromISO(sample, { zone: "utc" }).toFormat(format),
      format,
    ).toISODate(),
  );
  // A pattern without a date would give times of today.
  return day !== null && day !== other;
}

/**
 * @param format - iso, a unit of the time since the epoch, or a pattern of luxon's tokens
 * @param zone - IANA time zone of times that name none
 * @see https://moment.github.io/luxon/#/parsing?id=table-of-tokens
 */
export function timeFormat(format: string, zone: string): TimeFormat {
  const perSecond = epochUnits[format];
  if (perSecond !== undefined) {
    return epochTime(perSecond);
  }
  return format === "iso" ? isoTime(zone) : patternTime(format, zone);
}

function epochTime(perSecond: bigint): TimeFormat {
  return {
    parse(text) {
      const value = /^-?\d/.test(text) ? Number(text) : NaN;
      // Nanoseconds have more digits than floating point.
      const ms = /^\d+$/.test(text)
        ? Number((BigInt(text) * 1000n) / perSecond)
        : Math.floor((value * 1000) / Number(perSecond));
      return Number.isSafeInteger(ms) ? ms : undefined;
    },
    moved(text, shiftMs) {
      const shift = BigInt(shiftMs / 1000) * perSecond;
      const [, whole, fraction = ""] = /^(-?\d+)(\.\d+)?$/.exec(text) ?? [];
      return whole === undefined || (whole.startsWith("-") && fraction !== "")
        ? String(Number(text) + Number(shift))
        : `${BigInt(whole) + shift}${fraction}`;
    },
  };
}

function isoTime(zone: string): TimeFormat {
  const local = wallClock(zone);
  const parse = (text: string) => {
    const known = parseInstant(text) ?? local(text);
    if (known !== undefined) {
      return known;
    }
    // A time of day alone would be one of today.
    return /^\d{4}/.test(text) ? firstInstant(DateTime.fromISO(text, { zone })) : undefined;
  };
  return {
    parse,
    moved(text, shiftMs) {
      const time = DateTime.fromMillis((parse(text) ?? NaN) + shiftMs);
      const [, between = "T", fraction = "", offset] =
        /^\d{4}-\d{2}-\d{2}([T ])\d{2}:\d{2}(?::\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i.exec(
          text,
        ) ?? [];
      const target = offset === undefined ? zone : offset.toUpperCase() === "Z" ? "utc" : offset;
      const shown = time.setZone(target === offset ? `utc${offsetOf(offset)}` : target);
      const written = shown.toFormat(`yyyy-MM-dd'${between}'HH:mm:ss`);
      return `${written}${fraction}${offset ?? ""}`;
    },
  };
}

/** +0530 as +05:30, which luxon understands, as +05. */
function offsetOf(offset: string): string {
  return offset.replace(/(\d\d)(\d\d)$/, "$1:$2");
}

function patternTime(pattern: string, zone: string): TimeFormat {
  const read = (text: string) => DateTime.fromFormat(text, pattern, { zone, setZone: true });
  return {
    parse: (text) => firstInstant(read(text)),
    moved(text, shiftMs) {
      const time = read(text);
      return DateTime.fromMillis((firstInstant(time) ?? NaN) + shiftMs)
        .setZone(time.zone)
        .toFormat(pattern);
    },
  };
}
