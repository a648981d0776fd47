import { expect } from "chai";

import { expectedTrades } from "../../../local/verify/expected-trades";

describe("the expected statistics of trades", () => {
  const compute = (trades: readonly object[]) =>
    expectedTrades(
      trades.map((trade) => ({ data: Buffer.from(JSON.stringify(trade)) })),
      { tradeWindowSeconds: 60 },
    );

  let ids = 0;
  const trade = (second: string, price: number, quantity: number, symbol = "AMZN") => ({
    id: String(ids++).padStart(32, "0"),
    symbol,
    time: `2024-05-06T14:${second}.000Z`,
    price,
    quantity,
  });
  const minute = Date.parse("2024-05-06T14:30:00Z") / 1000;

  it("go by event time, whatever the order of the events", () => {
    const { documents } = compute([
      trade("30:59", 180.12, 10),
      trade("30:00", 180, 30),
      trade("30:30", 181.5, 5),
      trade("30:31", 179.99, 5),
    ]);
    expect(documents.get("trade-statistics")?.get(`AMZN-${minute}`)).to.deep.equal({
      symbol: "AMZN",
      windowStart: "2024-05-06T14:30:00Z",
      windowEnd: "2024-05-06T14:31:00Z",
      trades: 4,
      volume: 50,
      vwap: (18012 * 10 + 18000 * 30 + 18150 * 5 + 17999 * 5) / 50 / 100,
      high: 181.5,
      low: 179.99,
      open: 180,
      close: 180.12,
      change: 0.12,
      changePercent: (100 * 12) / 18000,
    });
  });

  it("have a document for each symbol and window", () => {
    const { documents } = compute([
      trade("30:59", 10, 1),
      trade("31:00", 11, 1),
      trade("30:59", 12, 1, "MSFT"),
    ]);
    expect([...(documents.get("trade-statistics")?.keys() ?? [])]).to.have.members([
      `AMZN-${minute}`,
      `AMZN-${minute + 60}`,
      `MSFT-${minute}`,
    ]);
  });

  it("count a trade once and say how many were repeated", () => {
    const one = trade("30:59", 10, 1);
    const { documents, events } = compute([one, one]);
    expect(documents.get("trade-statistics")?.get(`AMZN-${minute}`)).to.include({ trades: 1 });
    expect(events).to.include({ read: 2, good: 2, duplicates: 1 });
  });

  it("take trades of the same time in the order of their ids", () => {
    const [first, second] = [trade("30:10", 10, 1), trade("30:10", 11, 1)];
    const { documents } = compute([second, first]);
    expect(documents.get("trade-statistics")?.get(`AMZN-${minute}`)).to.include({
      open: 10,
      close: 11,
    });
  });
});
