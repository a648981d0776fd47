const WINDOW = { windowStart: "2019-03-01T18:00:00Z", windowEnd: "2019-03-01T19:00:00Z" };
const DEMAND = { ...WINDOW, trips: 9, normal: 4, score: 2.5, complete: true };
const PLACE = { location: { lat: 40.75, lon: -73.98 } };
const ZONE = { zone: 161, zoneName: "Midtown Center", borough: "Manhattan", ...PLACE };
const DURATION = {
  ...WINDOW,
  airport: "JFK",
  trips: 3,
  averageSeconds: 2700.5,
  complete: true,
  p50Seconds: 2640,
  p95Seconds: 4210,
};
/** A result of each kind, by its index. */
export const documents: Readonly<Record<string, object>> = {
  "taxi-demand-cells": { cell: "dr5ru7", ...PLACE, ...DEMAND },
  "taxi-demand-zones": { ...ZONE, ...DEMAND },
  "taxi-top-areas": {
    ...WINDOW,
    kind: "zones",
    complete: true,
    areas: [{ rank: 1, area: "161", name: "Midtown Center", trips: 9 }],
  },
  "taxi-airport-durations": DURATION,
  "taxi-airport-origins": { ...ZONE, ...DURATION },
  "trade-statistics": {
    ...WINDOW,
    symbol: "ACME",
    trades: 3,
    volume: 700,
    vwap: 10.5,
    high: 11,
    low: 10,
    open: 10.2,
    close: 10.6,
    change: 0.4,
    changePercent: 3.9,
    complete: true,
  },
  "dead-letters": {
    reason: "late",
    detail: "two hours",
    shardId: "shardId-0",
    sequenceNumber: "49",
    eventTime: "2019-03-01T16:00:00Z",
    payload: "{}",
  },
};

/** What the Vega visuals show of those documents. */
const figures: Readonly<Record<string, readonly (number | string)[]>> = {
  "taxi-span": ["Show all: 2019-03-01 18:00 to 2019-03-01 19:00 UTC"],
  "trade-span": ["Show all: 2019-03-01 18:00 to 2019-03-01 19:00 UTC"],
  "taxi-demand-boroughs": [9],
  "taxi-top-areas": [9],
  "taxi-airport-durations": [2700.5],
  "taxi-airport-origins": [2700.5],
  "trade-prices": [10.5],
};

/** @throws Error for a visual that has no figures here */
export function figuresOf(id: string): readonly (number | string)[] {
  const found = figures[id];
  if (found === undefined) throw new Error(`${id} has no figures in dashboard-documents.ts`);
  return found;
}

/** The figures of what a visual draws, each once. */
export function figuresIn(rows: readonly object[]): (number | string)[] {
  const shown = rows.map(
    (row) => row as { label?: string; value?: number; trips?: number; key?: unknown },
  );
  return [...new Set(shown.flatMap(({ label, value, trips }) => label ?? value ?? trips ?? []))];
}
