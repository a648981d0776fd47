import type { DocumentSource, Expected } from "./result-document";
import { bounds } from "./windows";

export interface TradeSettings {
  readonly tradeWindowSeconds: number;
}

interface Trade {
  readonly id: string;
  readonly symbol: string;
  readonly time: string;
  readonly price: number;
  readonly quantity: number;
}

/**
 * Documents that these trades must lead to, from the events alone.
 * By design this shares no code with the generator or the job.
 */
export function expectedTrades(
  events: Iterable<{ readonly data: Uint8Array }>,
  settings: TradeSettings,
): Expected {
  const length = settings.tradeWindowSeconds;
  const windows = new Map<string, { symbol: string; start: number; trades: Trade[] }>();
  const seen = new Set<string>();
  let good = 0;
  for (const { data } of events) {
    const trade = JSON.parse(Buffer.from(data).toString()) as Trade;
    good++;
    if (seen.has(trade.id)) continue;
    seen.add(trade.id);
    const start = Math.floor(Date.parse(trade.time) / 1000 / length) * length;
    const id = `${trade.symbol}-${start}`;
    const window = windows.get(id);
    if (window) window.trades.push(trade);
    else windows.set(id, { symbol: trade.symbol, start, trades: [trade] });
  }
  return {
    documents: new Map([
      [
        "trade-statistics",
        new Map(
          [...windows].map(([id, { symbol, start, trades }]) => [
            id,
            { symbol, ...bounds(start, length), ...statistics(trades) },
          ]),
        ),
      ],
    ]),
    events: { read: good, good, duplicates: good - seen.size, rejected: {} },
  };
}

function statistics(trades: readonly Trade[]): DocumentSource {
  const ordered = [...trades].sort((a, b) => compare(a.time, b.time) || compare(a.id, b.id));
  const cents = ordered.map(({ price }) => Math.round(price * 100));
  const [open = 0, close = 0] = [cents.at(0), cents.at(-1)];
  const volume = ordered.reduce((sum, { quantity }) => sum + quantity, 0);
  const paid = ordered.reduce((sum, { quantity }, at) => sum + (cents[at] ?? 0) * quantity, 0);
  return {
    trades: trades.length,
    volume,
    vwap: paid / volume / 100,
    high: Math.max(...cents) / 100,
    low: Math.min(...cents) / 100,
    open: open / 100,
    close: close / 100,
    change: (close - open) / 100,
    changePercent: (100 * (close - open)) / open,
  };
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
