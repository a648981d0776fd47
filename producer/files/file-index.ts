import type { InputRow } from "./rows";

/** Rows of a file that are read when the first of them is due. */
export interface FilePart {
  /** Not later than the event time of any of its rows; Infinity where all are rejected. */
  readonly from: number;
  rows(): AsyncIterable<InputRow[]>;
}

export interface FileIndex {
  readonly parts: readonly FilePart[];
  /** SHA-256 of the file's content. */
  readonly digest: string;
}

/** Rows of a part: few enough to wait in memory, many enough to be read at a time. */
export const rowsPerPart = 2000;

/** A row that is older by this than half of the rows of its part is read apart from them. */
const strayMs = 36 * 3_600_000;

/**
 * The earliest event time of a part, and the rows before it, by index: single rows of another year would have all parts
 * read first. @param times - of the rows, NaN where a row has none
 */
export function timesOfPart(times: readonly number[]) {
  const sorted = Float64Array.from(times.filter((time) => !Number.isNaN(time))).sort();
  const limit = (sorted[sorted.length >> 1] ?? Infinity) - strayMs;
  const from = sorted.find((time) => time >= limit) ?? Infinity;
  const isStray = (sorted[0] ?? Infinity) < limit;
  const strays = isStray ? times.flatMap((time, at) => (time < limit ? [{ at, time }] : [])) : [];
  return { from, strays };
}
