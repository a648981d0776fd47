import { expect } from "chai";

import {
  count,
  duration,
  newYorkDate,
  newYorkDay,
  newYorkTime,
  plural,
  rate,
  timesAverage,
} from "../../../local/page/src/format";

describe("the page's figures", () => {
  for (const [seconds, text] of [
    [null, "–"],
    [-3, "0 s"],
    [0, "0 s"],
    [0.44, "0.4 s"],
    [9.94, "9.9 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [200, "3 min 20 s"],
    [3599.6, "1 h 0 min"],
    [7500, "2 h 5 min"],
    [86_369, "23 h 59 min"],
    [86_370, "1 d 0 h"],
    [1_087_901, "12 d 14 h"],
  ] as const) {
    it(`tell ${seconds ?? "an unknown number of"} seconds as ${text}`, () => {
      expect(duration(seconds)).to.equal(text);
    });
  }

  it("tell numbers with separators, rates below ten with a decimal, and a dash for unknown ones", () => {
    expect([count(12_345), count(0), count(null), count(undefined)]).to.deep.equal([
      "12,345",
      "0",
      "–",
      "–",
    ]);
    expect([rate(1829.6), rate(9.44), rate(0), rate(null)]).to.deep.equal([
      "1,830",
      "9.4",
      "0",
      "–",
    ]);
  });

  it("tell one trip and several", () => {
    expect([plural(1, "trip"), plural(0, "trip"), plural(1200, "trip")]).to.deep.equal([
      "1 trip",
      "0 trips",
      "1,200 trips",
    ]);
  });

  it("tell times as New York's clocks do, also at midnight and in summer", () => {
    expect(newYorkTime("2019-03-02T05:00:00Z")).to.equal("00:00");
    expect(newYorkTime("2019-07-01T04:30:00Z")).to.equal("00:30");
    expect(newYorkDate("2019-03-02T04:59:59Z")).to.equal("Fri, Mar 1, 2019");
    expect(newYorkDay("2019-03-02T04:59:59Z")).to.equal("Mar 1");
  });

  it("compare with an average only where there is one", () => {
    expect(timesAverage(12, 5)).to.equal("×2.4");
    expect(timesAverage(12, 1)).to.equal("×12");
    expect(timesAverage(12, 0.9)).to.equal(undefined);
    expect(timesAverage(12, undefined)).to.equal(undefined);
  });
});
