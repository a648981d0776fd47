import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020";
import { expect } from "chai";
import { DateTime } from "luxon";
import type { TradeOptions } from "../../../../producer/trades/trade-source";
import {
  tradeEvent,
  tradesFingerprint,
  tradeSource,
} from "../../../../producer/trades/trade-source";
import { parseTradingHours } from "../../../../producer/trades/trading-hours";

const schema = JSON.parse(readFileSync("producer/schemas/trade.schema.json", "utf8")) as object;
const start = Date.parse("2024-01-05T14:30:00Z"); // a Friday, when New York opens
const hour = 3_600_000;

function options(changes: Partial<TradeOptions> = {}): TradeOptions {
  const tradingHours = changes.tradingHours ?? "09:30-16:00";
  const hours = parseTradingHours(tradingHours);
  if (hours === undefined) {
    throw new Error(`${tradingHours} are no trading hours`);
  }
  return {
    symbols: ["ACME", "GLOBEX", "INITECH"],
    tradesPerSecond: 0.5,
    tradingHours,
    hours,
    start,
    end: start + hour,
    seed: 1,
    volatility: 0.3,
    ...changes,
  };
}
const trades = (changes: Partial<TradeOptions> = {}) => [...tradeSource(options(changes))];

describe("The made-up trades", () => {
  it("keep to the schema, in the order of their times, with ids of their own", () => {
    const validate = new Ajv2020().compile(schema);
    const made = trades();
    for (const [index, trade] of made.entries()) {
      const { data, eventTime, partitionKey } = tradeEvent(trade);
      const event = JSON.parse(Buffer.from(data).toString()) as { time: string; symbol: string };
      expect(validate(event), JSON.stringify([event, validate.errors])).to.equal(true);
      expect(Date.parse(event.time)).to.equal(eventTime);
      expect(partitionKey).to.equal(event.symbol);
      expect(eventTime).to.be.within(made[index - 1]?.time ?? start, start + hour - 1);
    }
    expect(new Set(made.map(({ id }) => id)).size).to.equal(made.length);
  });

  it("are the same for the same seed, and others for another", () => {
    expect(trades()).to.deep.equal(trades());
    const ids = new Set(trades().map(({ id }) => id));
    expect(trades({ seed: 2 }).some(({ id }) => ids.has(id))).to.equal(false);
    const print = (changes: Partial<TradeOptions>) => tradesFingerprint(options(changes));
    expect(print({})).to.equal(print({}));
    expect(print({ volatility: 0.4 })).not.to.equal(print({}));
    expect(print({ tradingHours: "always" })).not.to.equal(print({}));
  });

  it("come at the rate wanted for each symbol", () => {
    const made = trades({ tradesPerSecond: 2 });
    for (const symbol of ["ACME", "GLOBEX", "INITECH"]) {
      const count = made.filter((trade) => trade.symbol === symbol).length;
      expect(count).to.be.closeTo(7200, 4 * Math.sqrt(7200));
    }
  });

  it("come together every so often, from the opening of each session on", () => {
    const made = trades({ everyMs: 1000, end: start + 3000 });
    const ticks = made.map(({ symbol, time }) => [symbol, time - start]);
    expect(ticks).to.deep.equal(
      [0, 1000, 2000].flatMap((time) =>
        ["ACME", "GLOBEX", "INITECH"].map((symbol) => [symbol, time]),
      ),
    );
    const hourly = trades({ symbols: ["ACME"], everyMs: 2 * hour, end: start + 75 * hour });
    expect(hourly.map(({ time }) => new Date(time).toISOString().slice(0, 16))).to.deep.equal(
      ["05T14:30", "05T16:30", "05T18:30", "05T20:30", "08T14:30", "08T16:30"].map(
        (time) => `2024-01-${time}`,
      ),
    );
  });

  it("rest over night, and over the weekend", () => {
    const made = trades({ end: start + 75 * hour, tradesPerSecond: 0.05 });
    const times = made.map(({ time }) => DateTime.fromMillis(time, { zone: "America/New_York" }));
    expect(new Set(times.map((time) => time.toISODate()))).to.deep.equal(
      new Set(["2024-01-05", "2024-01-08"]),
    );
    const minutes = times.map((time) => time.hour * 60 + time.minute);
    expect(Math.min(...minutes)).to.be.within(570, 580);
    expect(Math.max(...minutes)).to.be.within(950, 959);
  });

  it("move their prices by the volatility", () => {
    const year = 252 * 6.5 * hour;
    const made = trades({
      symbols: ["ACME"],
      tradingHours: "always",
      tradesPerSecond: 0.001,
      end: start + year,
      volatility: 0.2,
    });
    const returns = made.slice(1).map(({ cents, time }, index) => {
      const before = made[index];
      const years = (time - (before?.time ?? NaN)) / year;
      return Math.log(cents / (before?.cents ?? NaN)) / Math.sqrt(Math.max(years, 1 / year));
    });
    const variance = returns.reduce((sum, each) => sum + each ** 2, 0) / returns.length;
    expect(Math.sqrt(variance)).to.be.within(0.19, 0.21);
    const still = trades({ volatility: 0 }).filter(({ symbol }) => symbol === "ACME");
    expect(new Set(still.map(({ cents }) => cents)).size).to.equal(1);
  });
});

