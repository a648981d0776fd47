import { InvalidArgumentError, Option } from "commander";
import { DateTime } from "luxon";
import { durationOption, eventTimeOption } from "../events/event-time";
import { parseInstant } from "../events/instant";
import type { SourceEvent } from "../events/record";
import { type EventShape, movedEvent, type OptionValues, type Workload } from "../events/workload";
import { archivedEvents } from "../files/archived-events";
import { inputOptions, recordedEvents } from "../files/input";
import { type RowDecoder, RowRejection } from "../files/rows";
import { StartError } from "../../cli/command";
import { numberFrom, wholeNumber } from "../../cli/options";
import schema from "../schemas/trade.schema.json";
import {
  symbolPattern,
  tradeEvent,
  type TradeOptions,
  tradesFingerprint,
  tradeSource,
} from "./trade-source";
import { type Holidays, parseTradingHours } from "./trading-hours";

const mostSymbols = 10_000;
/** Value of --start for the time at which the command starts. */
const now = "now";

/** Trades as events: what the stream carries of them is in schemas/trade.schema.json. */
const tradeShape: EventShape = {
  partitionKey: "symbol",
  requiredFields: schema.required,
  moved: (data, shiftMs, pass) => movedEvent(data, ["time"], instant, shiftMs, pass),
};

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

const archivedTrades = archivedEvents<{ readonly symbol: string; readonly time: string }>(
  schema,
  [],
  instant,
);

const tradeDecoder: RowDecoder = {
  noun: "trades",
  json: recordedTrade,
  columns(header, file) {
    const json = archivedTrades.rows(header, file);
    if (json === undefined) {
      const found = header.join(", ");
      const columns = `expected columns: ${schema.required.join(", ")}; columns found: ${found}`;
      throw new StartError([`${file}: ${columns}`]);
    }
    return { read: (cells) => recordedTrade(json(cells)) };
  },
};

function recordedTrade(text: string): SourceEvent {
  const { symbol, time } = archivedTrades.parse(text);
  const eventTime = parseInstant(time);
  if (eventTime === undefined) {
    throw new RowRejection(
      "invalid-time",
      `time is ${time}; expected a day and hour of the calendar`,
    );
  }
  return { eventTime, partitionKey: symbol, data: Buffer.from(text) };
}

export const trades: Workload = {
  summary: "generates synthetic stock trades, or replays those of --input",
  heading: "Synthetic trades (--workload trades)",
  options: (isRecorded = false) => [
    ...inputOptions().filter(({ long }) => long !== "--time-zone"),
    ...(isRecorded ? [] : syntheticOptions()),
  ],
  configure(values, range, problems) {
    if (values["input"] !== undefined) {
      return recordedEvents(tradeShape, () => tradeDecoder, values, range, problems);
    }
    const { end, ...options } = tradeOptions(values);
    const limited = { ...options, end: Math.min(end, range.to) };
    return {
      ...tradeShape,
      inputs: [],
      liveFrom: values["start"] === now ? limited.start : undefined,
      isEndless: limited.end === Infinity,
      read() {
        if (tradeSource(limited).next().done) {
          const range = `${instant(limited.start)} and ${instant(limited.end)}`;
          throw new StartError([
            `no trade is made between ${range}; check --trading-hours and --holidays`,
          ]);
        }
        return Promise.resolve({
          source: { count: undefined, events: () => tradeEvents(limited) },
          fingerprint: tradesFingerprint(limited),
          rowsRead: undefined,
          rejected: {},
          outOfRange: 0,
        });
      },
    };
  },
};

function* tradeEvents(options: TradeOptions): Generator<SourceEvent> {
  for (const trade of tradeSource(options)) yield tradeEvent(trade);
}

