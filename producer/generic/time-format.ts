import { DateTime } from "luxon";
import { parseInstant } from "../events/event-time";
import { wallClock } from "../events/wall-clock";

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
  const letters = format.replace(/'[^']*'/g, "");
  if (/[^\W\d_SusmhHZzadoLMyEcGkWqDtTfF]/.test(letters) || !/[dDfFTtoy]/.test(letters))
    return false;
  const sample = DateTime.fromISO("2019-03-04T05:06:07Z", { zone: "utc" });
  return DateTime.fromFormat(sample.toFormat(format), format).isValid;
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
      const ms = Math.floor((value * 1000) / Number(perSecond));
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
    const time = DateTime.fromISO(text, { zone });
    return time.isValid ? time.toMillis() : undefined;
  };
  return {
    parse,
    moved(text, shiftMs) {
      const time = DateTime.fromMillis((parse(text) ?? NaN) + shiftMs);
      const [, between = "T", fraction = "", offset] =
        /^\d{4}-\d{2}-\d{2}([T ])\d{2}:\d{2}(?::\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(
          text,
        ) ?? [];
      const target = offset === undefined ? zone : offset.toUpperCase() === "Z" ? "utc" : offset;
      const shown = time.setZone(target === offset ? `utc${offsetOf(offset)}` : target);
      const written = shown.toFormat(`yyyy-MM-dd'${between}'HH:mm:ss`);
      return `${written}${fraction}${offset ?? ""}`;
    },
  };
}

/** +0530 as +05:30, which luxon understands. */
function offsetOf(offset: string): string {
  return offset.includes(":") ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
}

function patternTime(pattern: string, zone: string): TimeFormat {
  const read = (text: string) => DateTime.fromFormat(text, pattern, { zone, setZone: true });
  return {
    parse(text) {
      const time = read(text);
      return time.isValid ? time.toMillis() : undefined;
    },
    moved: (text, shiftMs) => read(text).plus(shiftMs).toFormat(pattern),
  };
}
