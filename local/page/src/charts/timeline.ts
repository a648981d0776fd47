import type { WindowList } from "../../../status/result-status";

/** The place of a window in the list: the last one when none is chosen or it is not there any more. */
export function placeOf(windows: WindowList, start: number | undefined): number {
  const last = Math.max(0, windows.length - 1);
  if (start === undefined) return last;
  const at = windows.findIndex(([found]) => found === start);
  return at < 0 ? last : at;
}

/** The window at a place; undefined at the last one, which is followed as it is replaced by newer ones. */
export function startAt(windows: WindowList, place: number): number | undefined {
  return place >= windows.length - 1 ? undefined : windows[place]?.[0];
}

/** More would be narrower than a pixel. */
const MOST_BARS = 240;

/** The trips of all windows as an SVG path in a box of 1 by 1, of as many steps as can be seen. */
export function timelinePath(windows: WindowList): string {
  if (windows.length === 0) return "";
  const step = Math.ceil(windows.length / MOST_BARS);
  const bars: number[] = [];
  for (let at = 0; at < windows.length; at += step) {
    bars.push(Math.max(...windows.slice(at, at + step).map(([, trips]) => trips)));
  }
  const top = Math.max(1, ...bars);
  const points = bars.map((trips, at) => {
    const x = (at + 0.5) / bars.length;
    return `L${x.toFixed(4)} ${(1 - trips / top).toFixed(4)}`;
  });
  return `M0 1${points.join("")}L1 1Z`;
}
