import { createHash } from "node:crypto";
import type { EventSource } from "../events/record";
import { seededRandom } from "../events/seeded-random";
import { type Trade, tradeEvent, tradeId } from "./trade";
import type { Holidays, TradingHours } from "./trading-hours";

/** What is traded, how often and how wildly. */
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

/** A year of regular trading hours: 252 days of 6.5 hours. */
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

export class TradeSource implements EventSource {
  readonly count = undefined;
  readonly #options: TradeOptions;

  constructor(options: TradeOptions) {
    this.#options = options;
  }

  /** SHA-256 of the options: the same for the same trades only. */
  get fingerprint(): string {
    const text = JSON.stringify({ ...this.#options, end: String(this.#options.end) });
    return createHash("sha256").update(text).digest("hex");
  }

  *events() {
    for (const trade of tradeSource(this.#options)) {
      yield tradeEvent(trade);
    }
  }
}

function exponential(random: () => number): number {
  return -Math.log(1 - random());
}

/** Standard normal, by the method of Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
}
