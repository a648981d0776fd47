import {
  buckets,
  documents,
  groupSearch,
  groupsOf,
  topHits,
  type ResultReader,
} from "./multi-search";
import { tradeWindow } from "./result-status";

/** Windows per symbol; top_hits allows 100. */
const WINDOWS = 60;
const SYMBOLS = 12;
const INDEX = "trade-statistics";

export const tradesResults: ResultReader = {
  finest: ({ tradeWindowSeconds }) => ({ index: INDEX, stepSeconds: tradeWindowSeconds }),
  searches: [
    groupSearch(
      [INDEX],
      { field: "symbol", size: SYMBOLS, order: { _key: "asc" } },
      { aggs: { newest: { top_hits: { size: WINDOWS, sort: [{ windowStart: "desc" }] } } } },
    ),
  ],
  read: (_, [answer]) => ({
    symbols: groupsOf(answer, buckets({ newest: topHits })).map(({ key, newest }) => ({
      symbol: String(key),
      windows: [...documents(newest, tradeWindow)].reverse(),
    })),
  }),
};