function syntheticOptions(): Option[] {
  return [
    new Option(
      "--symbols <symbols>",
      `symbols that are traded: a number from 1 to ${mostSymbols}, or a list such as ACME,GLOBEX`,
    )
      .argParser(symbolsOption)
      .default(symbolsOption("10"), "10"),
    new Option(
      "--trades-per-second <rate>",
      "trades of each symbol per second of event time on average, 0.001 to 100000",
    )
      .argParser(numberFrom(0.001, 100_000))
      .default(1),
    new Option("--every <time>", "one trade of each symbol every so often, in place of random ones")
      .argParser(durationOption())
      .conflicts("tradesPerSecond"),
    new Option(
      "--trading-hours <hours>",
      "hours on weekdays in which trades are made, HH:MM-HH:MM with a time zone, or always",
    )
      .argParser(tradingHoursOption)
      .default("09:30-16:00 America/New_York"),
    new Option(
      "--holidays <days>",
      "days without trades: nyse, none, or dates such as 2026-12-24,2026-12-31 (default: nyse for hours of New York)",
    ).argParser(holidaysOption),
    new Option(
      "--start <time>",
      "event time from which trades are made: an instant, the wall-clock time of New York, or now, " +
        "which follows the real clock with --speedup 1",
    )
      .argParser((text) => (text === now ? now : eventTimeOption(text)))
      .default(Date.parse("2024-01-02T14:30:00Z"), "2024-01-02T14:30:00Z"),
    new Option("--duration <time>", "event time after which they end, in ms, s, m, h or d")
      .argParser(durationOption("endless"))
      .default(Infinity, "endless"),
    new Option("--seed <number>", "the same seed gives the same trades, 0 to 4294967295")
      .argParser(wholeNumber(0, 2 ** 32 - 1))
      .default(1),
    new Option("--volatility <fraction>", "standard deviation of a year's returns, 0 to 10")
      .argParser(numberFrom(0, 10))
      .default(0.3),
  ];
}

type Timing = OptionValues & {
  readonly start: number | typeof now;
  readonly duration: number;
  readonly every?: number;
};

export function tradeOptions(values: OptionValues): TradeOptions {
  const { symbols, tradesPerSecond, tradingHours, holidays, seed, volatility } =
    values as unknown as TradeOptions;
  const { start: from, duration, every: everyMs } = values as Timing;
  const hours = parseTradingHours(tradingHours, holidays);
  if (hours === undefined) {
    throw new RangeError(`${tradingHours} are no trading hours`);
  }
  const start = from === now ? Math.ceil(Date.now() / 1000) * 1000 : from;
  const own = {
    symbols,
    tradesPerSecond,
    everyMs,
    tradingHours,
    holidays,
    hours,
    seed,
    volatility,
  };
  return { ...own, start, end: start + duration };
}

function symbolsOption(text: string): readonly string[] {
  const symbols = /^\d+$/.test(text)
    ? Array.from({ length: Math.min(Number(text), mostSymbols + 1) }, (_, i) => `SYM${i + 1}`)
    : text.split(",").map((symbol) => symbol.trim());
  if (
    symbols.length === 0 ||
    symbols.length > mostSymbols ||
    new Set(symbols).size < symbols.length ||
    !symbols.every((symbol) => symbolPattern.test(symbol))
  ) {
    const kind =
      "different symbols such as ACME,GLOBEX (up to 10 capitals, digits, dots and hyphens)";
    throw new InvalidArgumentError(`It must be a number from 1 to ${mostSymbols}, or ${kind}.`);
  }
  return symbols;
}

function holidaysOption(text: string): Holidays {
  if (text === "nyse" || text === "none") return text;
  const dates = text.split(",");
  if (!dates.every((date) => /^\d{4}-\d\d-\d\d$/.test(date) && DateTime.fromISO(date).isValid)) {
    throw new InvalidArgumentError(
      "It must be nyse, none, or dates such as 2026-12-24,2026-12-31.",
    );
  }
  return dates;
}

function tradingHoursOption(text: string): string {
  if (parseTradingHours(text) === undefined) {
    throw new InvalidArgumentError(
      "It must be always or HH:MM-HH:MM, two different times, with a known time zone.",
    );
  }
  return text;
}
