/** The windows, as starts in seconds, that contain an instant: start inclusive, end exclusive. */
export function windowStarts(at: number, length: number, slide: number): number[] {
  const starts: number[] = [];
  for (let start = Math.floor(at / slide) * slide; start > at - length; start -= slide) {
    starts.push(start);
  }
  return starts;
}

export function bounds(
  start: number,
  length: number,
): { readonly windowStart: string; readonly windowEnd: string } {
  return { windowStart: instant(start), windowEnd: instant(start + length) };
}

const instant = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
