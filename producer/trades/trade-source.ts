import { createHash } from "node:crypto";
import type { SourceEvent } from "../events/record";
import { seededRandom } from "../events/seeded-random";
import type { Holidays, TradingHours } from "./trading-hours";

export interface TradeOptions {
  readonly symbols: readonly string[];
  /** Of one symbol, on average, while the market is open. */
  readonly tradesPerSecond: number;
  /** Milliseconds between two trades of each symbol, instead of random ones. */
  readonly everyMs?: number | undefined;
  /** The text of the hours and the holidays, parts of the identity of the trades. */
  readonly tradingHours: string;
  readonly holidays?: Holidays | undefined;
  readonly hours: TradingHours;
  /** Event time from which there are trades; milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** An integer from 0 to 2^32 - 1; the same options with the same seed give the same trades. */
  readonly seed: number;
  /** Standard deviation of a year's returns; 0.3 is 30 %. */
  readonly volatility: number;
}

const yearMs = 252 * 6.5 * 3_600_000;
const lowestFirstPrice = 10;
const highestFirstPrice = 500;
const meanQuantity = 100;

/**
 * Makes trades up, in the order of their times. Each symbol's trades come at random (a Poisson process), or all
 * symbols' together every so often, and its price is a geometric random walk over the time in which the market is open, in whole cents.
 */
export function* tradeSource(options: TradeOptions): Generator<Trade> {
  const { everyMs } = options;
  const random = seededRandom(options.seed);
  const perMs = (options.tradesPerSecond * options.symbols.length) / 1000;
  const quotes = options.symbols.map((symbol) => ({
    symbol,
    price: lowestFirstPrice * (highestFirstPrice / lowestFirstPrice) ** random(),
    openTime: 0,
  }));
  let session = options.hours(options.start);
  let time = Math.max(options.start, session.open);
  let openTime = 0;
  for (let sequence = 0; ; sequence += 1) {
    const turn = sequence % options.symbols.length;
    const gap =
      everyMs === undefined
        ? exponential(random) / perMs
        : turn === 0 && sequence > 0
          ? everyMs
          : 0;
    openTime += gap;
    time += gap;
    while (time >= session.close) {
      const overtime = time - session.close;
      session = options.hours(session.close);
      time = everyMs === undefined ? session.open + overtime : session.open;
    }
    // Trades of many independent processes: the next one is any symbol's, all alike.
    const quote = quotes[everyMs === undefined ? Math.floor(random() * quotes.length) : turn];
    if (time >= options.end || quote === undefined) {
      return;
    }
    const years = (openTime - quote.openTime) / yearMs;
    const deviation = options.volatility * Math.sqrt(years);
    quote.price *= Math.exp(deviation * normal(random) - deviation ** 2 / 2);
    quote.openTime = openTime;
    const trade = {
      symbol: quote.symbol,
      time: Math.floor(time),
      cents: Math.max(1, Math.round(quote.price * 100)),
      quantity: 1 + Math.floor(meanQuantity * exponential(random)),
    };
    yield { id: tradeId(`${options.seed} ${sequence}`, trade), ...trade };
  }
}

/** SHA-256 of the options: the same for the same trades only. */
export function tradesFingerprint(options: TradeOptions): string {
  const text = JSON.stringify({ ...options, end: String(options.end) });
  return createHash("sha256").update(text).digest("hex");
}

function exponential(random: () => number): number {
  return -Math.log(1 - random());
}

/** Standard normal, by the method of Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
}

/** A stock trade; schemas/trade.schema.json says what each property means. */
export interface Trade {
  readonly id: string;
  readonly symbol: string;
  /** Milliseconds since the epoch: the event time. */
  readonly time: number;
  readonly cents: number;
  readonly quantity: number;
}

export const symbolPattern = /^[A-Z][A-Z0-9.-]{0,9}$/;

/** Id of a trade, the same in every run, by which consumers recognise one that is sent twice. */
function tradeId(origin: string, trade: Omit<Trade, "id">): string {
  const content = [origin, trade.symbol, trade.time, trade.cents, trade.quantity].join("\u001f");
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}

export function tradeEvent({ id, symbol, time, cents, quantity }: Trade): SourceEvent {
  const event = {
    id,
    symbol,
    time: new Date(time).toISOString(),
    price: cents / 100,
    quantity,
  };
  return { eventTime: time, partitionKey: symbol, data: Buffer.from(JSON.stringify(event)) };
}
