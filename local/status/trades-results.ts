import * as v from "valibot";
import { aggregations, buckets, documents, topHits, type ResultReader } from "./multi-search";
import { tradeWindow, type TradesResults } from "./result-status";

/** Windows per symbol; top_hits allows 100. */
const WINDOWS = 60;
const SYMBOLS = 12;
const INDEX = "trade-statistics";

const bySymbol = v.object({ symbols: buckets({ newest: topHits }) });

export const tradesResults: ResultReader<TradesResults> = {
  finest: ({ tradeWindowSeconds }) => ({ index: INDEX, stepSeconds: tradeWindowSeconds }),
  searches: [
    {
      index: [INDEX],
      body: {
        size: 0,
        aggs: {
          symbols: {
            terms: { field: "symbol", size: SYMBOLS, order: { _key: "asc" } },
            aggs: { newest: { top_hits: { size: WINDOWS, sort: [{ windowStart: "desc" }] } } },
          },
        },
      },
    },
  ],
  read: (_, [answer]) =>
    Promise.resolve({
      symbols: (aggregations(answer, bySymbol)?.symbols.buckets ?? []).map(({ key, newest }) => ({
        symbol: String(key),
        windows: [...documents(newest, tradeWindow)].reverse(),
      })),
    }),
};