describe("Trading hours", () => {
  const session = (hours: string, at: string) => {
    const { open, close } = parseTradingHours(hours)?.(Date.parse(at)) ?? { open: NaN, close: NaN };
    return [open, close].map((time) => new Date(time).toISOString());
  };

  it("are those of New York's weekdays, in summer and in winter", () => {
    expect(session("09:30-16:00", "2024-03-08T20:59:59Z")).to.deep.equal([
      "2024-03-08T14:30:00.000Z",
      "2024-03-08T21:00:00.000Z",
    ]);
    expect(session("09:30-16:00", "2024-03-08T21:00:00Z")).to.deep.equal([
      "2024-03-11T13:30:00.000Z",
      "2024-03-11T20:00:00.000Z",
    ]);
  });

  it("may be those of another time zone, or always", () => {
    expect(session("08:00-16:30 Europe/London", "2024-07-01T00:00:00Z")).to.deep.equal([
      "2024-07-01T07:00:00.000Z",
      "2024-07-01T15:30:00.000Z",
    ]);
    expect(parseTradingHours("always")?.(0)).to.deep.equal({ open: -Infinity, close: Infinity });
  });

  it("may go over midnight, and then belong to the weekday on which they begin", () => {
    const friday = ["2024-03-08T23:00:00.000Z", "2024-03-09T22:00:00.000Z"];
    expect(session("18:00-17:00", "2024-03-08T23:30:00Z")).to.deep.equal(friday);
    expect(session("18:00-17:00", "2024-03-09T21:59:59Z")).to.deep.equal(friday);
    expect(session("18:00-17:00", "2024-03-08T01:00:00Z")).to.deep.equal([
      "2024-03-07T23:00:00.000Z",
      "2024-03-08T22:00:00.000Z",
    ]);
    // Clocks change on the Sunday between.
    expect(session("18:00-17:00", "2024-03-09T22:00:00Z")).to.deep.equal([
      "2024-03-11T22:00:00.000Z",
      "2024-03-12T21:00:00.000Z",
    ]);
  });

  it("rest on the holidays of New York's exchange, on given days, or on none", () => {
    const closed = (year: number) => {
      const hours = parseTradingHours("09:30-16:00");
      const days: string[] = [];
      for (let day = DateTime.utc(year); day.year === year; day = day.plus({ days: 1 })) {
        const open = DateTime.fromMillis(hours?.(day.toMillis() + 8 * hour).open ?? NaN);
        if (day.weekday < 6 && !open.hasSame(day, "day")) days.push(day.toFormat("MM-dd"));
      }
      return days.join(" ");
    };
    // As the exchange published them: https://www.nyse.com/markets/hours-calendars
    expect(closed(2021)).to.equal("01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24");
    expect(closed(2022)).to.equal("01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26");
    expect(closed(2024)).to.equal("01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25");
    expect(closed(2026)).to.equal("01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25");
    const opens = (holidays: "none" | string[]) =>
      parseTradingHours("09:30-16:00", holidays)?.(Date.parse("2024-12-25T12:00:00Z")).open;
    expect(opens("none")).to.equal(Date.parse("2024-12-25T14:30:00Z"));
    expect(opens(["2024-12-25", "2024-12-26"])).to.equal(Date.parse("2024-12-27T14:30:00Z"));
    const [london] = session("08:00-16:30 Europe/London", "2024-07-04T00:00:00Z");
    expect(london).to.equal("2024-07-04T07:00:00.000Z");
  });

  for (const text of ["", "9:30-16:00", "24:00-09:30", "10:00-10:00", "09:30-16:00 Nowhere/At"]) {
    it(`are not "${text}"`, () => {
      expect(parseTradingHours(text)).to.equal(undefined);
    });
  }
});
