import type { PipelineStatus } from "../../../local/status/pipeline-status";
import { fakeStatus } from "./fake-status";

const SYMBOLS = ["ACME", "BOLT", "CORA", "DUNE"];

/** A running pipeline of trades: four symbols with an hour of windows each. */
export function fakeTrades(): PipelineStatus {
  const status = fakeStatus();
  if (!status.search.up) throw new Error("the fake status has a domain");
  const documents = { "trade-statistics": 240 };
  const symbols = SYMBOLS.map((symbol, at) => ({
    symbol,
    windows: Array.from({ length: 60 }, (_, minute) => {
      const close = 100 * (at + 1) + 4 * Math.sin(minute / 8 + at);
      return {
        windowStart: new Date(Date.parse("2019-03-01T14:30:00Z") + minute * 60_000).toISOString(),
        trades: 60,
        volume: 3000 + 40 * minute,
        vwap: close - 0.2,
        open: close - 0.5,
        close,
        high: close + 0.6,
        low: close - 0.9,
        changePercent: 100 * (0.5 / (close - 0.5)),
        complete: minute < 59,
      };
    }),
  }));
  const value = { ...status.search.value, documents, demand: null, airports: [], origins: [] };
  return {
    ...status,
    workload: { name: "trades", description: "Stock trades", plugin: "trades" },
    search: { up: true, value: { ...value, symbols } },
  };
}
