// Without libraries: functions of AWS Lambda have it in their bundles.
const instantPattern =
  /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)\d*(Z|[+-]\d{2}:?\d{2})$/;

/** Milliseconds of a time with `Z` or an offset; undefined for other texts. Digits below 1 ms are cut off. */
export function parseInstant(text: string): number | undefined {
  const [, wallClock = "", offset = ""] = instantPattern.exec(text) ?? [];
  const local = wallClock.replace(" ", "T");
  const instant = Date.parse(local + offset);
  if (Number.isNaN(instant)) {
    return undefined;
  }
  // Date.parse takes the 30th of February for the 2nd of March, and 24:00 for the next day.
  return new Date(`${local}Z`).toISOString().startsWith(local) ? instant : undefined;
}
